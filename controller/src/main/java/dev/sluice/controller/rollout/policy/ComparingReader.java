package dev.sluice.controller.rollout.policy;

import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.RiskBudget;
import dev.sluice.analysis.compare.Tolerance;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.crds.Analysis;
import dev.sluice.crds.Analysis.Metric;
import dev.sluice.crds.Comparison;
import dev.sluice.crds.Comparison.Blind;
import dev.sluice.crds.Comparison.OfMetric;
import dev.sluice.crds.Comparison.Unsure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads what a spec says about the comparison with the primary.
public final class ComparingReader {
  private static final String FIELD = "spec.analysis.comparison";
  private static final ComparisonPolicy DEFAULT = ComparisonPolicy.DEFAULT;

  /// A tenth of what the service may fail is too little to notice in its budget.
  private static final double NEGLIGIBLE = 0.1;

  private final Analysis analysis;
  private final Comparison said;
  private final Findings findings;

  private ComparingReader(Analysis analysis, Comparison said, Findings findings) {
    this.analysis = analysis;
    this.said = said;
    this.findings = findings;
  }

  /// @param interval time between two checks
  /// @param scrape how often the metrics are collected
  /// @return empty where nothing is compared, or not as it is
  static Optional<Comparing> read(
      Analysis analysis, Duration interval, Duration scrape, Findings findings) {
    var own = analysis.comparison();
    var reader = new ComparingReader(analysis, own == null ? Comparison.DEFAULT : own, findings);
    reader.metrics();
    return analysis.comparesRequests() || !analysis.comparedByTemplate().isEmpty()
        ? reader.comparing(interval, scrape)
        : Optional.empty();
  }

  private void metrics() {
    for (int i = 0; i < analysis.metrics().size(); i++) {
      var metric = analysis.metrics().get(i);
      if (metric.comparison() != null
          && metric.templateRef() == null
          && !metric.name().equals(Analysis.SUCCESS_RATE)
          && !metric.name().equals(Analysis.DURATION)) {
        findings.problem(
            "spec.analysis.metrics[%d].comparison".formatted(i),
            "'%s' cannot be compared with the primary; %s, %s and metrics with a templateRef can"
                .formatted(metric.name(), Analysis.SUCCESS_RATE, Analysis.DURATION));
      }
    }
  }

  private Optional<Comparing> comparing(Duration interval, Duration scrape) {
    var before = findings.problems().size();
    var objective =
        said.objective() == null ? RiskBudget.DEFAULT.objective() : rounded(said.objective() / 100);
    if (!(objective >= 0.5 && objective < 1)) {
      findings.problem(FIELD + ".objective", "is from 50 to 99.9999 percent");
      return Optional.empty();
    }
    var latency = analysis.compares(Analysis.DURATION);
    if (!latency) {
      withoutEffect();
    }
    var unsure = said.inconclusive();
    var blind = said.unavailable();
    var patience =
        duration(
            ".inconclusive.after",
            unsure == null ? new Comparison.Inconclusive(null, null)::patience : unsure::patience);
    var outage =
        duration(
            ".unavailable.after",
            blind == null ? new Comparison.Unavailable(null, null)::patience : blind::patience);
    var policy = policy(objective, tick(scrape), latency);
    var soonest = soonest(interval);
    if (policy.isEmpty() || findings.problems().size() > before) {
      return Optional.empty();
    }
    return Optional.of(
        new Comparing(
            policy.get(),
            latency,
            said.errorsBy() == Comparison.ErrorsBy.FLAGGER ? Definition.FLAGGER : Definition.TABLE,
            new RiskBudget(RiskBudget.DEFAULT.share(), objective),
            soonest,
            patience,
            unsure == null || unsure.then() == null ? Unsure.HOLD : unsure.then(),
            outage,
            blind == null || blind.then() == null ? Blind.HOLD : blind.then()));
  }

