package dev.sluice.analysis;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The metrics that need no query of the user.
public enum BuiltIn {
  SUCCESS_RATE("request-success-rate", Unit.PERCENT),
  DURATION("request-duration", Unit.MILLISECONDS);

  private final String metric;
  private final Unit unit;

  BuiltIn(String metric, Unit unit) {
    this.metric = metric;
    this.unit = unit;
  }

  /// @return nothing when this is no built-in metric, and a query is needed
  public static Optional<BuiltIn> named(String metric) {
    return Arrays.stream(values()).filter(b -> b.metric.equals(metric)).findFirst();
  }

  public String metric() {
    return metric;
  }

  public MetricQuery query(MeshQueries mesh, Provider provider) {
    var template =
        switch (this) {
          case SUCCESS_RATE -> mesh.successRate();
          case DURATION -> mesh.duration();
        };
    return new MetricQuery("built-in metric " + metric, provider, template, Map.of(), true);
  }

  /// The range if one is given, else the old single threshold: a least success rate, a longest
  /// duration.
  ///
  /// @param min of `thresholdRange`, null when not given
  /// @param max of `thresholdRange`, null when not given
  /// @param threshold the deprecated field, 0 when not given
  /// @throws IllegalArgumentException when no value could be inside
  public Bound bound(@Nullable Double min, @Nullable Double max, double threshold) {
    if (min != null || max != null) {
      return new Bound(min, max, unit);
    }
    return switch (this) {
      case SUCCESS_RATE -> Bound.atLeast(threshold, unit);
      case DURATION -> Bound.atMost(threshold, unit);
    };
  }
}
