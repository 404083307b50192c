package dev.sluice.analysis;

import org.jspecify.annotations.Nullable;

/// Why a verdict is what it is, for one metric; goes into status, Events and alerts.
///
/// @param metric its name in the analysis
/// @param value null when there was none
/// @param bound the values that would have been good; null when this is not about a bound
/// @param baseline the primary's value, null when not known
/// @param samples number of requests behind the value, null when not known
/// @param sentence the whole of it in words, without a full stop
/// @param comparison what a comparison with the primary rests on, null for a bound alone
public record Evidence(
    String metric,
    @Nullable Double value,
    @Nullable Bound bound,
    @Nullable Double baseline,
    @Nullable Long samples,
    String sentence,
    @Nullable Comparison comparison) {

  /// Whether this, for itself, speaks for the release: a value within its bound. A comparison may
  /// say otherwise of the same value, so it never does.
  boolean isWell() {
    return comparison == null && value != null && bound != null && bound.holds(value);
  }

  /// Of a bound alone.
  public Evidence(
      String metric,
      @Nullable Double value,
      @Nullable Bound bound,
      @Nullable Double baseline,
      @Nullable Long samples,
      String sentence) {
    this(metric, value, bound, baseline, samples, sentence, null);
  }
}
