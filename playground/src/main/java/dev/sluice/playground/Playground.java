package dev.sluice.playground;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.admission.IstioAdmission;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.HttpFront;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Pace;
import dev.sluice.playground.api.Ticker;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.git.DeliveryRepository;
import dev.sluice.playground.git.GitServer;
import dev.sluice.playground.loadtester.ClusterAccess;
import dev.sluice.playground.loadtester.LoadTester;
import dev.sluice.playground.metrics.PrometheusServer;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.network.DataPlane;
import dev.sluice.playground.network.ExternalServices;
import dev.sluice.playground.network.MeshSnapshot;
import dev.sluice.playground.network.MeshWatch;
import dev.sluice.playground.network.RouteTables;
import dev.sluice.playground.network.Telemetry;
import dev.sluice.playground.network.TrafficStats;
import dev.sluice.playground.page.PageServer;
import dev.sluice.playground.pods.PodDoor;
import dev.sluice.playground.sample.PodServers;
import dev.sluice.playground.scenario.Scenario;
import dev.sluice.playground.slack.SlackSink;
import dev.sluice.playground.store.ObjectLog;
import dev.sluice.playground.store.Storage;
import dev.sluice.playground.store.UnreadableLog;
import dev.sluice.playground.workloads.Workloads;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A whole small world in this process, and the controller in one of its own. Everything listens on
/// loopback only. A restart in the same folder goes on where the last one ended, however that was:
/// with the same objects, Git repository and metrics, and the same ports where they are free.
public final class Playground implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Playground.class);
  private static final String REPOSITORY = "delivery.git";

  private final PlaygroundFolder folder;
  private final Ports ports;
  private final InstantSource clock = InstantSource.system();
  private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
  private final Addresses addresses;
  private final ApiServer api;
  private final DeliveryRepository delivery;
  private final SlackSink slack;
  private final TrafficStats traffic;
  private final Vertx vertx;
  private final HttpFront front;
  private final GitServer git;
  private final ExternalServices external;
  private final Set<Scenario.Part> outOfOrder = ConcurrentHashMap.newKeySet();
  private final Optional<ControllerProcess> controller;

  /// What a person may want to open.
  public record Addresses(
      Path kubeconfig,
      String api,
      String git,
      String prometheus,
      String prometheusDescription,
      String proxy,
      String gateway,
      String slack,
      String controller,
      String page,
      Path logs) {}

  /// @param apiPort of the API server; empty for last time's or any
  /// @param fresh whether to begin with an empty cluster, whatever the folder holds
  /// @param root of the repository, where the definitions and the launcher are
  /// @param controllerCommand runs the controller instead of the launcher; `none` starts no
  ///   controller
  public record Options(
      Path folder,
      Optional<Integer> apiPort,
      boolean fresh,
      Path root,
      Optional<String> controllerCommand) {}

  /// Starts everything and returns when it answers.
  ///
  /// @param says hears of the controller's ends and starts
  /// @throws UserError for what the person who starts it can mend; nothing is left running
  public static Playground start(Options options, Consumer<String> says)
      throws UserError, InterruptedException {
    return start(options, says, _ -> {});
  }

  /// @param logs is told the file that should be logged to, before anything is
  static Playground start(Options options, Consumer<String> says, Consumer<Path> logs)
      throws UserError, InterruptedException {
    var folder = PlaygroundFolder.take(options.folder());
    logs.accept(folder.log("playground.log"));
    var toClose = new ArrayDeque<AutoCloseable>();
    toClose.push(folder);
    try {
      return new Playground(options, folder, toClose, says);
    } catch (IOException | IllegalStateException e) {
      closeAll(toClose);
      throw new UserError("the playground cannot start: " + e.getMessage());
    } catch (UserError | InterruptedException e) {
      closeAll(toClose);
      throw e;
    }
  }

  private Playground(
      Options options, PlaygroundFolder folder, Deque<AutoCloseable> closing, Consumer<String> says)
      throws IOException, UserError, InterruptedException {
    this.folder = folder;
    this.ports = new Ports(folder.path());
    var command =
        options.controllerCommand().equals(Optional.of("none"))
            ? Optional.<List<String>>empty()
            : Optional.of(
                ControllerProcess.launcher(
                    options.controllerCommand(), Optional.of(options.root())));
    int apiPort =
        options.apiPort().isPresent()
            ? Ports.require(options.apiPort().get())
            : ports.choose("api");

    vertx = keep(closing, newVertx(), Playground::close);
    var storage = openStorage(closing, options.fresh(), says);
    boolean empty = storage.version() == KubernetesApi.FIRST_VERSION;
    // kubectl sends no credentials over plain HTTP; what protects the cluster is the loopback.
    var cluster =
        new KubernetesApi(clock, new Random(), Users.BY_ROLES, storage, Pace.LIKE_A_CLUSTER);
    cluster.consult(new IstioAdmission());
    api = cluster;
    keep(closing, Ticker.start(cluster, clock));
    var registry = new Registry();
    var pods = keep(closing, new PodServers(vertx, clock, registry));
    var door = new PodDoor(vertx, api, pods, pods.logs(), clock);
    front = keep(closing, HttpFront.start(vertx, api, apiPort, Optional.of(door)));
    ports.remember("api", front.port());
    createFirstObjects(options.root(), empty);

    var workloads = keep(closing, new Workloads(api, pods, new Random()));
    workloads.start(clock);

    var telemetry = new Telemetry(registry);
    traffic = telemetry.stats();
    var tables = new RouteTables();
    var watch = keep(closing, new MeshWatch(api, tables, MeshSnapshot.Settings.CLOSED));
    watch.start(vertx);
    external = new ExternalServices();
    var network =
        keep(
            closing,
            DataPlane.start(
                vertx,
                tables,
                telemetry,
                pods,
                external,
                ports.choose("proxy"),
                ports.choose("gateway")));
    ports.remember("proxy", network.proxyPort());
    ports.remember("gateway", network.gatewayPort());

    var prometheus = startPrometheus(closing, registry, empty);
    external.register("prometheus", "istio-system", 9090, address(prometheus.url()));
    var loadTester =
        keep(
            closing,
            LoadTester.start(
                vertx,
                new ClusterAccess(network.proxyPort()),
                Files.createDirectories(folder.path().resolve("loadtester")),
                Duration.ofHours(1),
                0));
    external.register("flagger-loadtester", "test", 80, loadTester.address());

    delivery = keep(closing, DeliveryRepository.open(folder.path().resolve("git/" + REPOSITORY)));
    git = keep(closing, GitServer.start(delivery, REPOSITORY, ports.choose("git")));
    ports.remember("git", git.port());
    slack =
        keep(
            closing,
            SlackSink.start(vertx, ports.choose("slack"), folder.log("slack.jsonl"), clock));
    ports.remember("slack", slack.port());

    var page =
        keep(
            closing,
            PageServer.start(vertx, api, traffic, clock, ports.choose("page"), this::addToPicture));
    ports.remember("page", URI.create(page.url()).getPort());

    PlaygroundFolder.writePrivate(folder.kubeconfig(), Kubeconfig.of(front.url()));
    int controllerPort = ports.choose("controller");
    ports.remember("controller", controllerPort);
    addresses =
        new Addresses(
            folder.kubeconfig(),
            front.url(),
            git.url(),
            prometheus.url(),
            prometheus.description(),
            "http://127.0.0.1:" + network.proxyPort(),
            "http://127.0.0.1:" + network.gatewayPort(),
            slack.url(),
            "http://127.0.0.1:" + controllerPort,
            page.url(),
            folder.path().resolve("logs"));
    controller =
        command.map(words ->
            keep(
                closing,
                ControllerProcess.start(
                    controllerCommand(words, controllerPort),
                    folder.log("controller.log"),
                    Map.of("SLUICE_HEAP", "256m", "SLACK_URL", slack.url()),
                    says)));
    toClose.addAll(closing);
    closing.clear();
  }

  private static Vertx newVertx() {
    return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setWorkerPoolSize(4));
  }

  private static void close(Vertx vertx) throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  private interface Closing<T> {
    void close(T what) throws Exception;
  }

  private static <T extends AutoCloseable> T keep(Deque<AutoCloseable> closing, T what) {
    closing.push(what);
    return what;
  }

  private static <T> T keep(Deque<AutoCloseable> closing, T what, Closing<T> how) {
    closing.push(() -> how.close(what));
    return what;
  }

  private Storage openStorage(Deque<AutoCloseable> closing, boolean fresh, Consumer<String> says)
      throws IOException, UserError {
    var place = folder.path().resolve("cluster");
    if (fresh) {
      clear(place);
    }
    try {
      var log =
          ObjectLog.open(place, KubernetesApi.FIRST_VERSION, KubernetesApi.KEPT_CHANGES, says);
      return keep(closing, log).storage();
    } catch (UnreadableLog e) {
      throw new UserError(
          e.getMessage()
              + "; start with --fresh to begin with an empty cluster, the Git repository stays");
    }
  }

  /// A cluster that goes on gets this build's definitions; what else it began with may have been
  /// deleted on purpose.
  private void createFirstObjects(Path root, boolean empty) throws IOException {
    for (var definition : Manifests.istio()) {
      Manifests.put(api, definition);
    }
    for (var definition : Manifests.gatewayApi()) {
      Manifests.put(api, definition);
    }
    for (var definition : Manifests.definitions(root)) {
      Manifests.put(api, definition);
    }
    if (empty) {
      for (var object : Manifests.read(Manifests.resource("first-objects.yaml"))) {
        Manifests.create(api, object);
      }
    }
  }

  /// @param empty whether the cluster is a new one: samples of an earlier one would be taken for
  ///   its own
  private PrometheusServer startPrometheus(
      Deque<AutoCloseable> closing, Registry registry, boolean empty)
      throws IOException, InterruptedException {
    var place = folder.path().resolve("prometheus");
    if (empty) {
      clear(place);
    }
    var settings = PrometheusServer.Settings.in(place, ports.choose("prometheus"));
    var prometheus = keep(closing, PrometheusServer.start(vertx, registry, clock, settings));
    ports.remember("prometheus", URI.create(prometheus.url()).getPort());
    return prometheus;
  }

  private static void clear(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> inside;
    try (var files = Files.walk(folder)) {
      inside = new ArrayList<>(files.sorted(Comparator.reverseOrder()).toList());
    }
    for (var file : inside) {
      Files.delete(file);
    }
  }

  private static InetSocketAddress address(String url) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), URI.create(url).getPort());
  }

  private List<String> controllerCommand(List<String> command, int port) {
    var words = new ArrayList<>(command);
    words.addAll(List.of("--kubeconfig", addresses.kubeconfig().toString()));
    words.addAll(List.of("--metrics-server", "http://prometheus.istio-system:9090"));
    words.addAll(List.of("--mesh-provider", "istio"));
    words.addAll(List.of("--http-proxy", addresses.proxy()));
    words.addAll(List.of("--listen", "127.0.0.1", "--port", Integer.toString(port)));
    words.addAll(List.of("--scrape-interval", "1s", "--slack-channel", "playground"));
    words.addAll(List.of("--cluster-name", "playground"));
    words.addAll(List.of("--git-dir", folder.path().resolve("git/mirrors").toString()));
    return words;
  }

  /// What people see here and the API does not know.
  private void addToPicture(ObjectNode picture) {
    var faults = picture.putArray("faults");
    outOfOrder.forEach(part -> faults.add("%s (%s)".formatted(part.key(), part.how())));
    var alerts = picture.putArray("alerts");
    slack.messages().reversed().stream()
        .limit(5)
        .forEach(message ->
            alerts
                .addObject()
                .put("at", message.at().toString())
                .put("text", message.text())
                .put("bad", message.color().equals("danger")));
  }

  /// Puts a part out of order, or in order again.
  void fault(Scenario.Part part, boolean on) {
    switch (part) {
      case PROMETHEUS ->
          // Nobody listens on port 1: callers are refused at once. Prometheus itself goes on
          // collecting.
          external.register(
              "prometheus",
              "istio-system",
              9090,
              on
                  ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)
                  : address(addresses.prometheus()));
      case API -> front.fail(on);
      case GIT -> git.refuse(on);
    }
    if (on) {
      outOfOrder.add(part);
    } else {
      outOfOrder.remove(part);
    }
  }

  public Addresses addresses() {
    return addresses;
  }

  public ApiServer api() {
    return api;
  }

  public DeliveryRepository delivery() {
    return delivery;
  }

  public SlackSink slack() {
    return slack;
  }

  public TrafficStats traffic() {
    return traffic;
  }

  Vertx vertx() {
    return vertx;
  }

  /// The process that runs the controller; 0 while there is none.
  long controllerPid() {
    return controller.map(ControllerProcess::pid).orElse(0L);
  }

  @Override
  public void close() {
    closeAll(toClose);
  }

  private static void closeAll(Deque<AutoCloseable> toClose) {
    while (!toClose.isEmpty()) {
      try {
        toClose.pop().close();
      } catch (Exception e) {
        LOG.atWarn().setCause(e).log("something could not be closed");
      }
    }
  }
}