  private Optional<ComparisonPolicy> policy(double objective, Duration tick, boolean latency) {
    var warmUp = duration(".warmUp", said::warmingUp);
    var errors = analysis.compares(Analysis.SUCCESS_RATE);
    if (latency && !errors && said.sloLatency() != null && said.sloLatency() == 0) {
      findings.problem(
          FIELD + ".sloLatency",
          "cannot be 0 where %s alone is compared: a step is taken by it"
              .formatted(Analysis.DURATION));
    }
    try {
      var tolerated =
          new Tolerance(
              or(said.theta(), DEFAULT.errors().factor()),
              or(said.delta(), rounded(NEGLIGIBLE * (1 - objective))));
      var slower =
          new Tolerance(
              or(said.latencyTheta(), DEFAULT.latency().factor()),
              or(said.latencyDelta(), DEFAULT.latency().slack()));
      return Optional.of(
          new ComparisonPolicy(
              seconds(tick),
              or(said.alpha(), DEFAULT.alpha()),
              own(Analysis.SUCCESS_RATE, tolerated),
              own(Analysis.DURATION, slower),
              or(said.margin(), DEFAULT.margin()),
              minSuccess(),
              latency ? sloLatency() : null,
              latency ? said.bounds() : List.of(),
              seconds(warmUp),
              latency && (said.requireLatency() || !errors),
              errors));
    } catch (IllegalArgumentException e) {
      findings.problem(FIELD, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private Tolerance own(String name, Tolerance otherwise) {
    return compared(name)
        .map(Metric::comparison)
        .map((OfMetric own) ->
            new Tolerance(or(own.theta(), otherwise.factor()), or(own.delta(), otherwise.slack())))
        .orElse(otherwise);
  }

  /// The listed metric of this name that is compared, if it is listed.
  private Optional<Metric> compared(String name) {
    return analysis.metrics().stream()
        .filter(metric -> metric.name().equals(name) && analysis.compares(metric))
        .findFirst();
  }

  /// Where there is no primary, what the manifest has always asked for holds.
  private double minSuccess() {
    if (said.minSuccessRate() != null) {
      return said.minSuccessRate() / 100;
    }
    return compared(Analysis.SUCCESS_RATE)
        .map(ComparingReader::least)
        .map(percent -> Math.clamp(percent, 1, 99.9999) / 100)
        .orElse(DEFAULT.minSuccess());
  }

  private static @Nullable Double least(Metric metric) {
    var range = metric.thresholdRange();
    return range == null ? metric.threshold() : range.min();
  }

  private @Nullable Double sloLatency() {
    var own = said.sloLatency();
    if (own != null) {
      return own == 0 ? null : own;
    }
    return compared(Analysis.DURATION)
        .map(ComparingReader::greatest)
        .filter(milliseconds -> milliseconds > 0)
        .orElse(DEFAULT.sloLatency());
  }

  private static @Nullable Double greatest(Metric metric) {
    var range = metric.thresholdRange();
    return range == null ? metric.threshold() : range.max();
  }

  private Duration tick(Duration scrape) {
    var tick = duration(".tick", () -> said.every(scrape));
    if (tick.compareTo(scrape) >= 0) {
      return tick;
    }
    findings.warning(
        FIELD + ".tick",
        "%ds is below the interval at which metrics are collected (--scrape-interval); %ds is used"
            .formatted(tick.toSeconds(), scrape.toSeconds()));
    return scrape;
  }

  private Duration soonest(Duration interval) {
    var soonest = duration(".minWait", () -> said.soonest(interval));
    if (soonest.compareTo(interval) > 0) {
      findings.warning(
          FIELD + ".minWait", "has no effect: no step waits longer than spec.analysis.interval");
      return interval;
    }
    return soonest;
  }

  private void withoutEffect() {
    var idle = new ArrayList<String>();
    if (said.latencyTheta() != null) {
      idle.add("latencyTheta");
    }
    if (said.latencyDelta() != null) {
      idle.add("latencyDelta");
    }
    if (said.sloLatency() != null) {
      idle.add("sloLatency");
    }
    if (!said.bounds().isEmpty()) {
      idle.add("bounds");
    }
    if (said.requireLatency()) {
      idle.add("requireLatency");
    }
    for (var field : idle) {
      findings.warning(
          FIELD + "." + field,
          "has no effect: only metrics with a comparison of their own are compared, and %s has none"
              .formatted(Analysis.DURATION));
    }
  }

  private Duration duration(String field, Supplier<Duration> value) {
    return findings.read(FIELD + field, value, Duration.ofSeconds(10));
  }

  /// Without the last digits of a subtraction.
  private static double rounded(double share) {
    return Math.rint(share * 1e9) / 1e9;
  }

  private static double or(@Nullable Double value, double otherwise) {
    return value == null ? otherwise : value;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
