package dev.sluice.controller.story;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.analysis.Http;
import dev.sluice.controller.cluster.Fence;
import dev.sluice.controller.report.CanaryGauges;
import dev.sluice.controller.rollout.Announcement;
import dev.sluice.controller.virtual.CountedApi;
import dev.sluice.controller.virtual.VirtualController;
import dev.sluice.mesh.Percent;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.admission.IstioAdmission;
import dev.sluice.playground.api.Admission;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.metrics.QueryApi;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.metrics.SeriesStore;
import dev.sluice.playground.network.Caller;
import dev.sluice.playground.network.Endpoint;
import dev.sluice.playground.network.MeshSnapshot;
import dev.sluice.playground.network.MeshWatch;
import dev.sluice.playground.network.RequestHead;
import dev.sluice.playground.network.RouteTables;
import dev.sluice.playground.network.Telemetry;
import dev.sluice.playground.network.VirtualNetwork;
import dev.sluice.playground.sample.PodFacts;
import dev.sluice.playground.sample.PodTable;
import dev.sluice.playground.sample.SampleApp;
import dev.sluice.playground.workloads.Workloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The whole road on a virtual clock: the playground's API server, workloads, network and metrics,
/// and the controller's real reconciler over the cluster port. Nothing is scripted: weights matter
/// because requests are routed, and verdicts because they fail.
final class World implements AutoCloseable {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final Caller SHOP = Caller.Sidecar.named("shop", "production");

  private final Provider provider;
  private final Random random;
  private final KubernetesApi api;
  private final CountedApi calls;
  private final Kubectl kubectl;
  private final PodTable pods = new PodTable();
  private final Workloads workloads;
  private final RouteTables tables = new RouteTables();
  private final MeshWatch mesh;
  private final VirtualNetwork network;
  private final Registry registry = new Registry();
  private final SeriesStore series = new SeriesStore();
  private final QueryApi prometheus = new QueryApi(series);
  private final List<Announcement> alerts = new ArrayList<>();
  private final List<String> hooksCalled = new ArrayList<>();
  private final Map<String, String> hookRefusals = new TreeMap<>();
  private final Map<String, Integer> answered = new TreeMap<>();
  private final Map<String, Group> groups = new TreeMap<>();
  private final List<Runnable> others = new ArrayList<>();
  private int copies;
  private int failedForUsers;
  private int requestsPerSecond = 20;
  private Runnable eachSecond = () -> {};
  private int writesOfALife = Integer.MAX_VALUE;
  private boolean prometheusIsDown;
  private final Map<String, String> prometheusWants = new TreeMap<>();
  private final List<String> prometheusWasAsked = new CopyOnWriteArrayList<>();
  private final AtomicReference<@Nullable Runnable> whilePrometheusHangs = new AtomicReference<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Instant nextSecond = now;
  private Duration scrape = SECOND;
  private KillSwitch line;
  private LateWatches watches;
  private CanaryGauges gauges = CanaryGauges.NONE;
  private VirtualController controller;
  private @Nullable VirtualController standby;

  World(long seed) {
    this(seed, Provider.ISTIO);
  }

  World(long seed, Provider provider) {
    this.provider = provider;
    random = new Random(seed);
    api = new KubernetesApi(() -> now, random, Users.EVERYBODY);
    calls = new CountedApi(api);
    kubectl = new Kubectl(api);
    api.consult(new IstioAdmission());
    network = new VirtualNetwork(tables, new Telemetry(registry));
    workloads = new Workloads(api, pods, random);
    line = new KillSwitch(api);
    watches = new LateWatches(line);
    install();
    mesh = new MeshWatch(api, tables, MeshSnapshot.Settings.DEFAULT, () -> now);
    workloads.begin(now);
    controller = controller();
  }

  private VirtualController controller() {
    line = new KillSwitch(calls);
    line.after(writesOfALife);
    watches = new LateWatches(line);
    return new VirtualController(
        watches,
        new VirtualController.Outside(
            this::ask,
            (canary, hook, phase, revision) -> {
              hooksCalled.add(hook.name());
              return Optional.ofNullable(hookRefusals.get(hook.name()));
            },
            (canary, standing, announcement, at) -> {
              if (announcement.alert().isPresent()) {
                alerts.add(announcement);
              }
            },
            gauges),
        scrape,
        () -> now,
        Fence.OPEN,
        provider.mesh());
  }

  // ---- what people do ----

  /// Applies YAML documents as `kubectl apply --server-side` would.
  World apply(String yaml) {
    kubectl.apply(yaml);
    return this;
  }

  /// A merge patch, such as an edit by hand.
  World patch(String path, String json) {
    kubectl.patch(path, json);
    return this;
  }

  World delete(String path) {
    kubectl.delete(path);
    return this;
  }

