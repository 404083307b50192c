package dev.sluice.analysis.benchmark;

/// Bounds on a rate that a simulation has shown (Clopper and Pearson, Biometrika 26, 1934).
public final class Odds {
  private Odds() {}

  /// The largest rate that still would show so few in so many with a chance of 1 − certainty.
  public static double atMost(int seen, int runs, double certainty) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (chanceOfUpTo(seen, runs, middle) > 1 - certainty) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return seen == runs ? 1 : high;
  }

  private static double chanceOfUpTo(int seen, int runs, double rate) {
    double log = runs * StrictMath.log1p(-rate);
    double sum = StrictMath.exp(log);
    for (int k = 1; k <= seen; k++) {
      log += StrictMath.log(rate / (1 - rate) * (runs - k + 1) / k);
      sum += StrictMath.exp(log);
    }
    return sum;
  }
}
