package dev.sluice.controller.server;

import dev.sluice.analysis.BuiltIn;
import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.report.CanaryGauges;
import dev.sluice.controller.rollout.Answers;
import dev.sluice.controller.rollout.Reason;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.crds.Analysis;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.Condition;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.RolloutStatus;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// Metrics of canaries: Flagger's, by its names and labels, and Sluice's own. What is shown of a
/// canary is gone with it.
///
/// Flagger's label `name` is the name of the target, not of the Canary.
public final class CanaryMetrics implements CanaryGauges {
  private static final int EVERYTHING = 100;

  private final Map<ObjectRef, Facts> canaries = new ConcurrentHashMap<>();
  private final Map<ObjectRef, Map<String, Double>> values = new ConcurrentHashMap<>();
  private volatile boolean shown = true;
  private final Histogram durations;
  private final Counter successes;
  private final Counter failures;
  private final Counter verdicts;
  private final Counter webhooks;
  private final Counter events;

  /// @param held the reason, empty when it is not
  /// @param stalled the reason, empty when it is not
  private record Facts(
      ObjectRef ref,
      String target,
      CanaryStatus.Phase phase,
      int weight,
      int failedChecks,
      String held,
      String stalled,
      List<RolloutStatus.MetricLooks> looks) {

    static Optional<Facts> of(Canary canary) {
      CanaryStatus status = canary.status();
      return Optional.ofNullable(status.phase())
          .map(phase ->
              new Facts(
                  canary.ref(),
                  canary.spec().targetRef().name(),
                  phase,
                  status.canaryWeight(),
                  status.failedChecks(),
                  reason(status, Condition.HELD),
                  reason(status, Condition.STALLED),
                  Optional.ofNullable(status.rollout())
                      .map(RolloutStatus::metrics)
                      .orElse(List.of())));
    }

    private static String reason(CanaryStatus status, String type) {
      return status
          .condition(type)
          .filter(condition -> condition.status() == Condition.Status.TRUE)
          .map(Condition::reason)
          .orElse("");
    }

    /// As Flagger has it: 0 in the analysis, 2 failed, 1 for everything else.
    int number() {
      return switch (phase) {
        case PROGRESSING -> 0;
        case FAILED -> 2;
        case INITIALIZING,
            INITIALIZED,
            WAITING,
            WAITING_PROMOTION,
            PROMOTING,
            FINALISING,
            SUCCEEDED,
            TERMINATING,
            TERMINATED ->
            1;
      };
    }
  }

  CanaryMetrics(PrometheusRegistry registry) {
    durations =
        Histogram.builder()
            .name("flagger_canary_duration_seconds")
            .help("How long a pass took that asked webhooks or metric sources.")
            .labelNames("name", "namespace")
            .classicOnly()
            .classicUpperBounds(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10)
            .register(registry);
    successes = ends("flagger_canary_successes_total", "Promoted revisions.", registry);
    failures = ends("flagger_canary_failures_total", "Revisions rolled back.", registry);
    verdicts =
        Counter.builder()
            .name("sluice_verdicts_total")
            .help("What the judge said of metrics.")
            .labelNames("verdict", "reason")
            .register(registry);
    webhooks =
        Counter.builder()
            .name("sluice_webhook_answers_total")
            .help("What webhooks said.")
            .labelNames("type", "answer")
            .register(registry);
    events =
        Counter.builder()
            .name("sluice_events_total")
            .help("What people were told, by the reason of the Event.")
            .labelNames("reason")
            .register(registry);
    beginAtZero();
    flaggers(registry);
    ours(registry);
  }

