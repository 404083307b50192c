package dev.sluice.controller.cluster;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A cluster as its API server speaks: paths, media types and queries of each call.
public final class ApiCluster implements Cluster {
  private static final ObjectMapper JSON =
      new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
  private static final int PAGE = 500;

  /// Everything but server-side apply is written under this field manager.
  private static final String AS_ROLLOUT = "?fieldManager=sluice-rollout";

  private final Transport transport;
  private final Cache cache;
  private final Map<String, Kind> kinds;
  private final CallGauge calls;

  /// A cluster over HTTP.
  ///
  /// @param timeoutMillis of one request
  /// @param fence before every write
  public static Cluster over(
      KubernetesClient client, Watches watches, long timeoutMillis, CallGauge calls, Fence fence) {
    String server = client.getConfiguration().getMasterUrl();
    return new ApiCluster(
        new FencedTransport(
            new HttpTransport(client.getHttpClient(), server, timeoutMillis, null), fence),
        watches,
        calls);
  }

  ApiCluster(Transport transport, Cache cache, CallGauge calls) {
    this(transport, cache, new ConcurrentHashMap<>(), calls);
  }

  private ApiCluster(Transport transport, Cache cache, Map<String, Kind> kinds, CallGauge calls) {
    this.transport = transport;
    this.cache = cache;
    this.kinds = kinds;
    this.calls = calls;
  }

  @Override
  public Optional<GenericKubernetesResource> cached(Kind kind, ObjectRef ref) {
    return cache.get(kind, ref);
  }

  @Override
  public List<GenericKubernetesResource> cached(Kind kind) {
    return cache.all(kind);
  }

  @Override
  public Followed follow(Kind kind) {
    if (!cache.isWatched(kind) && resolve(kind.apiVersion(), kind.kind()).isEmpty()) {
      return Followed.UNDEFINED;
    }
    return cache.watch(kind) ? Followed.YES : Followed.LISTING;
  }

  @Override
  public boolean follows(Kind kind) {
    return cache.isWatched(kind);
  }

  @Override
  public Optional<GenericKubernetesResource> get(Kind kind, ObjectRef ref) {
    try {
      return Optional.of(send("get", kind, "GET", path(kind, ref), null, null));
    } catch (ClusterFailure.Missing e) {
      return Optional.empty();
    }
  }

  @Override
  public List<GenericKubernetesResource> list(
      Kind kind, String namespace, Map<String, String> labels) {
    String selector =
        labels.entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .sorted()
            .collect(Collectors.joining(","));
    String base =
        path(kind, namespace)
            + "?limit="
            + PAGE
            + (selector.isEmpty() ? "" : "&labelSelector=" + encode(selector));
    List<GenericKubernetesResource> all = new ArrayList<>();
    String next = "";
    do {
      JsonNode page =
          call(
              "list",
              kind,
              "GET",
              base + (next.isEmpty() ? "" : "&continue=" + encode(next)),
              null,
              null);
      for (JsonNode item : page.path("items")) {
        GenericKubernetesResource object = read(item);
        object.setApiVersion(kind.apiVersion());
        object.setKind(kind.kind());
        all.add(object);
      }
      next = page.path("metadata").path("continue").asText("");
    } while (!next.isEmpty());
    return all;
  }

  @Override
  public GenericKubernetesResource create(Kind kind, GenericKubernetesResource object) {
    String path = path(kind, namespace(object)) + AS_ROLLOUT;
    return send("create", kind, "POST", path, "application/json", object);
  }

  @Override
  public GenericKubernetesResource replace(Kind kind, GenericKubernetesResource object) {
    return send(
        "update", kind, "PUT", path(kind, ref(object)) + AS_ROLLOUT, "application/json", object);
  }

  @Override
  public GenericKubernetesResource mergePatch(Kind kind, ObjectRef ref, Map<String, Object> patch) {
    return send(
        "patch",
        kind,
        "PATCH",
        path(kind, ref) + AS_ROLLOUT,
        "application/merge-patch+json",
        patch);
  }

  @Override
  public GenericKubernetesResource patchStatus(
      Kind kind, ObjectRef ref, Map<String, Object> status, String resourceVersion) {
    Map<String, Object> patch = new LinkedHashMap<>();
    patch.put("metadata", Map.of("resourceVersion", resourceVersion));
    patch.put("status", status);
    return send(
        "patch",
        kind,
        "PATCH",
        path(kind, ref) + "/status" + AS_ROLLOUT,
        "application/merge-patch+json",
        patch);
  }

