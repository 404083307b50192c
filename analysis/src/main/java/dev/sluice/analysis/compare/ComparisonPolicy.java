package dev.sluice.analysis.compare;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// By what a canary is compared with its primary.
///
/// @param tick seconds between two looks, from 1 to 3600; not below the scrape interval
/// @param alpha the largest chance that a canary within the tolerance is ever rolled back, above 0
///   and at most 0.5
/// @param errors tolerated of errors
/// @param latency tolerated of requests slower than a bound
/// @param margin share of requests by which a canary that is called safe is at most worse than 1.5
///   times the primary, above 0 and below 1
/// @param minSuccess share of requests that must succeed where there is no primary to compare with,
///   above 0 and below 1
/// @param sloLatency the bound in milliseconds that must be compared, null for none
/// @param bounds the bounds in milliseconds to compare at; empty to choose by the primary's own
/// @param warmUp seconds after the canary's first request in which more is tolerated, at least 0
/// @param requireLatency whether a canary whose latency cannot be compared is held
/// @param judgesErrors whether errors are compared; without, latency alone is, and nothing judges a
///   canary that has no primary
public record ComparisonPolicy(
    double tick,
    double alpha,
    Tolerance errors,
    Tolerance latency,
    double margin,
    double minSuccess,
    @Nullable Double sloLatency,
    List<Double> bounds,
    double warmUp,
    boolean requireLatency,
    boolean judgesErrors) {

  /// Of errors and latency.
  public ComparisonPolicy(
      double tick,
      double alpha,
      Tolerance errors,
      Tolerance latency,
      double margin,
      double minSuccess,
      @Nullable Double sloLatency,
      List<Double> bounds,
      double warmUp,
      boolean requireLatency) {
    this(
        tick,
        alpha,
        errors,
        latency,
        margin,
        minSuccess,
        sloLatency,
        bounds,
        warmUp,
        requireLatency,
        true);
  }

  /// With a chance of at most this a canary that is called safe, or a bound that is shown, is not.
  static final double BETA = 0.05;

  /// Next to nothing, so that nothing is too little.
  private static final double ANY_SUCCESS = 0.0001;

  public static final ComparisonPolicy DEFAULT =
      new ComparisonPolicy(
          10,
          0.01,
          new Tolerance(1.10, 1e-4),
          new Tolerance(1.5, 0.005),
          0.005,
          0.99,
          500.0,
          List.of(),
          0,
          false);

  /// @throws IllegalArgumentException outside these ranges, naming the setting
  public ComparisonPolicy {
    bounds = List.copyOf(bounds);
    require(tick >= 1 && tick <= 3600, "tick must be from 1 to 3600 seconds");
    require(alpha > 0 && alpha <= 0.5, "alpha must be above 0 and at most 0.5");
    require(margin > 0 && margin < 1, "margin must be above 0 and below 1");
    require(minSuccess > 0 && minSuccess < 1, "the success rate must be above 0 and below 100%");
    require(
        sloLatency == null || (sloLatency > 0 && sloLatency <= 1e9),
        "the latency objective must be above 0 ms");
    require(
        bounds.size() <= 10 && bounds.stream().allMatch(b -> b > 0 && b <= 1e9),
        "bounds must be at most ten, each above 0 ms");
    require(warmUp >= 0 && warmUp <= 86_400, "the warm-up must be from 0 seconds to a day");
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /// For one of several comparisons of the same canary: all of them together roll back one within
  /// the tolerance with a chance of at most `alpha`, however they depend on each other.
  ///
  /// @param comparisons how many there are, at least 1
  public ComparisonPolicy oneOf(int comparisons) {
    return new ComparisonPolicy(
        tick,
        alpha / comparisons,
        errors,
        latency,
        margin,
        minSuccess,
        sloLatency,
        bounds,
        warmUp,
        requireLatency,
        judgesErrors);
  }

  /// The same of something else than requests: how much of it may be bad where there is no primary
  /// is not known, and it has no latency.
  ///
  /// @param tolerated of what is bad
  public ComparisonPolicy ofOwn(Tolerance tolerated) {
    return new ComparisonPolicy(
        tick, alpha, tolerated, latency, margin, ANY_SUCCESS, null, List.of(), warmUp, false);
  }

  /// Share of errors that is tolerated where there is no primary to compare with.
  double objective() {
    return 1 - minSuccess;
  }
}
