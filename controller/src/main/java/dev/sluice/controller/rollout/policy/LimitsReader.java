package dev.sluice.controller.rollout.policy;

import dev.sluice.analysis.Limits;
import dev.sluice.crds.Analysis;
import dev.sluice.crds.Analysis.Metric;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Reads what a spec says about the limits of single metrics.
public final class LimitsReader {
  private final Analysis analysis;
  private final Findings findings;

  private LimitsReader(Analysis analysis, Findings findings) {
    this.analysis = analysis;
    this.findings = findings;
  }

  /// Of a metric that [#check] has found no fault with.
  ///
  /// @throws IllegalArgumentException for a delay that is no duration
  public static Limits limits(Metric metric) {
    return new Limits(
        limit(metric.failureLimit()),
        limit(metric.consecutiveErrorLimit()),
        limit(metric.inconclusiveLimit()),
        metric.dryRun(),
        metric.delay());
  }

  private static OptionalInt limit(@Nullable Integer number) {
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  static void check(Analysis analysis, Findings findings) {
    var reader = new LimitsReader(analysis, findings);
    var first = new HashMap<String, Integer>();
    for (int i = 0; i < analysis.metrics().size(); i++) {
      var metric = analysis.metrics().get(i);
      var before = first.putIfAbsent(metric.name(), i);
      reader.metric("spec.analysis.metrics[%d]".formatted(i), metric);
      if (before != null
          && (reader.isCounted(metric) || reader.isCounted(analysis.metrics().get(before)))) {
        findings.problem(
            "spec.analysis.metrics[%d].name".formatted(i),
            "'%s' is the name of metrics[%d], too; what has limits of its own or is a dry run is counted by its name"
                .formatted(metric.name(), before));
      }
    }
    reader.rehearsals();
  }

  private void metric(String field, Metric metric) {
    var numbers = numbers(metric);
    numbers.forEach((name, number) -> number(field + "." + name, name, number));
    delay(field + ".initialDelay", metric);
    if (analysis.compares(metric)) {
      numbers
          .keySet()
          .forEach(name -> ignored(field + "." + name, "the metric is compared with the primary"));
      if (metric.initialDelay() != null) {
        ignored(
            field + ".initialDelay",
            "the metric is compared with the primary; spec.analysis.comparison.warmUp is for that");
      }
      if (metric.dryRun()) {
        findings.problem(
            field + ".dryRun",
            "'%s' is compared with the primary, which always decides; leave out one of the two"
                .formatted(metric.name()));
      }
    } else if (metric.dryRun()) {
      numbers.keySet().forEach(name -> ignored(field + "." + name, "a dry run decides nothing"));
    }
  }

  private static Map<String, Integer> numbers(Metric metric) {
    var numbers = new LinkedHashMap<String, Integer>();
    putGiven(numbers, "failureLimit", metric.failureLimit());
    putGiven(numbers, "consecutiveErrorLimit", metric.consecutiveErrorLimit());
    putGiven(numbers, "inconclusiveLimit", metric.inconclusiveLimit());
    return numbers;
  }

  private static void putGiven(
      Map<String, Integer> numbers, String name, @Nullable Integer number) {
    if (number != null) {
      numbers.put(name, number);
    }
  }

  /// In Argo Rollouts, -1 turns a limit off.
  private void number(String field, String name, int number) {
    if (number < 0 || number > Analysis.MOST_LOOKS) {
      var instead =
          switch (name) {
            case "failureLimit" -> "; for a metric that never rolls back, write dryRun: true";
            default -> "; leave it out for no limit";
          };
      findings.problem(
          field,
          "is 0 to %d looks, not %d%s"
              .formatted(Analysis.MOST_LOOKS, number, number < 0 ? instead : ""));
    }
  }

  private void delay(String field, Metric metric) {
    if (findings.read(field, metric::delay, Duration.ZERO).compareTo(Duration.ofDays(7)) > 0) {
      findings.problem(field, "is longer than a week");
    }
  }

  private void rehearsals() {
    var metrics = analysis.metrics();
    if (!metrics.isEmpty() && metrics.stream().allMatch(Metric::dryRun)) {
      findings.warning(
          "spec.analysis.metrics",
          "are all dry runs: only webhooks and ready pods judge a release");
    }
  }

  private boolean isCounted(Metric metric) {
    return metric.dryRun() || !numbers(metric).isEmpty();
  }

  private void ignored(String field, String because) {
    findings.warning(field, "is ignored: " + because);
  }
}
