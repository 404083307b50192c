package dev.sluice.analysis.counters;

import java.util.List;

/// What of a metric counts as bad, among how many.
public sealed interface OwnCounters {

  /// Of the series that an [OwnTally] takes, each with canary and primary in one.
  List<String> selectors();

  /// Two counters.
  ///
  /// @param bad part of the other, such as failures
  /// @param all such as attempts
  record Share(BothSides bad, BothSides all) implements OwnCounters {
    @Override
    public List<String> selectors() {
      return List.of(all.selector(""), bad.selector(""));
    }
  }

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

    @Override
    public List<String> selectors() {
      return List.of(histogram.selector("_bucket"));
    }
  }
}
