package dev.sluice.controller.querypath;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.network.Credentials;
import dev.sluice.playground.network.DataPlane;
import dev.sluice.playground.network.ExternalServices;
import dev.sluice.playground.network.MeshSnapshot;
import dev.sluice.playground.network.RouteTables;
import dev.sluice.playground.network.Telemetry;
import dev.sluice.playground.sample.Behaviour;
import dev.sluice.playground.sample.PodFacts;
import dev.sluice.playground.sample.PodServers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// A mesh over HTTP on loopback: in each namespace an app with its primary, and two callers, each
/// with a proxy of its own that is scraped apart and can be restarted.
final class Town implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> CALLERS = List.of("shop", "mobile");

  private final Vertx vertx = Vertx.vertx();
  private final PodServers pods = new PodServers(vertx);
  private final RouteTables tables = new RouteTables();
  private final Map<String, JsonNode> objects = new LinkedHashMap<>();
  private final Map<String, Sidecar> sidecars = new ConcurrentHashMap<>();
  private final List<String> targets = new ArrayList<>();
  private final Map<String, LongAdder> byCanary = new ConcurrentHashMap<>();
  private final AtomicInteger underWay = new AtomicInteger();
  private final HttpClient client = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(256));
  private int lastPod;

  /// A caller's proxy, as one process with its counters.
  private record Sidecar(Registry registry, DataPlane plane) {}

  Town() throws Exception {
    for (var caller : CALLERS) {
      restart(caller);
      var page =
          vertx
              .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
              .requestHandler(request ->
                  request
                      .response()
                      .putHeader("Content-Type", Registry.CONTENT_TYPE)
                      .end(sidecar(caller).registry.exposition()))
              .listen()
              .toCompletionStage()
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
      targets.add("127.0.0.1:" + page.actualPort());
    }
  }

  /// Where the callers' proxies show their counters.
  List<String> targets() {
    return targets;
  }

  /// The proxy of one caller ends, and another begins to count from nothing.
  void restart(String caller) {
    var registry = new Registry();
    var plane =
        DataPlane.start(vertx, tables, new Telemetry(registry), pods, new ExternalServices(), 0, 0);
    var before = sidecars.put(caller, new Sidecar(registry, plane));
    if (before != null) {
      before.plane.close();
    }
  }

  private Sidecar sidecar(String caller) {
    return Objects.requireNonNull(sidecars.get(caller));
  }

  /// Pods of the primary, and of the canary as it is asked to behave.
  void deploy(String namespace, Behaviour canary) throws IOException {
    for (var service : List.of("app", "app-primary", "app-canary")) {
      put(
          """
          apiVersion: v1
          kind: Service
          metadata: {name: %s, namespace: %s, creationTimestamp: '2026-01-01T00:00:00Z'}
          spec: {selector: {app: %s}, ports: [{name: http, port: 80, targetPort: 8080}]}
          """
              .formatted(service, namespace, service.equals("app-primary") ? service : "app"));
    }
    pod(namespace, "app-primary", Behaviour.DEFAULT);
    pod(namespace, "app-primary", Behaviour.DEFAULT);
    pod(namespace, "app", canary);
    weights(namespace, 0);
  }

  private void pod(String namespace, String app, Behaviour behaviour) throws IOException {
    var ip = "10.244.0." + ++lastPod;
    var name = app + "-6f5-" + lastPod;
    put(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
          namespace: %s
          labels: {app: %s, pod-template-hash: 6f5}
          ownerReferences: [{kind: ReplicaSet, name: %s-6f5}]
        status: {podIP: %s, conditions: [{type: Ready, status: 'True'}]}
        """
            .formatted(name, namespace, app, app, ip));
    pods.run(
        new PodFacts(
            name,
            namespace,
            name,
            "node",
            ip,
            "registry.example.com/app:1",
            Set.of(8080),
            Map.of("app", app),
            behaviour));
  }

  /// @param canary percent of the traffic
  void weights(String namespace, int canary) throws IOException {
    put(
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: app, namespace: %s}
        spec:
          hosts: [app]
          http:
          - route:
            - {destination: {host: app-primary}, weight: %d}
            - {destination: {host: app-canary}, weight: %d}
        """
            .formatted(namespace, 100 - canary, canary));
    tables.follow(MeshSnapshot.of(objects.values()));
  }

  private void put(String yaml) throws IOException {
    for (var object : Manifests.read(yaml)) {
      var meta = object.path("metadata");
      objects.put(
          "%s %s/%s"
              .formatted(
                  object.path("kind").asText(),
                  meta.path("namespace").asText(),
                  meta.path("name").asText()),
          object);
    }
  }

  /// Requests from both callers, spread evenly, until it is closed.
  ///
  /// @param perSecond of both together, a multiple of 100
  Traffic traffic(String namespace, int perSecond) {
    var timer =
        vertx.setPeriodic(
            20,
            _ -> {
              for (int i = 0; i < perSecond / 100; i++) {
                CALLERS.forEach(caller -> send(namespace, caller));
              }
            });
    return () -> vertx.cancelTimer(timer);
  }

  interface Traffic extends AutoCloseable {
    @Override
    void close();
  }

  private void send(String namespace, String caller) {
    underWay.incrementAndGet();
    var host = "app." + namespace;
    client
        .request(
            new RequestOptions()
                .setHost("127.0.0.1")
                .setPort(sidecar(caller).plane.proxyPort())
                .setMethod(HttpMethod.GET)
                .setURI("http://" + host + "/"))
        .compose(request -> {
          request.putHeader("Host", host);
          request.putHeader("Proxy-Authorization", Credentials.header(namespace, caller));
          return request.send();
        })
        .compose(response -> answered(namespace, response))
        .onComplete(_ -> underWay.decrementAndGet());
  }

  private Future<Void> answered(String namespace, HttpClientResponse response) {
    return response
        .body()
        .map(body -> {
          if (pod(body.toString()).startsWith("app-6f5-")) {
            byCanary.computeIfAbsent(namespace, _ -> new LongAdder()).increment();
          }
          return null;
        });
  }

  private static String pod(String answer) {
    try {
      return JSON.readTree(answer).path("pod").asText();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Requests that the canary has answered, as the callers saw it.
  long answeredByCanary(String namespace) {
    return byCanary.getOrDefault(namespace, new LongAdder()).sum();
  }

  /// Whether every request has its answer.
  boolean quiet() {
    return underWay.get() == 0;
  }

  @Override
  public void close() {
    sidecars.values().forEach(sidecar -> sidecar.plane.close());
    pods.close();
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
