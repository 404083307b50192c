package dev.sluice.controller.cli;

import dev.sluice.analysis.Credentials;
import dev.sluice.analysis.Http;
import dev.sluice.analysis.MetricSource;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Providers;
import dev.sluice.analysis.replay.Recording;
import dev.sluice.analysis.traffic.Counted;
import dev.sluice.analysis.traffic.Counting;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.analysis.traffic.Disagreement;
import dev.sluice.analysis.traffic.RawCounters;
import dev.sluice.analysis.traffic.Rule;
import dev.sluice.analysis.traffic.Sides;
import dev.sluice.analysis.traffic.Workload;
import dev.sluice.controller.http.AnalysisHttp;
import dev.sluice.controller.http.ResilientHttp;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// The options of `judge` that name a release of the past, and how its counters are fetched.
final class PastRelease {
  private static final Duration LONGEST = Duration.ofDays(3);
  private static final int MOST_SECRET_BYTES = 64 * 1024;

  @Option(
      names = "--from-prometheus",
      paramLabel = "URL",
      description = "Judge what this Prometheus has scraped of Istio's proxies, instead of a file.")
  @Nullable String address;

  @Option(
      names = "--canary",
      paramLabel = "NS/WORKLOAD",
      description = "The workload that was released.")
  @Nullable String canary;