  /// With all that it owns, which goes first.
  World deleteInForeground(String path) {
    kubectl.deleteInForeground(path);
    return this;
  }

  /// Somebody's admission webhook lets no object of this kind be written any more.
  World letNobodyWrite(String kind) {
    api.consult(
        new Admission() {
          @Override
          public String webhook() {
            return "nobody.example.com";
          }

          @Override
          public Review review(ObjectNode object) {
            return object.path("kind").asText().equals(kind)
                ? new Review(List.of(), Optional.of("nobody writes a " + kind))
                : Review.FINE;
          }
        });
    return this;
  }

  World refuse(String hook, String why) {
    hookRefusals.put(hook, why);
    return this;
  }

  World agree(String hook) {
    hookRefusals.remove(hook);
    return this;
  }

  /// @param every whole seconds
  World scrapedEvery(Duration every) {
    scrape = every;
    return restartController();
  }

  World trafficOf(int perSecond) {
    requestsPerSecond = perSecond;
    return this;
  }

  /// @param users whether people notice when it fails
  private record Group(
      Caller caller,
      int perSecond,
      RequestHead request,
      Map<String, Integer> answered,
      boolean users) {}

  /// Users who send a header, beside those who send none.
  World alsoTraffic(String group, int perSecond, String header, String value) {
    RequestHead plain = RequestHead.get(provider.host(), "/");
    RequestHead request =
        new RequestHead(
            plain.method(), plain.authority(), plain.target(), plain.headers().add(header, value));
    groups.put(group, new Group(provider.users(), perSecond, request, new TreeMap<>(), true));
    return this;
  }

  /// Users who call from the pods of another app.
  World alsoTrafficFrom(String app, int perSecond) {
    var request = RequestHead.get(provider.host(), "/");
    var caller = Caller.Sidecar.named(app, "production");
    groups.put(app, new Group(caller, perSecond, request, new TreeMap<>(), true));
    return this;
  }

  /// Users who come by a gateway, whatever the provider is.
  World alsoFromTheInternet(String group, int perSecond, String host) {
    groups.put(
        group,
        new Group(
            Caller.Gateway.INGRESS, perSecond, RequestHead.get(host, "/"), new TreeMap<>(), true));
    return this;
  }

  /// Users of another app, or who come another way.
  World alsoTraffic(String group, int perSecond, Caller caller, RequestHead request) {
    groups.put(group, new Group(caller, perSecond, request, new TreeMap<>(), true));
    return this;
  }

  /// What calls the canary's own Service, past the routes.
  World loadTest(int perSecond) {
    groups.put(
        "load test",
        new Group(
            SHOP,
            perSecond,
            RequestHead.get("myapp-canary.production", "/"),
            new TreeMap<>(),
            false));
    return this;
  }

  /// Which workloads answered such a group since that was asked last, and how often.
  Map<String, Integer> answered(String group) {
    Map<String, Integer> answers = Objects.requireNonNull(groups.get(group)).answered();
    Map<String, Integer> since = new TreeMap<>(answers);
    answers.clear();
    return since;
  }

  /// Another controller of the cluster, which does its work every second.
  World alsoRuns(Runnable everySecond) {
    others.add(everySecond);
    return this;
  }

  /// Copies of users' requests that reached a pod so far.
  int copies() {
    return copies;
  }

  World prometheusDown(boolean down) {
    prometheusIsDown = down;
    return this;
  }

  /// The next question is not answered for as long as anybody waits; meanwhile something happens.
  World prometheusHangsOnceWhile(Runnable happens) {
    whilePrometheusHangs.set(happens);
    return this;
  }

  /// From now on that Prometheus answers nobody without this Authorization header.
  World prometheusWants(String host, String authorization) {
    prometheusWants.put(host, authorization);
    return this;
  }

  /// As `kill -9` and a start: everything the process knew is gone.
  World restartController() {
    controller.kill();
    line.hangUp();
    controller = controller();
    return this;
  }

  /// Until [#restartController] there is none.
  World withoutController() {
    controller.kill();
    return this;
  }

  /// Another replica starts, fills its caches, and does nothing yet.
  World standBy() {
    VirtualController leader = controller;
    standby = controller();
    controller = leader;
    return this;
  }

  /// The leader is killed, and the replica that stood by leads.
  World takeOver() {
    controller.kill();
    controller = Optional.ofNullable(standby).orElseThrow();
    return this;
  }

  /// The watch of these of the replica that was started last tells nothing until further notice.
  World holdWatch(String plural) {
    watches.hold(plural);
    return this;
  }

  /// Somebody is faster than a write of the controller that is on its way.
  World justBeforeThePatchOf(String path, Runnable happens) {
    watches.justBeforeThePatchOf(path, happens);
    return this;
  }

  World releaseWatches() {
    watches.release();
    return this;
  }

