package dev.sluice.controller.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Tolerance;
import dev.sluice.analysis.replay.BadRecording;
import dev.sluice.analysis.replay.FlaggerPolicy;
import dev.sluice.analysis.replay.Recording;
import dev.sluice.analysis.replay.Replay;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "judge",
    description = {
      "Judges a past release as the comparison with the primary would have judged it:",
      "a recording (--replay), or what a Prometheus has scraped (--from-prometheus).",
      "The recording is what a scraper saw, as comma-separated values:",
      "  t_s,group,requests_total,errors_total,le50,le100,…,leInf",
      "with t_s in seconds after the rollout's start (negative: before it), group canary or"
          + " primary,",
      "cumulative counts, and NaN for a series that is not there."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    sortOptions = false,
    versionProvider = Version.class)
final class JudgeCommand implements Callable<Integer> {
  private static final ObjectMapper JSON = new ObjectMapper();

  enum Output {
    TEXT,
    JSON
  }

  enum Beside {
    SLUICE,
    FLAGGER
  }

  @Option(
      names = "--replay",
      paramLabel = "FILE",
      description = "The recording; - for standard input.")
  @Nullable Path replay;

  @Mixin PastRelease past = new PastRelease();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text, or json: one object per line.")
  Output output;

  @Option(
      names = "--policy",
      paramLabel = "NAME",
      defaultValue = "sluice",
      description =
          "flagger: show beside it what Flagger's thresholds (99%%, 500 ms, five failed checks, one"
              + " a minute) would have done.")
  Beside policy;

  @Option(
      names = "--tick",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = Seconds.class,
      description = "Time between two looks; not below the interval of the scrapes.")
  Duration tick;

  @Option(
      names = "--alpha",
      paramLabel = "P",
      defaultValue = "0.01",
      description = "The chance that a healthy release is ever rolled back is at most this.")
  double alpha;

  @Option(
      names = "--theta",
      paramLabel = "X",
      defaultValue = "1.10",
      description = "Tolerated: errors up to X times the primary's …")
  double theta;

  @Option(
      names = "--delta",
      paramLabel = "SHARE",
      defaultValue = "0.0001",
      description = "… plus this share of the requests.")
  double delta;

  @Option(
      names = "--latency-theta",
      paramLabel = "X",
      defaultValue = "1.5",
      description = "Tolerated: requests slower than a bound up to X times the primary's …")
  double latencyTheta;

  @Option(
      names = "--latency-delta",
      paramLabel = "SHARE",
      defaultValue = "0.005",
      description = "… plus this share of the requests.")
  double latencyDelta;

  @Option(
      names = "--margin",
      paramLabel = "SHARE",
      defaultValue = "0.005",
      description =
          "Safe means evidence that the canary is at most this share of the requests beyond 1.5"
              + " times the primary.")
  double margin;

  @Option(
      names = "--min-success-rate",
      paramLabel = "PERCENT",
      defaultValue = "99",
      description = "Where there is no primary to compare with, this must succeed.")
  double minSuccessRate;

  @Option(
      names = "--slo-latency",
      paramLabel = "MS",
      defaultValue = "500",
      description =
          "A latency that must be compared, at the histogram's bound nearest to it; 0 for none.")
  double sloLatency;

