package dev.sluice.playground.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.git.DeliveryRepository;
import dev.sluice.playground.network.TrafficStats;
import dev.sluice.playground.slack.SlackMessage;
import dev.sluice.playground.slack.SlackSink;
import io.vertx.core.Vertx;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Commits a first, a good and a bad release, and shows what becomes of each, until it is told to
/// stop. It only ever commits, sends requests and looks; all decisions are the controller's.
public final class Demo implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Demo.class);
  private static final int REQUESTS = 20;
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration LONG = Duration.ofMinutes(4);
  private static final Duration BREATH = Duration.ofSeconds(4);

  private final DeliveryRepository delivery;
  private final SlackSink slack;
  private final ApiServer api;
  private final Sight sight;
  private final Traffic traffic;
  private final Places places;
  private final LongSupplier controllerPid;
  private final Screen screen;
  private final Instant began = Instant.now();
  private final List<String> commits = new ArrayList<>();
  private boolean over;

  /// Where a person finds the parts of the playground.
  public record Places(
      Path kubeconfig,
      String git,
      String gateway,
      String proxy,
      String prometheus,
      String controller,
      String page,
      Path logs) {}

  /// A screen for what the output is: a picture on a terminal, lines elsewhere.
  ///
  /// @param picture false for lines anywhere
  public static Screen screen(PrintWriter out, boolean picture) {
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()
            && System.getenv("NO_COLOR") == null
            && !"dumb".equals(System.getenv("TERM"));
    return picture && terminal ? new LiveScreen(out) : new PlainScreen(out);
  }

  /// @param controllerPid the process to kill for those who want to see it come back; 0 while there
  ///   is none
  public Demo(
      ApiServer api,
      DeliveryRepository delivery,
      SlackSink slack,
      TrafficStats stats,
      Vertx vertx,
      Places places,
      LongSupplier controllerPid,
      Screen screen) {
    this.api = api;
    this.delivery = delivery;
    this.slack = slack;
    this.sight = new Sight(api);
    this.traffic = new Traffic(vertx, stats, URI.create(places.gateway()).getPort(), REQUESTS);
    this.places = places;
    this.controllerPid = controllerPid;
    this.screen = screen;
  }

  /// Returns when it is told to stop.
  public void run(CountDownLatch stop) throws InterruptedException {
    try {
      tell(stop);
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("the demo cannot go on");
      screen.note("the demo cannot go on: " + e.getMessage());
      stop.await();
    }
  }

  /// A cluster that goes on has some of this behind it.
  private void tell(CountDownLatch stop) throws IOException, InterruptedException {
    int done = Releases.deliver(api, places.git()) ? 0 : Releases.committed(delivery);
    if (done <= 1) {
      commit(Releases.first(), "Run myapp " + Releases.FIRST);
      follow(
          "Release %s is committed; the controller fetches it and takes the app over"
              .formatted(Releases.FIRST),
          canary -> phase(canary).equals("Initialized") || phase(canary).equals("Succeeded"),
          stop);
      breathe("The app runs, all traffic goes to its primary; a new release comes next", stop);
    }
    if (done <= 2) {
      commit(Releases.good(), "Release myapp " + Releases.GOOD);
      follow(
          "Release %s is committed; it gets more traffic as long as it is healthy"
              .formatted(Releases.GOOD),
          canary -> phase(canary).equals("Succeeded"),
          stop);
      breathe("Release %s is promoted; a bad one comes next".formatted(Releases.GOOD), stop);
    }
    if (done <= 3) {
      commit(Releases.bad(), "Release myapp " + Releases.BAD);
      follow(
          "Release %s is committed; it fails every third request".formatted(Releases.BAD),
          canary -> phase(canary).equals("Failed"),
          stop);
    }
    over = true;
    follow(
        done > 3
            ? "The cluster goes on where it was; everything stays up until Ctrl-C"
            : "Release %s is rolled back; everything stays up until Ctrl-C".formatted(Releases.BAD),
        _ -> false,
        stop);
  }

  private void commit(Map<String, String> files, String message) throws IOException {
    var now = Instant.now();
    var id = delivery.commit(files, message, now);
    commits.addFirst("%s  %s  %s".formatted(Sight.clock(now), id.substring(0, 8), message));
  }

  private void breathe(String chapter, CountDownLatch stop) throws InterruptedException {
    var until = Instant.now().plus(BREATH);
    follow(chapter, _ -> Instant.now().isAfter(until), stop);
  }

  /// Shows what happens until the Canary is as wanted, or it is time to stop.
  private void follow(String chapter, Predicate<JsonNode> done, CountDownLatch stop)
      throws InterruptedException {
    var late = Instant.now().plus(LONG);
    boolean told = false;
    while (!stop.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
      try {
        traffic.mark(Instant.now());
        var canary = sight.canary();
        screen.show(view(chapter, canary), over ? next() : List.of());
        if (done.test(canary)) {
          return;
        }
      } catch (RuntimeException e) {
        // One missed picture is no reason to end the show.
        LOG.atInfo().setCause(e).log("a look at the cluster failed");
      }
      if (!told && !over && Instant.now().isAfter(late)) {
        told = true;
        screen.note("this takes longer than it should; the logs are in " + places.logs());
      }
    }
  }

  private static String phase(JsonNode canary) {
    return canary.at("/status/phase").asText();
  }

  private View view(String chapter, JsonNode canary) {
    var message = "";
    for (var condition : canary.at("/status/conditions")) {
      if (Set.of("Promoted", "Ready").contains(condition.path("type").asText())
          && !condition.path("message").asText().isEmpty()) {
        message = condition.path("message").asText();
      }
    }
    var app = Releases.APP;
    return new View(
        Duration.between(began, Instant.now()),
        chapter,
        phase(canary),
        message,
        sight.weight(),
        canary.at("/status/failedChecks").asInt(),
        List.of(
            sight.side("primary", app + "-primary", traffic.lately(app + "-primary")),
            sight.side("canary", app, traffic.lately(app + "-canary"))),
        commits,
        sight.events(began.minusSeconds(1)),
        slack.messages().reversed().stream().map(Demo::line).toList());
  }

  private static View.Line line(SlackMessage message) {
    var text = message.text();
    if (!message.fields().isEmpty()) {
      text += " (" + String.join(", ", message.fields()) + ")";
    }
    return new View.Line(Sight.clock(message.at()), text, message.color().equals("danger"));
  }

  private List<String> next() {
    var kubectl = "kubectl --kubeconfig " + places.kubeconfig() + " -n " + Releases.NAMESPACE;
    return List.of(
        "Look at it in a browser: " + places.page(),
        "Try next, in another terminal:",
        "  " + kubectl + " describe canary " + Releases.APP,
        "  " + kubectl + " get canary,deploy,pods,virtualservice",
        "  git clone %s    (change production/deployment.yaml, push)".formatted(places.git()),
        "  curl -H 'Host: %s' %s/".formatted(Releases.HOST, places.gateway()),
        "  curl -x %s http://%s-primary.%s/"
            .formatted(places.proxy(), Releases.APP, Releases.NAMESPACE),
        "  kill -9 %d    (the controller; it comes back and goes on)"
            .formatted(controllerPid.getAsLong()),
        "  %s    (metrics)   %s/metrics    (the controller)"
            .formatted(places.prometheus(), places.controller()));
  }

  @Override
  public void close() {
    traffic.close();
  }
}
