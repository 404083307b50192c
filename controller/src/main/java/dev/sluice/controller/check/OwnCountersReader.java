package dev.sluice.controller.check;

import dev.sluice.analysis.MetricQuery;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Template;
import dev.sluice.analysis.Variables;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Tolerance;
import dev.sluice.analysis.counters.BothSides;
import dev.sluice.analysis.counters.OwnCounters;
import dev.sluice.crds.Analysis.Metric;
import dev.sluice.crds.Comparison.OfMetric;
import dev.sluice.crds.MetricTemplate.Counters;
import dev.sluice.crds.ObjectRef;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads what of a MetricTemplate is compared with the primary, for one metric of a Canary.
///
/// @param origin how people know the template
/// @param primary name of the primary workload
public record OwnCountersReader(
    String origin, Provider provider, Metric metric, Variables variables, String primary) {

  /// @throws NeedsEdit naming the field of the template that cannot be used
  Checks.Own read(@Nullable Counters said, Optional<ObjectRef> secret) throws NeedsEdit {
    if (said == null) {
      throw edit(
          "it has no comparison: name a numerator and a denominator there, or a histogram and a bound");
    }
    OwnCounters counters = counters(said);
    Tolerance otherwise =
        counters instanceof OwnCounters.Above
            ? ComparisonPolicy.DEFAULT.latency()
            : ComparisonPolicy.DEFAULT.errors();
    return new Checks.Own(metric.name(), counters, provider, tolerance(otherwise), secret);
  }

  private OwnCounters counters(Counters said) throws NeedsEdit {
    String numerator = said.numerator();
    String denominator = said.denominator();
    String histogram = said.histogram();
    Double bound = said.bound();
    if (numerator != null && denominator != null && histogram == null && bound == null) {
      return new OwnCounters.Share(
          sides("numerator", numerator), sides("denominator", denominator));
    }
    if (numerator == null && denominator == null && histogram != null && bound != null) {
      return new OwnCounters.Above(sides("histogram", histogram), bound);
    }
    throw edit(
        "its comparison names either a numerator and a denominator, or a histogram and a bound");
  }

  private BothSides sides(String field, String selector) throws NeedsEdit {
    MetricQuery query = MetricQuery.custom(origin, provider, selector, metric.templateVariables());
    try {
      return BothSides.of(
          Template.render(query, variables, Duration.ZERO),
          Template.render(query, variables.about(primary), Duration.ZERO));
    } catch (IllegalArgumentException e) {
      throw edit("comparison.%s: %s".formatted(field, e.getMessage()));
    }
  }

  private Tolerance tolerance(Tolerance otherwise) throws NeedsEdit {
    OfMetric own = metric.comparison();
    if (own == null) {
      return otherwise;
    }
    try {
      return new Tolerance(
          own.theta() == null ? otherwise.factor() : own.theta(),
          own.delta() == null ? otherwise.slack() : own.delta());
    } catch (IllegalArgumentException e) {
      throw new NeedsEdit(metric.name(), String.valueOf(e.getMessage()));
    }
  }

  private NeedsEdit edit(String why) {
    return new NeedsEdit(origin, origin + " cannot be compared: " + why);
  }
}
