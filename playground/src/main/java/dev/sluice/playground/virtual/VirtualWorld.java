package dev.sluice.playground.virtual;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.admission.IstioAdmission;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.metrics.QueryApi;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.metrics.SeriesStore;
import dev.sluice.playground.network.Caller;
import dev.sluice.playground.network.MeshSnapshot;
import dev.sluice.playground.network.MeshWatch;
import dev.sluice.playground.network.RequestHead;
import dev.sluice.playground.network.RouteTables;
import dev.sluice.playground.network.Telemetry;
import dev.sluice.playground.network.TrafficStats;
import dev.sluice.playground.network.VirtualNetwork;
import dev.sluice.playground.sample.PodTable;
import dev.sluice.playground.workloads.Workloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// API server, workloads, traffic and metrics on one clock that only [#advance] moves, in the
/// caller's thread. The same seed and the same calls give the same world. Whatever else lives on
/// the clock is added as a [Part].
public final class VirtualWorld implements AutoCloseable {
  /// The namespace that short forms mean.
  public static final String NAMESPACE = "production";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration BEAT = Duration.ofSeconds(1);
  private static final Map<String, String> TARGET =
      Map.of("job", "playground", "instance", "virtual");
  private static final List<String> STEERING =
      List.of("ready-after", "ready", "error-rate", "latency", "crash-after");

  private Instant now = BEGIN;
  private Instant nextBeat = BEGIN.plus(BEAT);
  private final ApiServer api;
  private final FaultyApiServer faulty;
  private final Workloads workloads;
  private final MeshWatch mesh;
  private final Population population;
  private final TrafficStats traffic;
  private final Registry registry = new Registry();
  private final SeriesStore series = new SeriesStore();
  private final QueryApi metrics = new QueryApi(series);
  private final List<Part> parts = new ArrayList<>();

  /// Something else that lives on the clock, such as the controller under test.
  public interface Part {

    /// When it has something to do next; empty when it waits for news only.
    Optional<Instant> nextDue();

    /// Does what is due. Also called when nothing is.
    void run(Instant now);
  }