  /// Starts the controller anew, measured.
  World measuredBy(CanaryGauges by) {
    gauges = by;
    return restartController();
  }

  /// Kills the controller once, right after it wrote a status or an Event, and starts another.
  ///
  /// @param write which of these, from 1
  World killAfterWrite(int write) {
    line.after(write);
    return this;
  }

  /// From now on every controller is killed right after it wrote its first status or Event.
  World killAfterEveryWrite(boolean mortal) {
    writesOfALife = mortal ? 1 : Integer.MAX_VALUE;
    return restartController();
  }

  /// Somebody looks on, once a second, when the users of that second have their answers.
  World lookOn(Runnable look) {
    eachSecond = look;
    return this;
  }

  /// What controllers wrote since this was asked last, such as `PATCH canaries/status`, and how
  /// often.
  Map<String, Integer> written() {
    Map<String, Integer> all = calls.take();
    all.keySet().removeIf(call -> call.startsWith("GET "));
    return all;
  }

  /// Statuses and Events that the present controller wrote.
  int writes() {
    return line.writes();
  }

  // ---- time ----

  World run(Duration time) {
    return runUntil(now.plus(time));
  }

  /// Runs until the canary is in this phase.
  ///
  /// @throws AssertionError when it is not within `atMost`
  World runUntilPhase(String canary, String phase, Duration atMost) {
    Instant end = now.plus(atMost);
    while (!phase(canary).equals(phase)) {
      if (!now.isBefore(end)) {
        throw new AssertionError(
            "still %s after %s, not %s%n%s"
                .formatted(phase(canary), atMost, phase, String.join("\n", told(canary))));
      }
      runUntil(now.plus(SECOND));
    }
    return this;
  }

  World runUntilWeight(String canary, int weight, Duration atMost) {
    Instant end = now.plus(atMost);
    while (weight(canary) != weight) {
      if (!now.isBefore(end)) {
        throw new AssertionError(
            "weight %d after %s, not %d%n%s"
                .formatted(weight(canary), atMost, weight, String.join("\n", told(canary))));
      }
      runUntil(now.plus(SECOND));
    }
    return this;
  }

  private World runUntil(Instant end) {
    while (true) {
      workloads.run(now);
      try {
        controller.look();
      } catch (KillSwitch.Killed e) {
        restartController();
      }
      Instant next =
          Stream.of(Optional.of(nextSecond), workloads.nextDue(), controller.nextDue())
              .flatMap(Optional::stream)
              .min(Comparator.naturalOrder())
              .orElseThrow();
      if (next.isAfter(end)) {
        now = end;
        return this;
      }
      if (next.isAfter(now)) {
        now = next;
      }
      if (!now.isBefore(nextSecond)) {
        users();
        others.forEach(Runnable::run);
        nextSecond = nextSecond.plus(SECOND);
      }
    }
  }

  private void users() {
    mesh.push();
    var everybody = RequestHead.get(provider.host(), "/");
    send(new Group(provider.users(), requestsPerSecond, everybody, answered, true));
    groups.values().forEach(this::send);
    if (now.getEpochSecond() % scrape.toSeconds() == 0) {
      series.scrape(registry, Map.of("job", "mesh"), now);
    }
    eachSecond.run();
  }

  private void send(Group group) {
    for (VirtualNetwork.Exchange exchange :
        network.simulate(
            group.caller(),
            80,
            group.request(),
            group.perSecond(),
            now,
            SECOND,
            this::reply,
            random)) {
      Endpoint by = exchange.answeredBy();
      group.answered().merge(by == null ? "nobody" : by.workload(), 1, Integer::sum);
      copies += (int) exchange.arrived().stream().filter(VirtualNetwork.Arrived::copy).count();
      if (exchange.status() >= 500 && group.users()) {
        failedForUsers++;
      }
    }
  }

  private VirtualNetwork.Reply reply(Endpoint pod, RequestHead request) {
    Optional<PodFacts> facts = pods.pod(pod.ip());
    if (facts.isEmpty()) {
      return new VirtualNetwork.Reply.Gone();
    }
    SampleApp.Reply reply =
        SampleApp.answer(
            new SampleApp.Request(request.method(), request.path()), facts.get(), random);
    return VirtualNetwork.Reply.Answered.with(reply.status(), reply.delay());
  }

