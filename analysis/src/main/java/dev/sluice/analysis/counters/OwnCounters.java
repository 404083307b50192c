package dev.sluice.analysis.counters;

/// What of a metric counts as bad, among how many.
public sealed interface OwnCounters {

  /// Two counters.
  ///
  /// @param bad part of the other, such as failures
  /// @param all such as attempts
  record Share(BothSides bad, BothSides all) implements OwnCounters {}

  /// Events of a histogram that are above a bound.
  ///
  /// @param histogram its name without `_bucket`
  /// @param bound one of its own (`le`), in its unit
  record Above(BothSides histogram, double bound) implements OwnCounters {

    /// @throws IllegalArgumentException for a bound that no bucket can have
    public Above {
      if (!(bound > 0) || Double.isInfinite(bound)) {
        throw new IllegalArgumentException("a bound is a number above 0");
      }
    }
  }
}