  @Option(
      names = "--bounds",
      paramLabel = "MS,MS",
      split = ",",
      description = "Compare latencies at these bounds; without, by the primary's own history.")
  List<Double> bounds = List.of();

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      defaultValue = "0s",
      converter = Seconds.class,
      description = "After its first request the canary is tolerated more for so long.")
  Duration warmUp;

  @Option(
      names = "--require-latency",
      description = "Hold a canary whose latency cannot be compared.")
  boolean requireLatency;

  /// A recording's times are in seconds, so a number alone is, too.
  static final class Seconds implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      return new DurationConverter().convert(text.matches("\\d{1,7}") ? text + "s" : text);
    }
  }

  @Spec CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    var comparison = comparison();
    var fetched = release();
    var recording = fetched.recording();
    var flagger =
        policy == Beside.FLAGGER
            ? Optional.of(new Thresholds(fetched.byFlagger()))
            : Optional.<Thresholds>empty();
    fetched.notes().forEach(note -> spec.commandLine().getErr().println("sluice: " + note));
    PrintWriter out = spec.commandLine().getOut();
    Replay.Outcome outcome;
    try {
      outcome =
          Replay.run(
              recording,
              comparison,
              look -> out.println(said(look, flagger.map(f -> f.at(look.at())))));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
    out.println(finalWords(outcome, flagger, recording, comparison.tick()));
    out.flush();
    return 0;
  }

  private String said(Replay.Look look, Optional<Thresholds.State> flagger) {
    return output == Output.JSON
        ? json(VerdictJson.of(look, flagger))
        : "%8ss  %-8s  %s%s"
            .formatted(
                VerdictJson.plain(look.at()),
                VerdictJson.name(look.verdict()),
                VerdictJson.reason(look.verdict()),
                flagger.map(f -> "  [Flagger: " + f.words() + "]").orElse(""));
  }

  private String finalWords(
      Replay.Outcome outcome, Optional<Thresholds> flagger, Recording recording, double tick) {
    var later =
        flagger.map(thresholds -> {
          // The thresholds go on where the comparison has long decided.
          double end = recording.scrapes().getLast().at();
          double now = outcome.last().at();
          while (now < end && !thresholds.last().rolledBack()) {
            now += tick;
            thresholds.at(now);
          }
          return thresholds.last();
        });
    return output == Output.JSON
        ? json(VerdictJson.of(outcome, later))
        : "final: %s after %s canary requests, latency %s%s"
            .formatted(
                VerdictJson.name(outcome.last().verdict()),
                outcome.canaryRequests(),
                outcome.comparedLatency() ? "compared" : "unavailable",
                later.map(f -> "; Flagger: " + f.words()).orElse(""));
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private ComparisonPolicy comparison() {
    try {
      return new ComparisonPolicy(
          tick.toMillis() / 1000.0,
          alpha,
          new Tolerance(theta, delta),
          new Tolerance(latencyTheta, latencyDelta),
          margin,
          minSuccessRate / 100,
          sloLatency == 0 ? null : sloLatency,
          bounds,
          warmUp.toMillis() / 1000.0,
          requireLatency);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
    }
  }

  private PastRelease.Fetched release() throws IOException, InterruptedException {
    if (past.named() == (replay != null)) {
      throw new ParameterException(
          spec.commandLine(),
          replay == null
              ? "say what to judge: --replay FILE or --from-prometheus URL"
              : "--replay and --from-prometheus exclude each other");
    }
    if (past.named()) {
      return past.fetch(spec.commandLine(), Instant.now());
    }
    if (past.mentioned()) {
      throw new ParameterException(
          spec.commandLine(),
          "--canary, --primary, --service, --start and --end need --from-prometheus");
    }
    var recording = recording();
    return new PastRelease.Fetched(recording, recording, List.of());
  }

  private Recording recording() throws IOException {
    Path file = Objects.requireNonNull(replay);
    boolean standard = file.toString().equals("-");
    try (var from =
        standard
            ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
            : new BufferedReader(
                new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      return Recording.read(from);
    } catch (BadRecording e) {
      throw new ParameterException(spec.commandLine(), file + ": " + e.getMessage());
    } catch (NoSuchFileException e) {
      throw new ParameterException(spec.commandLine(), file + ": there is no such file");
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), file + ": cannot be read: " + Failures.oneLine(e));
    }
  }

  /// Flagger's thresholds on the same recording.
  static final class Thresholds {
    private final FlaggerPolicy flagger;
    private final Recording recording;
    private int next;
    private State last = new State(0, 0, false);

    Thresholds(Recording recording) {
      this.recording = recording;
      flagger = FlaggerPolicy.tutorial(recording.bounds());
    }

    /// @param at of the last check, in seconds after the rollout's start
    record State(double at, int failedChecks, boolean rolledBack) {
      String words() {
        return (rolledBack ? "rollback at " + VerdictJson.plain(at) + "s, " : "continue, ")
            + failedChecks
            + " failed checks";
      }
    }

    State at(double now) {
      var scrapes = recording.scrapes();
      for (; next < scrapes.size() && scrapes.get(next).at() <= now; next++) {
        flagger.take(scrapes.get(next), now);
      }
      if (flagger.look(now)) {
        last = new State(now, flagger.failedChecks(), flagger.rolledBack());
      }
      return last;
    }

    State last() {
      return last;
    }
  }
}