  private VirtualWorld(long seed, Path root) throws IOException {
    var random = new Random(seed);
    var server = new KubernetesApi(() -> now, new Random(random.nextLong()), Users.EVERYBODY);
    server.consult(new IstioAdmission());
    this.api = server;
    this.faulty = new FaultyApiServer(api);
    for (var definition : Manifests.istio()) {
      Manifests.create(api, definition);
    }
    for (var definition : Manifests.gatewayApi()) {
      Manifests.create(api, definition);
    }
    for (var definition : Manifests.definitions(root)) {
      Manifests.create(api, definition);
    }
    create("{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(NAMESPACE));
    var pods = new PodTable();
    this.workloads = new Workloads(api, pods, new Random(random.nextLong()));
    workloads.begin(now);
    var tables = new RouteTables();
    this.mesh = new MeshWatch(api, tables, MeshSnapshot.Settings.CLOSED, clock());
    var telemetry = new Telemetry(registry);
    this.traffic = telemetry.stats();
    var network = new VirtualNetwork(tables, telemetry);
    this.population = new Population(network, pods, new Random(random.nextLong()));
  }

  /// A world with one empty namespace, [#NAMESPACE].
  ///
  /// @param root of the repository, where the definitions of the kinds are
  public static VirtualWorld seeded(long seed, Path root) throws IOException {
    return new VirtualWorld(seed, root);
  }

  public Instant now() {
    return now;
  }

  public InstantSource clock() {
    return () -> now;
  }

  /// The API server as it is.
  public ApiServer api() {
    return api;
  }

  /// The API server for who is tested: it fails as it is told to.
  public FaultyApiServer faultyApi() {
    return faulty;
  }

  /// The metrics of all traffic, collected every second.
  public QueryApi metrics() {
    return metrics;
  }

  /// How many requests went where.
  public TrafficStats traffic() {
    return traffic;
  }

  public void add(Part part) {
    parts.add(part);
  }

  public void remove(Part part) {
    parts.remove(part);
  }

  /// Lets time pass. Everything that is due in it happens, in the order of its time.
  ///
  /// @param time not negative
  public void advance(Duration time) {
    var until = now.plus(time);
    runAll();
    for (var next = next(); !next.isAfter(until); next = next()) {
      now = next.isAfter(now) ? next : now;
      runAll();
    }
    now = until;
    runAll();
  }

  private Instant next() {
    var next = nextBeat;
    for (var part : parts) {
      next = earlier(next, part.nextDue());
    }
    return earlier(next, workloads.nextDue());
  }

  private static Instant earlier(Instant one, Optional<Instant> other) {
    return other.filter(one::isAfter).orElse(one);
  }

  private void runAll() {
    workloads.run(now);
    for (var part : List.copyOf(parts)) {
      part.run(now);
      workloads.run(now);
    }
    if (!nextBeat.isAfter(now)) {
      mesh.push();
      population.send(now);
      series.scrape(registry, TARGET, now);
      nextBeat = nextBeat.plus(BEAT);
    }
  }

  // ---- what a person would do ----

  /// Creates objects, as they are.
  ///
  /// @param yaml any number of documents
  public void create(String yaml) {
    try {
      for (var object : Manifests.read(yaml)) {
        Manifests.create(api, object);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Creates the Deployment of an app with two replicas, or gives it another image and other
  /// annotations of its Pod template.
  ///
  /// @param annotations for the sample app, without their prefix, such as `error-rate`; those from
  ///   before go
  public void deploy(String app, String version, Map<String, String> annotations) {
    var path = "/apis/apps/v1/namespaces/%s/deployments".formatted(NAMESPACE);
    var deployment = deployment(app, version, annotations);
    if (get(path + "/" + app).isEmpty()) {
      expect(call("POST", path, "application/json", deployment));
      return;
    }
    deployment.withObject("/spec").remove(List.of("replicas", "selector"));
    var named = deployment.withObject("/spec/template/metadata/annotations");
    for (var name : STEERING) {
      if (!annotations.containsKey(name)) {
        named.putNull("playground.sluice.dev/" + name);
      }
    }
    expect(call("PATCH", path + "/" + app, "application/merge-patch+json", deployment));
  }

  public void deploy(String app, String version) {
    deploy(app, version, Map.of());
  }

  private static ObjectNode deployment(
      String app, String version, Map<String, String> annotations) {
    var object = JSON.createObjectNode().put("apiVersion", "apps/v1").put("kind", "Deployment");
    object.putObject("metadata").put("name", app).put("namespace", NAMESPACE);
    var spec = object.putObject("spec").put("replicas", 2);
    spec.putObject("selector").putObject("matchLabels").put("app", app);
    var template = spec.putObject("template");
    var metadata = template.putObject("metadata");
    metadata.putObject("labels").put("app", app);
    var named = metadata.putObject("annotations");
    annotations.forEach((name, value) -> named.put("playground.sluice.dev/" + name, value));
    var container = template.putObject("spec").putArray("containers").addObject();
    container.put("name", app).put("image", "registry.example.com/" + app + ":" + version);
    container.putArray("ports").addObject().put("name", "http").put("containerPort", 8080);
    return object;
  }

  /// From now on users call a host, as a workload of the namespace.
  ///
  /// @param host as the callers write it, such as `web` or `web.production`
  public void users(String host, int perSecond) {
    var caller = Caller.Sidecar.named("users", NAMESPACE);
    population.add(new Population.Stream(caller, 80, RequestHead.get(host, "/"), perSecond));
  }

  /// From now on users from outside call a host through the gateway.
  public void visitors(String host, int perSecond) {
    population.add(
        new Population.Stream(Caller.Gateway.INGRESS, 80, RequestHead.get(host, "/"), perSecond));
  }

  // ---- what a person would see ----

  /// The share of the last ten seconds' requests to a host that each version answered; the empty
  /// text stands for requests that no pod answered.
  public Map<String, Double> trafficTo(String host) {
    return population.shares(host);
  }

  /// The share of the last ten seconds' requests to a host that failed; 0 when there were none.
  public double failing(String host) {
    return population.failing(host);
  }

  /// All Events, `Kind/name reason: message`, oldest first.
  public List<String> events() {
    var all = new ArrayList<JsonNode>();
    get("/api/v1/events").orElseThrow().path("items").forEach(all::add);
    all.sort(
        Comparator.comparing((JsonNode event) -> event.path("lastTimestamp").asText())
            .thenComparingLong(event -> event.at("/metadata/resourceVersion").asLong()));
    return all.stream()
        .map(event ->
            "%s/%s %s: %s"
                .formatted(
                    event.at("/involvedObject/kind").asText(),
                    event.at("/involvedObject/name").asText(),
                    event.path("reason").asText(),
                    event.path("message").asText()))
        .toList();
  }

  /// An object or a list of the API; empty when it is not there.
  public Optional<JsonNode> get(String path) {
    var answer = call("GET", path, "application/json", JSON.createObjectNode());
    return answer.path("kind").asText().equals("Status") ? Optional.empty() : Optional.of(answer);
  }

  private JsonNode call(String method, String path, String type, ObjectNode body) {
    var headers =
        Map.of("accept", "application/json", "content-type", type, "user-agent", "person");
    var bytes = body.isEmpty() ? new byte[0] : body.toString().getBytes(StandardCharsets.UTF_8);
    try {
      return JSON.readTree(api.handle(new Call(method, path, Map.of(), headers, bytes)).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void expect(JsonNode answer) {
    if (answer.path("kind").asText().equals("Status")) {
      throw new IllegalArgumentException(answer.path("message").asText());
    }
  }

  @Override
  public void close() {
    mesh.close();
    workloads.close();
  }
}
