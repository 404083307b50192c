package dev.sluice.analysis.compare;

/// How much worse than the primary a canary may be: its share of bad requests is within the
/// tolerance while it is at most `factor` times the primary's plus `slack`.
///
/// @param factor at least 1
/// @param slack a share of requests, 0 to 1
public record Tolerance(double factor, double slack) {

  /// While the canary warms up it is judged by no less than this, instead of not at all.
  static final Tolerance WARMING = new Tolerance(4, 0.02);

  static final Tolerance WARMING_LATENCY = new Tolerance(4, 0.1);

  /// @throws IllegalArgumentException outside these ranges
  public Tolerance {
    if (!(factor >= 1 && factor <= 1000)) {
      throw new IllegalArgumentException("the factor of a tolerance is from 1 to 1000");
    }
    if (!(slack >= 0 && slack < 1)) {
      throw new IllegalArgumentException("the slack of a tolerance is at least 0 and below 1");
    }
  }

  /// The largest share that is tolerated beside a primary's.
  double limit(double primary) {
    return Math.min(1, factor * primary + slack);
  }

  Tolerance atLeast(Tolerance other) {
    return new Tolerance(Math.max(factor, other.factor), Math.max(slack, other.slack));
  }
}
