package dev.sluice.analysis.compare;

/// Sums of numbers that are kept as their logarithms. Strict, so that every machine gives the same
/// verdict bit by bit.
final class Logs {
  private Logs() {}

  /// ln(eᵃ + eᵇ); negative infinity is the logarithm of nothing.
  static double add(double a, double b) {
    double high = Math.max(a, b);
    double low = Math.min(a, b);
    if (low == Double.NEGATIVE_INFINITY || high - low > 40) {
      return high; // the rest is beyond a double's precision
    }
    return high + StrictMath.log1p(StrictMath.exp(low - high));
  }

  static double sum(double[] logs) {
    double sum = Double.NEGATIVE_INFINITY;
    for (double log : logs) {
      sum = add(sum, log);
    }
    return sum;
  }
}