  @Override
  public GenericKubernetesResource apply(
      Kind kind, GenericKubernetesResource object, String manager, boolean force, boolean dryRun) {
    String query =
        "?fieldManager=" + encode(manager) + "&force=" + force + (dryRun ? "&dryRun=All" : "");
    return send(
        dryRun ? "apply-dry-run" : "apply",
        kind,
        "PATCH",
        path(kind, ref(object)) + query,
        "application/apply-patch+yaml",
        object);
  }

  @Override
  public void delete(Kind kind, ObjectRef ref, Optional<String> uid) {
    Map<String, Object> options = new LinkedHashMap<>();
    options.put("apiVersion", "v1");
    options.put("kind", "DeleteOptions");
    options.put("propagationPolicy", "Background");
    uid.ifPresent(u -> options.put("preconditions", Map.of("uid", u)));
    try {
      JsonNode _ = call("delete", kind, "DELETE", path(kind, ref), "application/json", options);
    } catch (ClusterFailure.Missing e) {
      // Gone already, which is what was wanted.
    }
  }

  @Override
  public Optional<Kind> resolve(String apiVersion, String kind) {
    String key = apiVersion + " " + kind;
    Kind known = kinds.get(key);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<Kind> found = discover(apiVersion, kind);
    // Only what exists is remembered: a kind may be defined at any time.
    found.ifPresent(k -> kinds.put(key, k));
    return found;
  }

  private Optional<Kind> discover(String apiVersion, String kind) {
    int slash = apiVersion.indexOf('/');
    String group = slash < 0 ? "" : apiVersion.substring(0, slash);
    String version = apiVersion.substring(slash + 1);
    JsonNode resources;
    try {
      resources =
          transport.send(
              "GET",
              (group.isEmpty() ? "api/" : "apis/" + encode(group) + "/") + encode(version),
              null,
              null);
    } catch (ClusterFailure.Missing e) {
      return Optional.empty();
    }
    for (JsonNode resource : resources.path("resources")) {
      String plural = resource.path("name").asText();
      if (resource.path("kind").asText().equals(kind) && !plural.contains("/")) {
        return Optional.of(
            new Kind(group, version, kind, plural, resource.path("namespaced").asBoolean()));
      }
    }
    return Optional.empty();
  }

  @Override
  public Cluster as(ObjectRef serviceAccount) {
    String user =
        "system:serviceaccount:" + serviceAccount.namespace() + ":" + serviceAccount.name();
    return new ApiCluster(transport.as(user), cache, kinds, calls);
  }

  private GenericKubernetesResource send(
      String verb,
      Kind kind,
      String method,
      String path,
      @Nullable String contentType,
      @Nullable Object body) {
    return read(call(verb, kind, method, path, contentType, body));
  }

  private JsonNode call(
      String verb,
      Kind kind,
      String method,
      String path,
      @Nullable String contentType,
      @Nullable Object body) {
    String outcome = "unavailable";
    try {
      JsonNode answer = transport.send(method, path, contentType, body);
      outcome = "ok";
      return answer;
    } catch (ClusterFailure e) {
      outcome =
          switch (e) {
            case ClusterFailure.Conflict _ -> "conflict";
            case ClusterFailure.Missing _ -> "missing";
            case ClusterFailure.Refused _ -> "refused";
            case ClusterFailure.Unavailable _ -> "unavailable";
          };
      throw e;
    } finally {
      calls.called(verb, kind, outcome);
    }
  }

  private static GenericKubernetesResource read(JsonNode node) {
    return JSON.convertValue(node, GenericKubernetesResource.class);
  }

  private static String path(Kind kind, ObjectRef ref) {
    return path(kind, ref.namespace()) + "/" + encode(ref.name());
  }

  private static String path(Kind kind, String namespace) {
    String root =
        kind.group().isEmpty()
            ? "api/" + kind.version()
            : "apis/" + kind.group() + "/" + kind.version();
    return root
        + (kind.namespaced() && !namespace.isEmpty() ? "/namespaces/" + encode(namespace) : "")
        + "/"
        + kind.plural();
  }

  private static String namespace(GenericKubernetesResource object) {
    String namespace = object.getMetadata().getNamespace();
    return namespace == null ? "" : namespace;
  }

  private static ObjectRef ref(GenericKubernetesResource object) {
    return new ObjectRef(namespace(object), object.getMetadata().getName());
  }

  private static String encode(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8);
  }
}