  private Http.Response ask(Http.Request request) throws IOException, InterruptedException {
    @Nullable Runnable meanwhile = whilePrometheusHangs.getAndSet(null);
    if (meanwhile != null) {
      meanwhile.run();
      new CountDownLatch(1).await();
    }
    if (prometheusIsDown) {
      throw new IOException("connection refused");
    }
    @Nullable String wanted = prometheusWants.get(request.uri().getHost());
    if (wanted != null
        && !request.headers().getOrDefault("Authorization", List.of()).equals(List.of(wanted))) {
      return new Http.Response(401, new byte[0]);
    }
    Map<String, List<String>> form = new LinkedHashMap<>();
    for (String pair : new String(request.body(), StandardCharsets.UTF_8).split("&", -1)) {
      String[] both = pair.split("=", 2);
      form.put(
          URLDecoder.decode(both[0], StandardCharsets.UTF_8),
          List.of(URLDecoder.decode(both[1], StandardCharsets.UTF_8)));
    }
    prometheusWasAsked.add(
        request.uri().getHost() + ": " + String.join("", form.getOrDefault("query", List.of())));
    QueryApi.Reply reply = prometheus.answer(request.uri().getPath(), form, now);
    return new Http.Response(reply.status(), reply.body());
  }

  // ---- what a user sees ----

  Instant now() {
    return now;
  }

  String phase(String canary) {
    return canary(canary).path("status").path("phase").asText();
  }

  int weight(String canary) {
    return canary(canary).path("status").path("canaryWeight").asInt();
  }

  JsonNode canary(String name) {
    return get("/apis/flagger.app/v1beta1/namespaces/production/canaries/" + name);
  }

  JsonNode deployment(String name) {
    return get("/apis/apps/v1/namespaces/production/deployments/" + name);
  }

  String image(String deployment) {
    return deployment(deployment).at("/spec/template/spec/containers/0/image").asText();
  }

  int replicas(String deployment) {
    return deployment(deployment).at("/spec/replicas").asInt();
  }

  /// The canary's share in the live route.
  Percent routed(String canary) {
    JsonNode route =
        get("/apis/networking.istio.io/v1/namespaces/production/virtualservices/" + canary)
            .at("/spec/http/0/route");
    for (JsonNode destination : route) {
      if (destination.at("/destination/host").asText().startsWith(canary + "-canary")) {
        return new Percent(destination.path("weight").asInt());
      }
    }
    return Percent.NONE;
  }

  /// `reason: message` of the canary's Events in the order they were written.
  List<String> story(String canary) {
    List<JsonNode> events = new ArrayList<>();
    for (JsonNode event : get("/api/v1/namespaces/production/events").path("items")) {
      if (event.at("/involvedObject/kind").asText().equals("Canary")
          && event.at("/involvedObject/name").asText().equals(canary)) {
        events.add(event);
      }
    }
    events.sort(
        Comparator.comparingLong(
            (JsonNode event) -> Long.parseLong(event.at("/metadata/resourceVersion").asText())));
    return events.stream()
        .map(event -> event.path("reason").asText() + ": " + event.path("message").asText())
        .toList();
  }

  /// Calls of the controller that failed, with the time.
  List<String> failures() {
    return controller.failures();
  }

  /// For a message: the story and the last failures of the controller.
  private List<String> told(String canary) {
    List<String> lines = new ArrayList<>(story(canary));
    List<String> failures = controller.failures();
    lines.addAll(failures.subList(Math.max(0, failures.size() - 5), failures.size()));
    lines.add("status " + canary(canary).path("status"));
    for (String name : List.of(canary, canary + "-primary")) {
      JsonNode deployment = deployment(name);
      lines.add(name + " wants " + replicas(name) + ", " + deployment.path("status").toString());
    }
    lines.add("due " + controller.nextDue() + ", now " + now);
    return lines;
  }

  List<String> reasons(String canary) {
    return story(canary).stream().map(line -> line.substring(0, line.indexOf(':'))).toList();
  }

  List<String> alerts() {
    return alerts.stream().map(a -> a.alert().orElseThrow().text()).toList();
  }

  List<String> hooksCalled() {
    return hooksCalled;
  }

  /// `host: query` of what Prometheus answered.
  List<String> prometheusWasAsked() {
    return prometheusWasAsked;
  }

  Map<String, Integer> answered() {
    return answered;
  }

  int failedForUsers() {
    return failedForUsers;
  }

  JsonNode get(String path) {
    return kubectl.get(path);
  }

  /// For those who come by HTTP.
  ApiServer server() {
    return api;
  }

  // ---- plumbing ----

  World installGatewayApi() {
    return define(Manifests::gatewayApi);
  }

  World installIstio() {
    return define(Manifests::istio);
  }

  private interface Definitions {
    List<ObjectNode> read() throws IOException;
  }

  private World define(Definitions definitions) {
    try {
      for (ObjectNode definition : definitions.read()) {
        Manifests.create(api, definition);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  private void install() {
    define(() -> Manifests.definitions(ROOT));
    installIstio().installGatewayApi();
    apply("{apiVersion: v1, kind: Namespace, metadata: {name: production}}");
    apply(provider.objects());
  }

  @Override
  public void close() {
    mesh.close();
    workloads.close();
  }
}
