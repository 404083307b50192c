package dev.sluice.playground.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// How a pod of the sample app behaves, as the annotations of its template ask.
///
/// @param readyAfter from the start of the container until the pod is ready
/// @param ready false for a pod that never becomes ready
/// @param errorRate the share of requests that is answered with 500, 0 to 1
/// @param latency added before every answer
/// @param crashAfter from each start of the container until it ends with code 1; empty when it
///   lives on
/// @param exitAfter from each start of the container until it ends with code 0; empty when it lives
///   on
/// @param cpuPerRequest the time of one core that an answer costs
/// @param image false for an image that no registry has
public record Behaviour(
    Duration readyAfter,
    boolean ready,
    double errorRate,
    Duration latency,
    Optional<Duration> crashAfter,
    Optional<Duration> exitAfter,
    Duration cpuPerRequest,
    boolean image) {

  public static final String PREFIX = "playground.sluice.dev/";
  public static final Behaviour DEFAULT =
      new Behaviour(
          Duration.ofSeconds(1),
          true,
          0,
          Duration.ZERO,
          Optional.empty(),
          Optional.empty(),
          Duration.ofMillis(10),
          true);

  private static final Duration LONGEST = Duration.ofHours(24);
  private static final Pattern DURATION =
      Pattern.compile("(?:\\d{1,9}(?:\\.\\d{1,9})?(?:ms|s|m|h))+|0");
  private static final Pattern PART = Pattern.compile("([\\d.]+)(ms|s|m|h)");

  /// What was understood, and one sentence for every annotation that was not; those are as if they
  /// were not there.
  public record Reading(Behaviour behaviour, List<String> problems) {
    public Reading {
      problems = List.copyOf(problems);
    }
  }

  public static Reading read(Map<String, String> annotations) {
    var problems = new ArrayList<String>();
    var never = Optional.ofNullable(annotations.get(PREFIX + "ready"));
    if (never.isPresent() && !never.get().equals("never") && !never.get().equals("true")) {
      problems.add(problem("ready", never.get(), "\"never\" or \"true\""));
    }
    var image = Optional.ofNullable(annotations.get(PREFIX + "image"));
    if (image.isPresent() && !image.get().equals("missing") && !image.get().equals("present")) {
      problems.add(problem("image", image.get(), "\"missing\" or \"present\""));
    }
    var behaviour =
        new Behaviour(
            duration(annotations, "ready-after", problems).orElse(DEFAULT.readyAfter()),
            !never.equals(Optional.of("never")),
            share(annotations, "error-rate", problems).orElse(DEFAULT.errorRate()),
            duration(annotations, "latency", problems).orElse(DEFAULT.latency()),
            duration(annotations, "crash-after", problems),
            duration(annotations, "exit-after", problems),
            duration(annotations, "cpu-per-request", problems).orElse(DEFAULT.cpuPerRequest()),
            !image.equals(Optional.of("missing")));
    annotations.forEach((name, value) -> {
      if (name.startsWith(PREFIX) && !KNOWN.contains(name.substring(PREFIX.length()))) {
        problems.add(
            "annotation %s is not known here; known are %s"
                .formatted(name, String.join(", ", KNOWN)));
      }
    });
    return new Reading(behaviour, problems);
  }

  private static final List<String> KNOWN =
      List.of(
          "cpu-per-request",
          "crash-after",
          "error-rate",
          "exit-after",
          "image",
          "latency",
          "ready",
          "ready-after");

  private static Optional<Duration> duration(
      Map<String, String> annotations, String name, List<String> problems) {
    var text = annotations.get(PREFIX + name);
    if (text == null) {
      return Optional.empty();
    }
    if (!DURATION.matcher(text).matches()) {
      problems.add(problem(name, text, "a duration such as 900ms, 5s or 1m30s"));
      return Optional.empty();
    }
    var sum = Duration.ZERO;
    var parts = PART.matcher(text);
    while (parts.find()) {
      long unit =
          switch (parts.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
          };
      sum = sum.plusMillis(Math.round(Double.parseDouble(parts.group(1)) * unit));
    }
    if (sum.compareTo(LONGEST) > 0) {
      problems.add(problem(name, text, "at most 24h"));
      return Optional.empty();
    }
    return Optional.of(sum);
  }

  private static Optional<Double> share(
      Map<String, String> annotations, String name, List<String> problems) {
    var text = annotations.get(PREFIX + name);
    if (text == null) {
      return Optional.empty();
    }
    if (!text.matches("0|1|[01]?\\.\\d{1,9}") || Double.parseDouble(text) > 1) {
      problems.add(problem(name, text, "a share from 0 to 1 such as 0.2"));
      return Optional.empty();
    }
    return Optional.of(Double.parseDouble(text));
  }

  private static String problem(String name, String value, String wanted) {
    var shown = value.length() > 60 ? value.substring(0, 60) + "…" : value;
    return "annotation %s%s has the value \"%s\" and should have %s; it is ignored"
        .formatted(PREFIX, name, shown, wanted);
  }
}
