package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps route tables in step with the API server. Like Istio's control plane it gathers changes
/// and hands them to the proxies together. Kinds that the server does not serve yet are asked for
/// again with every push.
public final class MeshWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MeshWatch.class);
  private static final long GATHER_MILLIS = 100;
  private static final long ASK_AGAIN_MILLIS = 1000;
  private static final String API = "/apis/gateway.networking.k8s.io/v1/";
  private static final String CLASSES = API + "gatewayclasses";
  private static final String GATEWAYS = API + "gateways";
  private static final String ROUTES = API + "httproutes";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> PATHS =
      List.of(
          "/api/v1/services",
          "/api/v1/pods",
          "/apis/networking.istio.io/v1/virtualservices",
          "/apis/networking.istio.io/v1/destinationrules",
          "/apis/networking.istio.io/v1/gateways",
          "/api/v1/namespaces",
          CLASSES,
          GATEWAYS,
          ROUTES,
          "/apis/gateway.networking.k8s.io/v1beta1/referencegrants");

  private record Frame(Source source, ObjectNode content) {}

  /// One try to watch one path.
  private record Source(String path, AtomicBoolean ended) {}

  private record Running(Source source, AutoCloseable watch) {}

  private final ApiServer api;
  private final RouteTables tables;
  private final MeshParts parts;
  private final InstantSource clock;
  private MeshSnapshot.@Nullable Config reported;
  private final Queue<Frame> frames = new ConcurrentLinkedQueue<>();
  private final Map<String, Running> running = new HashMap<>();
  private final Map<String, Map<String, JsonNode>> seen = new HashMap<>();
  private final AtomicBoolean gathering = new AtomicBoolean();
  private Set<String> told = Set.of();
  private volatile @Nullable Vertx vertx;
  private volatile boolean closed;

  public MeshWatch(ApiServer api, RouteTables tables, MeshSnapshot.Settings settings) {
    this(api, tables, settings, InstantSource.system());
  }

  /// @param clock for the times in the status of the Gateway API's objects
  public MeshWatch(
      ApiServer api, RouteTables tables, MeshSnapshot.Settings settings, InstantSource clock) {
    this.clock = clock;
    this.api = api;
    this.tables = tables;
    this.parts = new MeshParts(settings);
  }

  /// From now on changes are pushed by themselves, 100 ms after the first of them. Do not call from
  /// an event loop.
  public void start(Vertx on) {
    push();
    vertx = on;
    on.setPeriodic(
        ASK_AGAIN_MILLIS,
        timer -> {
          if (closed) {
            on.cancelTimer(timer);
          } else {
            gather();
          }
        });
  }

  /// Brings the tables up to date now. Must not be called from within a watch's consumer.
  public synchronized void push() {
    if (closed) {
      return;
    }
    connect();
    for (var frame = frames.poll(); frame != null; frame = frames.poll()) {
      take(frame);
    }
    tables.follow(parts.snapshot());
    report(parts.snapshot().config());
    var now = new LinkedHashSet<>(problems());
    now.stream()
        .filter(problem -> !told.contains(problem))
        .forEach(problem -> LOG.atWarn().addKeyValue("problem", problem).log("routes in doubt"));
    told = Set.copyOf(now);
  }

  /// What keeps objects from doing what they say, one sentence each: tables that a proxy refuses,
  /// objects that cannot be read, gateways that do not exist. Also written to the log.
  public synchronized List<String> problems() {
    var all = new ArrayList<>(tables.refused());
    all.addAll(parts.unreadable());
    all.addAll(parts.snapshot().doubts());
    return List.copyOf(all);
  }

  /// Tells the objects of the Gateway API what became of them, whenever routing has changed.
  private void report(MeshSnapshot.Config config) {
    if (config.equals(reported)) {
      return;
    }
    reported = config;
    var gatewayApi = config.gatewayApi();
    var status = new GatewayApiStatus(config, clock.instant());
    for (var one : gatewayApi.classes()) {
      write(CLASSES, "", one.name(), live -> status.ofClass(one, live));
    }
    var attached = status.attached();
    for (var one : gatewayApi.gateways()) {
      write(GATEWAYS, one.namespace(), one.name(), live -> status.ofGateway(one, attached, live));
    }
    for (var one : gatewayApi.routes()) {
      write(ROUTES, one.namespace(), one.name(), live -> status.ofRoute(one, live));
    }
  }

  private void write(
      String path, String namespace, String name, Function<JsonNode, Optional<ObjectNode>> status) {
    var live = seen.getOrDefault(path, Map.of()).get(namespace + "/" + name);
    if (live == null) {
      return;
    }
    status
        .apply(live)
        .ifPresent(wanted -> {
          var patch = JSON.createObjectNode();
          patch.set("status", wanted);
          var object =
              namespace.isEmpty()
                  ? path + "/" + name
                  : API
                      + "namespaces/"
                      + namespace
                      + path.substring(path.lastIndexOf('/'))
                      + "/"
                      + name;
          try {
            var answer =
                api.handle(
                    new Call(
                        "PATCH",
                        object + "/status",
                        Map.of(),
                        Map.of(
                            "content-type", "application/merge-patch+json",
                            "accept", "application/json",
                            "user-agent", "istio-gateway-controller"),
                        JSON.writeValueAsBytes(patch)));
            if (answer.status() >= 300 && answer.status() != 404) {
              // Asked again with the next change.
              reported = null;
            }
          } catch (IOException | RuntimeException e) {
            reported = null;
          }
        });
  }

  private void connect() {
    for (var path : PATHS) {
      var there = running.get(path);
      if (there != null && !there.source.ended.get()) {
        continue;
      }
      var source = new Source(path, new AtomicBoolean());
      var call = new Call("GET", path, Map.of("watch", List.of("true")), Map.of(), new byte[0]);
      try {
        // A new watch repeats everything that exists; what is gone since must not stay.
        forget(path);
        var watch = api.watch(call, content -> arrived(new Frame(source, content)));
        running.put(path, new Running(source, watch));
      } catch (RuntimeException e) {
        // Not served yet: the definition may still come.
        running.remove(path);
      }
    }
  }

  private void arrived(Frame frame) {
    frames.add(frame);
    gather();
  }

  private void gather() {
    var on = vertx;
    if (on != null && !closed && gathering.compareAndSet(false, true)) {
      on.setTimer(
          GATHER_MILLIS,
          _ ->
              Thread.ofVirtual()
                  .start(() -> {
                    gathering.set(false);
                    push();
                  }));
    }
  }

  private void take(Frame frame) {
    var there = running.get(frame.source.path);
    if (there == null || !there.source.equals(frame.source)) {
      return;
    }
    var object = frame.content.path("object");
    switch (frame.content.path("type").asText()) {
      case "ADDED", "MODIFIED" -> {
        seen.computeIfAbsent(frame.source.path, _ -> new HashMap<>()).put(key(object), object);
        parts.put(object);
      }
      case "DELETED" -> {
        seen.getOrDefault(frame.source.path, new HashMap<>()).remove(key(object));
        parts.remove(object);
      }
      case "ERROR" -> {
        frame.source.ended.set(true);
        gather();
      }
      default -> {
        // A bookmark says nothing new.
      }
    }
  }

  private void forget(String path) {
    var gone = seen.remove(path);
    if (gone != null) {
      new ArrayList<>(gone.values()).forEach(parts::remove);
    }
  }

  private static String key(JsonNode object) {
    return MeshReader.namespace(object) + "/" + MeshReader.name(object);
  }

  @Override
  public synchronized void close() {
    closed = true;
    running
        .values()
        .forEach(r -> {
          try {
            r.watch.close();
          } catch (Exception e) {
            // A watch that cannot be ended sends frames that nobody reads.
            frames.clear();
          }
        });
    running.clear();
  }
}