  @Option(
      names = "--primary",
      paramLabel = "NS/WORKLOAD",
      description = "The one it is compared with, usually the canary's name with -primary.")
  @Nullable String primary;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      description =
          "The Service whose -canary and -primary the callers choose; without, the canary's name.")
  @Nullable String service;

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description = "When the canary got its first traffic: RFC 3339, or seconds since 1970.")
  @Nullable String start;

  @Option(names = "--end", paramLabel = "TIME", description = "Up to when to judge.")
  @Nullable String end;

  @Option(
      names = "--history",
      paramLabel = "TIME",
      defaultValue = "30m",
      converter = DurationConverter.class,
      description = "So much from before the start teaches what is usual of the primary.")
  Duration history = Duration.ofMinutes(30);

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_PROMETHEUS_TOKEN_FILE}",
      description =
          "Holds a bearer token for the Prometheus (or name it in SLUICE_PROMETHEUS_TOKEN_FILE).")
  @Nullable Path tokenFile;

  @Option(
      names = "--login-file",
      paramLabel = "FILE",
      defaultValue = "${env:SLUICE_PROMETHEUS_LOGIN_FILE}",
      description =
          "Holds USER:PASSWORD for the Prometheus (or name it in SLUICE_PROMETHEUS_LOGIN_FILE).")
  @Nullable Path loginFile;

  @Option(
      names = "--insecure-skip-verify",
      description = "Take any TLS certificate of the Prometheus.")
  boolean insecureSkipVerify;

  /// What was fetched.
  ///
  /// @param recording by our own table
  /// @param byFlagger by Flagger's definition of errors
  /// @param notes one line each, about what is not in the verdicts
  record Fetched(Recording recording, Recording byFlagger, List<String> notes) {
    Fetched {
      notes = List.copyOf(notes);
    }
  }

  boolean named() {
    return address != null;
  }

  /// Whether any option but the address is there.
  boolean mentioned() {
    return Stream.of(canary, primary, service, start, end).anyMatch(Objects::nonNull);
  }

  /// @throws ParameterException for an option that cannot be
  /// @throws IOException with one line, when the Prometheus could not be asked
  Fetched fetch(CommandLine line, Instant now) throws IOException, InterruptedException {
    var sides = sides(line);
    var from = time(line, "--start", start);
    var to = time(line, "--end", end);
    if (!to.isAfter(from)) {
      throw new ParameterException(line, "--end must be after --start");
    }
    if (from.isAfter(now)) {
      throw new ParameterException(line, "--start is in the future");
    }
    var until = to.isAfter(now) ? now : to;
    if (Duration.between(from.minus(history), until).compareTo(LONGEST) > 0) {
      throw new ParameterException(
          line, "from the history before --start to --end are more than 3 days");
    }
    var provider = provider(line);
    Vertx vertx = Vertx.vertx();
    try (ResilientHttp http = ResilientHttp.over(vertx, ResilientHttp.Limits.DEFAULT)) {
      var source = connect(line, provider, new AnalysisHttp(http, Optional.empty()));
      return switch (new RawCounters(source)
          .between(List.of(sides), true, from.minus(history), until)) {
        case RawCounters.None none -> throw new IOException(none.why());
        case RawCounters.Got got -> counted(line, got, sides, from, provider);
      };
    } finally {
      vertx.close();
    }
  }

  private static MetricSource connect(CommandLine line, Provider provider, Http http) {
    try {
      return Providers.connect(provider, http);
    } catch (NeedsEdit e) {
      throw new ParameterException(line, "--from-prometheus: " + e.getMessage());
    }
  }

  private static Fetched counted(
      CommandLine line, RawCounters.Got got, Sides sides, Instant start, Provider provider) {
    var counted = Counting.of(got.requests(), got.buckets(), sides, start, Definition.TABLE);
    var flagger = Counting.of(got.requests(), got.buckets(), sides, start, Definition.FLAGGER);
    var recording =
        counted
            .recording()
            .orElseThrow(() ->
                new ParameterException(
                    line,
                    "%s has no istio_requests_total of %s or %s after --start%s"
                        .formatted(
                            provider,
                            sides.canary(),
                            sides.primary(),
                            counted.leftOut().isEmpty()
                                ? ""
                                : " that counts; " + Rule.words(counted.leftOut()))));
    var byFlagger =
        flagger.recording().orElseGet(() -> new Recording(recording.bounds(), List.of()));
    return new Fetched(recording, byFlagger, notes(got.warning(), counted, flagger));
  }

  private static List<String> notes(String warning, Counted counted, Counted flagger) {
    var notes = new ArrayList<String>();
    if (!warning.isEmpty()) {
      notes.add("the Prometheus warns: " + warning);
    }
    var left = Rule.words(counted.leftOut());
    if (!left.isEmpty()) {
      notes.add(left);
    }
    new Disagreement(counted.canary(), flagger.canary()).words().ifPresent(notes::add);
    return notes;
  }

  private Sides sides(CommandLine line) {
    var released = workload(line, "--canary", canary);
    var compared = workload(line, "--primary", primary);
    try {
      return new Sides(released, compared, service == null ? released.name() : service);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          line,
          released.equals(compared)
              ? String.valueOf(e.getMessage())
              : "--service: '" + service + "' is no name of a Service");
    }
  }

  private static Workload workload(CommandLine line, String option, @Nullable String text) {
    try {
      return Workload.parse(required(line, option, text));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(line, option + ": '" + text + "' " + e.getMessage());
    }
  }

  private static String required(CommandLine line, String option, @Nullable String text) {
    if (text == null) {
      throw new ParameterException(line, "--from-prometheus needs " + option + " too");
    }
    return text;
  }

  private static Instant time(CommandLine line, String option, @Nullable String given) {
    var text = required(line, option, given);
    try {
      if (text.matches("\\d{1,11}(\\.\\d{1,9})?")) {
        return Instant.ofEpochMilli(new BigDecimal(text).movePointRight(3).longValue());
      }
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new ParameterException(
          line,
          option
              + ": '"
              + text
              + "' is no time such as 2026-11-21T10:00:00Z or 1795255200, in seconds since 1970");
    }
  }

  private Provider provider(CommandLine line) {
    var url = Objects.requireNonNull(address);
    if (url.matches("[^/]*//[^/]*@.*")) {
      throw new ParameterException(
          line,
          "--from-prometheus: credentials on a command line are seen by others; use --token-file or --login-file");
    }
    var entries = new LinkedHashMap<String, String>();
    if (tokenFile != null && loginFile != null) {
      throw new ParameterException(line, "give --token-file or --login-file, not both");
    }
    if (tokenFile != null) {
      entries.put("token", secret(line, "--token-file", tokenFile));
    }
    if (loginFile != null) {
      var login = secret(line, "--login-file", loginFile);
      int colon = login.indexOf(':');
      if (colon < 0) {
        throw new ParameterException(line, "--login-file: does not hold USER:PASSWORD");
      }
      entries.put("username", login.substring(0, colon));
      entries.put("password", login.substring(colon + 1));
    }
    return new Provider("prometheus", url, Map.of(), Credentials.of(entries), insecureSkipVerify);
  }

  private static String secret(CommandLine line, String option, Path file) {
    try (var from = Files.newInputStream(file)) {
      var bytes = from.readNBytes(MOST_SECRET_BYTES + 1);
      var text = new String(bytes, StandardCharsets.UTF_8).strip();
      if (bytes.length > MOST_SECRET_BYTES || text.isEmpty() || text.lines().count() > 1) {
        throw new ParameterException(line, option + ": " + file + " must hold one line");
      }
      return text;
    } catch (IOException e) {
      throw new ParameterException(
          line, option + ": " + file + " cannot be read: " + Failures.oneLine(e));
    }
  }
}
