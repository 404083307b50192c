package dev.sluice.analysis;

import java.time.Duration;

/// One metric of an analysis: what to ask and which answers are good.
///
/// @param metric the name in the canary's `analysis.metrics`
/// @param interval the window the query looks back over, before it is cut at first traffic
/// @param limits what is borne of it
public record Check(
    String metric, MetricQuery query, Bound bound, Duration interval, Limits limits) {

  /// @throws IllegalArgumentException for an interval below one second
  public Check {
    if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("a metric's interval is at least one second");
    }
  }

  /// Without limits of its own.
  public Check(String metric, MetricQuery query, Bound bound, Duration interval) {
    this(metric, query, bound, interval, Limits.NONE);
  }

  /// The same asked in another way.
  public Check by(MetricQuery other) {
    return new Check(metric, other, bound, interval, limits);
  }
}
