package dev.sluice.analysis;

import org.jspecify.annotations.Nullable;

/// The values a metric may have. Both ends are inclusive; an end that is null is open.
///
/// @param min in the metric's own unit, not NaN
/// @param max in the metric's own unit, not NaN
public record Bound(@Nullable Double min, @Nullable Double max, Unit unit) {

  /// @throws IllegalArgumentException when no value could be inside
  public Bound {
    if ((min != null && min.isNaN()) || (max != null && max.isNaN())) {
      throw new IllegalArgumentException("a bound must be a number");
    }
    if (min != null && max != null && min > max) {
      throw new IllegalArgumentException(
          "min " + unit.write(min) + " is above max " + unit.write(max));
    }
  }

  public static Bound atLeast(double min, Unit unit) {
    return new Bound(min, null, unit);
  }

  public static Bound atMost(double max, Unit unit) {
    return new Bound(null, max, unit);
  }

  /// Of a query that somebody wrote: the range if one is given, else at most the old single
  /// threshold.
  ///
  /// @param min of `thresholdRange`, null when not given
  /// @param max of `thresholdRange`, null when not given
  /// @param threshold the deprecated field, 0 when not given
  /// @throws IllegalArgumentException when no value could be inside
  public static Bound custom(@Nullable Double min, @Nullable Double max, double threshold) {
    return min != null || max != null
        ? new Bound(min, max, Unit.NONE)
        : atMost(threshold, Unit.NONE);
  }

  public boolean holds(double value) {
    return (min == null || value >= min) && (max == null || value <= max);
  }

  /// Such as `at least 99%`, `at most 500ms`, `between 1 and 5`, `anything`.
  public String words() {
    if (min != null && max != null) {
      return "between " + unit.write(min) + " and " + unit.write(max);
    }
    if (min != null) {
      return "at least " + unit.write(min);
    }
    return max != null ? "at most " + unit.write(max) : "anything";
  }
}
