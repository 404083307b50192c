package dev.sluice.controller.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.crds.ObjectRef;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The cluster port over the playground's API server without HTTP: the same paths, media types and
/// answers, in one thread, on any clock.
public final class PlaygroundCluster {
  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

  private PlaygroundCluster() {}

  /// @param changed told of each watched object that was added, changed or deleted
  public static Cluster over(
      ApiServer server, List<Kind> watched, BiConsumer<Kind, GenericKubernetesResource> changed) {
    return over(server, watched, changed, CallGauge.NONE, Fence.OPEN);
  }

  public static Cluster over(
      ApiServer server,
      List<Kind> watched,
      BiConsumer<Kind, GenericKubernetesResource> changed,
      CallGauge calls,
      Fence fence) {
    WatchedCache cache = new WatchedCache(server, changed);
    watched.forEach(cache::watch);
    return new ApiCluster(
        new FencedTransport(new DirectTransport(server, ""), fence), cache, calls);
  }

  private record DirectTransport(ApiServer server, String user) implements Transport {
    @Override
    public JsonNode send(
        String method, String path, @Nullable String contentType, @Nullable Object body) {
      try {
        Map<String, String> headers = new HashMap<>();
        headers.put("accept", "application/json");
        headers.put("user-agent", "sluice");
        if (contentType != null) {
          headers.put("content-type", contentType);
        }
        if (!user.isEmpty()) {
          headers.put("impersonate-user", user);
        }
        byte[] bytes = body == null ? new byte[0] : JSON.writeValueAsBytes(body);
        Answer answer = server.handle(call(method, path, headers, bytes));
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        if (answer.status() / 100 == 2) {
          return JSON.readTree(text);
        }
        throw HttpTransport.failure(
            answer.status(), JSON.readTree(text).path("message").asText(text));
      } catch (IOException e) {
        throw new IllegalStateException("the playground answered no JSON", e);
      }
    }

    @Override
    public Transport within(Duration atMost) {
      return this;
    }

    @Override
    public Transport as(String other) {
      return new DirectTransport(server, other);
    }
  }

  private static Call call(
      String method, String pathAndQuery, Map<String, String> headers, byte[] body) {
    String[] parts = pathAndQuery.split("\\?", 2);
    Map<String, List<String>> query = new LinkedHashMap<>();
    if (parts.length == 2) {
      for (String pair : parts[1].split("&", -1)) {
        String[] both = pair.split("=", 2);
        query
            .computeIfAbsent(decode(both[0]), k -> new ArrayList<>())
            .add(both.length == 2 ? decode(both[1]) : "");
      }
    }
    return new Call(method, "/" + decode(parts[0]), query, headers, body);
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static final class WatchedCache implements Cache {
    private final ApiServer server;
    private final BiConsumer<Kind, GenericKubernetesResource> changed;
    private final Map<Kind, Map<ObjectRef, GenericKubernetesResource>> objects =
        new ConcurrentHashMap<>();

    WatchedCache(ApiServer server, BiConsumer<Kind, GenericKubernetesResource> changed) {
      this.server = server;
      this.changed = changed;
    }

    @Override
    public boolean isWatched(Kind kind) {
      return objects.containsKey(kind);
    }

    @Override
    public boolean watch(Kind kind) {
      if (!isWatched(kind)) {
        listAndWatch(kind);
      }
      return true;
    }

    private void listAndWatch(Kind kind) {
      Map<ObjectRef, GenericKubernetesResource> known =
          objects.computeIfAbsent(kind, k -> new ConcurrentSkipListMap<>());
      Map<ObjectRef, GenericKubernetesResource> before = new TreeMap<>(known);
      String root = kind.group().isEmpty() ? "api/" : "apis/" + kind.group() + "/";
      Call call =
          call(
              "GET",
              root + kind.version() + "/" + kind.plural() + "?watch=true",
              Map.of("accept", "application/json"),
              new byte[0]);
      AutoCloseable _ =
          server.watch(
              call,
              frame -> {
                if (frame.path("type").asText().equals("ERROR")) {
                  // The only error is that the watch is too far behind: see everything anew.
                  listAndWatch(kind);
                } else if (frame.path("object") instanceof ObjectNode object) {
                  before.remove(take(kind, known, frame.path("type").asText(), object, changed));
                }
              });
      before.forEach((gone, last) -> {
        known.remove(gone);
        changed.accept(kind, last);
      });
      before.clear();
    }

    private static ObjectRef take(
        Kind kind,
        Map<ObjectRef, GenericKubernetesResource> known,
        String type,
        ObjectNode frame,
        BiConsumer<Kind, GenericKubernetesResource> changed) {
      GenericKubernetesResource object;
      try {
        object = JSON.readValue(JSON.writeValueAsString(frame), GenericKubernetesResource.class);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("the playground sent a frame that is no object", e);
      }
      String namespace = object.getMetadata().getNamespace();
      ObjectRef ref =
          new ObjectRef(namespace == null ? "" : namespace, object.getMetadata().getName());
      switch (type) {
        case "ADDED", "MODIFIED" -> {
          GenericKubernetesResource before = known.put(ref, Trim.trim(kind, object));
          if (before != null && !Trim.isNews(kind, before, object)) {
            return ref;
          }
        }
        case "DELETED" -> known.remove(ref);
        default -> throw new IllegalStateException("unexpected watch frame " + type);
      }
      changed.accept(kind, object);
      return ref;
    }

    @Override
    public Optional<GenericKubernetesResource> get(Kind kind, ObjectRef ref) {
      return Optional.ofNullable(of(kind).get(ref));
    }

    @Override
    public List<GenericKubernetesResource> all(Kind kind) {
      return List.copyOf(of(kind).values());
    }

    private Map<ObjectRef, GenericKubernetesResource> of(Kind kind) {
      Map<ObjectRef, GenericKubernetesResource> known = objects.get(kind);
      if (known == null) {
        throw new IllegalArgumentException(kind.plural() + " are not watched");
      }
      return known;
    }
  }
}