  /// A series that begins with its first event hides that event from `increase`.
  private void beginAtZero() {
    for (String verdict : List.of("continue", "safe", "rollback")) {
      verdicts.initLabelValues(verdict, "");
    }
    for (Verdict.Reason reason : Verdict.Reason.values()) {
      verdicts.initLabelValues("hold", word(reason));
    }
    for (Policy.HookType type : Policy.HookType.values()) {
      webhooks.initLabelValues(word(type), "agreed");
      webhooks.initLabelValues(word(type), "refused");
    }
    for (Reason reason : Reason.values()) {
      events.initLabelValues(reason.title());
    }
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static Counter ends(String name, String help, PrometheusRegistry registry) {
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames("name", "namespace", "deployment_strategy", "analysis_status")
        .register(registry);
  }

  private void flaggers(PrometheusRegistry registry) {
    gauge("flagger_canary_total", "Canaries.", List.of("namespace"))
        .callback(points ->
            canaries.values().stream()
                .collect(
                    Collectors.groupingBy(
                        f -> f.ref().namespace(), TreeMap::new, Collectors.counting()))
                .forEach((namespace, count) -> points.call(count, namespace)))
        .register(registry);
    gauge(
            "flagger_canary_status",
            "0 in the analysis, 2 failed, 1 everything else.",
            List.of("name", "namespace"))
        .callback(points ->
            byTarget().forEach(f -> points.call(f.number(), f.target(), f.ref().namespace())))
        .register(registry);
    gauge(
            "flagger_canary_weight",
            "Share of the traffic in percent.",
            List.of("workload", "namespace"))
        .callback(points ->
            byTarget().stream()
                .filter(f -> f.phase() != CanaryStatus.Phase.INITIALIZING)
                .forEach(f -> {
                  String namespace = f.ref().namespace();
                  points.call(f.weight(), f.target(), namespace);
                  points.call(EVERYTHING - f.weight(), f.target() + "-primary", namespace);
                }))
        .register(registry);
    gauge(
            "flagger_canary_metric_analysis",
            "The last value of a metric of the analysis; request-duration in seconds.",
            List.of("name", "namespace", "metric"))
        .callback(points ->
            byTarget()
                .forEach(f ->
                    values
                        .getOrDefault(f.ref(), Map.of())
                        .forEach((metric, value) ->
                            points.call(value, f.target(), f.ref().namespace(), metric))))
        .register(registry);
  }

  private void ours(PrometheusRegistry registry) {
    gauge(
            "sluice_canary_phase",
            "1 for the phase that a canary is in.",
            List.of("namespace", "name", "phase"))
        .callback(points ->
            canaries
                .values()
                .forEach(f ->
                    points.call(1, f.ref().namespace(), f.ref().name(), String.valueOf(f.phase()))))
        .register(registry);
    gauge(
            "sluice_canary_failed_checks",
            "Failed checks of the run under way.",
            List.of("namespace", "name"))
        .callback(points ->
            canaries
                .values()
                .forEach(f -> points.call(f.failedChecks(), f.ref().namespace(), f.ref().name())))
        .register(registry);
    gauge(
            "sluice_canary_metric_looks",
            "Looks of the run under way at metrics with limits of their own, or in dry run.",
            List.of("namespace", "name", "metric", "outcome"))
        .callback(points ->
            canaries
                .values()
                .forEach(f ->
                    f.looks()
                        .forEach(looks ->
                            outcomes(looks)
                                .forEach((outcome, count) ->
                                    points.call(
                                        count,
                                        f.ref().namespace(),
                                        f.ref().name(),
                                        looks.name(),
                                        outcome)))))
        .register(registry);
    gauge(
            "sluice_canary_held",
            "1 while a rollout does not go on, by the reason of condition Held.",
            List.of("namespace", "name", "reason"))
        .callback(points ->
            canaries.values().stream()
                .filter(f -> !f.held().isEmpty())
                .forEach(f -> points.call(1, f.ref().namespace(), f.ref().name(), f.held())))
        .register(registry);
    gauge(
            "sluice_canary_stalled",
            "1 while a person must edit something, by the reason of condition Stalled.",
            List.of("namespace", "name", "reason"))
        .callback(points ->
            canaries.values().stream()
                .filter(f -> !f.stalled().isEmpty())
                .forEach(f -> points.call(1, f.ref().namespace(), f.ref().name(), f.stalled())))
        .register(registry);
  }

  private static Map<String, Integer> outcomes(RolloutStatus.MetricLooks looks) {
    return Map.of(
        "measured", looks.measured(),
        "failed", looks.failed(),
        "errors-in-row", looks.errorsInRow(),
        "inconclusive", looks.inconclusive());
  }

  private static GaugeWithCallback.Builder gauge(String name, String help, List<String> labels) {
    return GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(labels.toArray(String[]::new));
  }

  /// One for each target: two Canaries of one target would be one series twice, and Prometheus
  /// would refuse the whole page.
  private List<Facts> byTarget() {
    Set<ObjectRef> seen = new HashSet<>();
    return canaries.values().stream()
        .sorted(java.util.Comparator.comparing(Facts::ref))
        .filter(f -> seen.add(new ObjectRef(f.ref().namespace(), f.target())))
        .toList();
  }

  @Override
  public void stands(Canary canary) {
    if (!shown) {
      return;
    }
    Facts before = canaries.get(canary.ref());
    if (before != null && !before.target().equals(canary.spec().targetRef().name())) {
      forget(canary.ref());
    }
    Facts.of(canary).ifPresent(facts -> canaries.put(canary.ref(), facts));
  }

  @Override
  public void answered(Canary canary, Answers answers) {
    answers
        .hooks()
        .forEach(hook ->
            webhooks
                .labelValues(
                    word(hook.hook().type()), hook.refusal().isEmpty() ? "agreed" : "refused")
                .inc());
    answers.verdict().ifPresent(verdict -> judged(canary.ref(), verdict));
  }

  private void judged(ObjectRef canary, Verdict verdict) {
    switch (verdict) {
      case Verdict.Continue _ -> verdicts.labelValues("continue", "").inc();
      case Verdict.Safe _ -> verdicts.labelValues("safe", "").inc();
      case Verdict.Rollback _ -> verdicts.labelValues("rollback", "").inc();
      case Verdict.Hold hold -> verdicts.labelValues("hold", word(hold.reason())).inc();
    }
    Map<String, Double> seen = new TreeMap<>();
    for (Evidence evidence : verdict.evidence()) {
      Double value = evidence.value();
      if (value != null) {
        seen.put(evidence.metric(), inFlaggersUnit(evidence.metric(), value));
      }
    }
    if (!seen.isEmpty()) {
      values.put(canary, seen);
    }
  }

  private static double inFlaggersUnit(String metric, double value) {
    return metric.equals(BuiltIn.DURATION.metric()) ? value / 1000 : value;
  }

  @Override
  public void analysed(Canary canary, Duration took) {
    if (shown) {
      durations
          .labelValues(canary.spec().targetRef().name(), canary.metadata().namespace())
          .observe(took.toNanos() / 1e9);
    }
  }

  @Override
  public void told(Canary canary, Reason reason) {
    events.labelValues(reason.title()).inc();
    if (reason == Reason.PROMOTED) {
      count(successes, canary, canary.spec().skipAnalysis() ? "skipped" : "completed");
    }
    if (reason == Reason.ROLLED_BACK) {
      count(failures, canary, "completed");
    }
  }

  private static void count(Counter counter, Canary canary, String analysis) {
    counter
        .labelValues(
            canary.spec().targetRef().name(),
            canary.metadata().namespace(),
            strategy(canary.spec().analysis()),
            analysis)
        .inc();
  }

  private static String strategy(Analysis analysis) {
    return switch (analysis.strategy()) {
      case CANARY -> "canary";
      case BLUE_GREEN -> "blue_green";
      case AB_TESTING -> "ab_testing";
    };
  }

  @Override
  public void forget(ObjectRef canary) {
    Facts facts = canaries.remove(canary);
    values.remove(canary);
    if (facts != null) {
      durations.remove(facts.target(), canary.namespace());
      List<String> of = List.of(facts.target(), canary.namespace());
      successes.removeIf(labels -> labels.subList(0, 2).equals(of));
      failures.removeIf(labels -> labels.subList(0, 2).equals(of));
    }
  }

  /// @param show whether this process looks after canaries; what another one looks after is not
  ///   shown here, or sums would count it twice
  void show(boolean show) {
    shown = show;
    if (!show) {
      List.copyOf(canaries.keySet()).forEach(this::forget);
    }
  }
}
