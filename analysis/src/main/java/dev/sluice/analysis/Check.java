package dev.sluice.analysis;

import java.time.Duration;

/// One metric of an analysis: what to ask and which answers are good.
///
/// @param metric the name in the canary's `analysis.metrics`
/// @param interval the window the query looks back over, before it is cut at first traffic
public record Check(String metric, MetricQuery query, Bound bound, Duration interval) {

  /// @throws IllegalArgumentException for an interval below one second
  public Check {
    if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("a metric's interval is at least one second");
    }
  }
}
