package dev.sluice.controller.querypath;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Bound;
import dev.sluice.analysis.BuiltIn;
import dev.sluice.analysis.Check;
import dev.sluice.analysis.Inquiry;
import dev.sluice.analysis.MeshQueries;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Providers;
import dev.sluice.analysis.Questions;
import dev.sluice.analysis.SilencePolicy;
import dev.sluice.analysis.Thresholds;
import dev.sluice.analysis.Unit;
import dev.sluice.analysis.Variables;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.Verdict.Reason;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Judge;
import dev.sluice.analysis.replay.Replay;
import dev.sluice.analysis.traffic.Counted;
import dev.sluice.analysis.traffic.Counting;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.analysis.traffic.RawCounters;
import dev.sluice.analysis.traffic.Sides;
import dev.sluice.analysis.traffic.Workload;
import dev.sluice.controller.http.AnalysisHttp;
import dev.sluice.controller.http.ResilientHttp;
import dev.sluice.playground.sample.Behaviour;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Releases are judged by what a real Prometheus has scraped of real requests.
///
/// Two callers send 200 requests a second; every second the counters since the release's start are
/// asked for and judged, by the comparison and by thresholds.
@Tag("container")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealQueryPathTest {
  private static final Duration HISTORY = Duration.ofSeconds(4);

  /// In milliseconds. Durations are the machine's own, and tests run on machines that are busy.
  private static final double LONGEST = 10_000;

  private static final ComparisonPolicy EVERY_SECOND = policy();

  private final BlockingQueue<Instant> ticks = new LinkedBlockingQueue<>();
  private Vertx vertx;
  private ResilientHttp http;
  private Town town;
  private PrometheusContainer prometheus;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    vertx = Vertx.vertx();
    http = ResilientHttp.over(vertx, new ResilientHttp.Limits(8, 8, 20, Duration.ofMillis(200)));
    town = new Town();
    prometheus = PrometheusContainer.start(folder, town.targets());
    vertx.setPeriodic(1000, _ -> ticks.add(Instant.now()));
  }

  @AfterAll
  void stop() throws Exception {
    if (prometheus != null) {
      prometheus.close();
    }
    town.close();
    http.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void aHealthyReleaseIsSafe() throws Exception {
    var release = release("healthy", Behaviour.DEFAULT);
    try (var _ = town.traffic("healthy", 200)) {
      release.begin();
      assertThat(release.lookUntil(Verdict.Safe.class, 40).sentence()).contains("error rate 0%");
      assertThat(release.thresholds()).isInstanceOf(Verdict.Safe.class);
    }
  }

  @Test
  void aReleaseThatFailsEveryFifthRequestIsRolledBackWithinSeconds() throws Exception {
    var release = release("failing", failing(0.2));
    try (var _ = town.traffic("failing", 200)) {
      release.begin();
      assertThat(release.lookUntil(Verdict.Rollback.class, 10).sentence())
          .containsPattern("error rate [12]\\d(\\.\\d)?% at the canary")
          .contains("0% at the primary");
      assertThat(release.thresholds())
          .isInstanceOfSatisfying(
              Verdict.Hold.class,
              hold -> {
                assertThat(hold.reason()).isEqualTo(Reason.CHECK_FAILED);
                assertThat(hold.sentence()).contains("request-success-rate is ");
              });
    }
  }

  @Test
  void everyRequestCountsOnceWhenACallersProxyIsRestarted() throws Exception {
    var release = release("restarted", Behaviour.DEFAULT);
    try (var _ = town.traffic("restarted", 200)) {
      release.begin();
      release.look();
      release.look();
    }
    release.awaitCounts();
    town.restart("mobile");
    try (var _ = town.traffic("restarted", 200)) {
      release.look();
      assertThat(release.look()).isNotInstanceOf(Verdict.Rollback.class);
    }
    release.awaitCounts();
  }

  @Test
  void aPrometheusThatIsKilledSaysNothingAboutTheReleaseAndLosesNothing() throws Exception {
    var release = release("unseen", failing(0.02));
    try (var _ = town.traffic("unseen", 200)) {
      release.begin();
      assertThat(release.look()).isNotInstanceOf(Verdict.Rollback.class);
      prometheus.kill();
      for (int look = 0; look < 2; look++) {
        assertThat(release.look())
            .isInstanceOfSatisfying(
                Verdict.Hold.class,
                hold -> {
                  assertThat(hold.reason()).isEqualTo(Reason.SOURCE_UNAVAILABLE);
                  assertThat(hold.sentence())
                      .contains("does not answer", "this says nothing about the release");
                });
      }
      assertThat(release.thresholds())
          .isInstanceOfSatisfying(
              Verdict.Hold.class,
              hold -> {
                assertThat(hold.reason()).isEqualTo(Reason.SOURCE_UNAVAILABLE);
                assertThat(hold.failedCheck()).isFalse();
              });
      prometheus.begin();
      assertThat(release.lookUntil(Verdict.Rollback.class, 40).sentence())
          .containsPattern("error rate \\d(\\.\\d+)?% at the canary");
    }
    release.awaitCounts();
  }

  private static Behaviour failing(double share) {
    return Behaviour.read(Map.of(Behaviour.PREFIX + "error-rate", String.valueOf(share)))
        .behaviour();
  }

  private Release release(String namespace, Behaviour canary) throws Exception {
    town.deploy(namespace, canary);
    return new Release(namespace);
  }

  private final class Release {
    private final String namespace;
    private final Sides sides;
    private final Provider provider = Provider.prometheus(prometheus.url());
    private final RawCounters counters;
    private Instant start = Instant.EPOCH;

    Release(String namespace) throws Exception {
      this.namespace = namespace;
      sides =
          new Sides(new Workload(namespace, "app"), new Workload(namespace, "app-primary"), "app");
      counters =
          new RawCounters(Providers.connect(provider, new AnalysisHttp(http, Optional.empty())));
    }

    /// Half the traffic, after a while with the primary alone.
    void begin() throws Exception {
      tick(HISTORY.toSeconds());
      start = Instant.now();
      town.weights(namespace, 50);
    }

    private Instant tick(long many) throws InterruptedException {
      ticks.clear();
      Instant last = Instant.EPOCH;
      for (long i = 0; i < many; i++) {
        last = ticks.take();
      }
      return last;
    }

    /// At the next second.
    Verdict look() throws InterruptedException {
      var now = tick(1);
      return switch (counters.between(List.of(sides), true, start.minus(HISTORY), now)) {
        case RawCounters.None none ->
            new Judge(EVERY_SECOND, new double[0]).unavailable(none.why());
        case RawCounters.Got got ->
            counted(got)
                .recording()
                .map(seen -> Replay.run(seen, EVERY_SECOND, _ -> {}).last().verdict())
                .orElse(new Verdict.Continue(List.of()));
      };
    }

    private Counted counted(RawCounters.Got got) {
      return Counting.of(got.requests(), got.buckets(), sides, start, Definition.TABLE);
    }

    Verdict lookUntil(Class<? extends Verdict> wanted, int looks) throws InterruptedException {
      Verdict seen = look();
      for (int i = 1; i < looks && !wanted.isInstance(seen); i++) {
        seen = look();
      }
      assertThat(seen).isInstanceOf(wanted);
      return seen;
    }

    /// Once all is answered and scraped, as many requests were counted as the callers saw answered.
    void awaitCounts() throws InterruptedException {
      long counted = -1;
      for (int i = 0; i < 20 && !(town.quiet() && counted == answered()); i++) {
        if (counters.between(List.of(sides), true, start.minus(HISTORY), tick(1))
            instanceof RawCounters.Got got) {
          counted = counted(got).canary().requests();
        }
      }
      assertThat(counted).isPositive().isEqualTo(answered());
    }

    private long answered() {
      return town.answeredByCanary(namespace);
    }

    /// What Flagger's checks say now.
    Verdict thresholds() throws Exception {
      var mesh = MeshQueries.of("istio");
      var interval = Duration.ofSeconds(10);
      var checks =
          List.of(
              new Check(
                  "request-success-rate",
                  BuiltIn.SUCCESS_RATE.query(mesh, provider),
                  Bound.atLeast(99, Unit.PERCENT),
                  interval),
              new Check(
                  "request-duration",
                  BuiltIn.DURATION.query(mesh, provider),
                  Bound.atMost(LONGEST, Unit.MILLISECONDS),
                  interval));
      var inquiry =
          Inquiry.of(
              checks,
              Variables.of(namespace, "app", "app", "app"),
              "app-primary",
              mesh,
              start,
              Instant.now(),
              Duration.ofSeconds(1));
      var answers =
          Questions.ask(
              inquiry.questions(), Optional.empty(), new AnalysisHttp(http, Optional.empty()), 4);
      return Thresholds.judge(
          Thresholds.looks(inquiry.readings(answers.numbers()), SilencePolicy.DEFAULT), 0, 5);
    }
  }

  private static ComparisonPolicy policy() {
    var usual = ComparisonPolicy.DEFAULT;
    return new ComparisonPolicy(
        1,
        usual.alpha(),
        usual.errors(),
        usual.latency(),
        usual.margin(),
        usual.minSuccess(),
        LONGEST,
        List.of(LONGEST),
        usual.warmUp(),
        usual.requireLatency());
  }
}
