package dev.sluice.analysis.benchmark;

import java.util.Arrays;
import org.apache.commons.numbers.rootfinder.BrentSolver;
import org.apache.commons.statistics.distribution.NormalDistribution;

/// The shift between two samples by the test of Mann and Whitney, as R's `wilcox.test` and after it
/// Kayenta compute it: by the normal approximation, corrected for ties and continuity, with the
/// ends of the interval searched by Brent's method to 1e-4 absolute.
///
/// @param low end of the interval that holds the shift with 98 % certainty
/// @param high other end
/// @param estimate of Hodges and Lehmann
record MannWhitney(double low, double high, double estimate) {
  private static final double ENOUGH =
      NormalDistribution.of(0, 1).inverseSurvivalProbability((1 - 0.98) / 2);
  private static final BrentSolver BRENT = new BrentSolver(1e-14, 1e-4, 1e-15);

  /// @param experiment not empty, not all one value together with `control`
  /// @param control not empty
  static MannWhitney of(double[] experiment, double[] control) {
    var x = sorted(experiment);
    var y = sorted(control);
    return new MannWhitney(
        root(x, y, ENOUGH, true), root(x, y, -ENOUGH, true), root(x, y, 0, false));
  }

  private static double[] sorted(double[] values) {
    var copy = values.clone();
    Arrays.sort(copy);
    return copy;
  }

  private static double root(double[] x, double[] y, double z, boolean continuous) {
    double least = x[0] - y[y.length - 1];
    double most = x[x.length - 1] - y[0];
    if (score(x, y, least, continuous) - z <= 0) {
      return least;
    }
    if (score(x, y, most, continuous) - z >= 0) {
      return most;
    }
    return BRENT.findRoot(shift -> score(x, y, shift, continuous) - z, least, most);
  }

  /// How many standard deviations the ranks of `x`, moved by `shift`, are above those of `y`.
  ///
  /// @param x ascending
  /// @param y ascending
  static double score(double[] x, double[] y, double shift, boolean continuous) {
    double n = (double) x.length + y.length;
    double above = 0;
    double tied = 0;
    int i = 0;
    int j = 0;
    while (i < x.length || j < y.length) {
      double value = j == y.length || (i < x.length && x[i] - shift < y[j]) ? x[i] - shift : y[j];
      int sameX = 0;
      int sameY = 0;
      for (; i < x.length && x[i] - shift == value; i++) {
        sameX++;
      }
      above += sameX * (double) j;
      for (; j < y.length && y[j] == value; j++) {
        sameY++;
      }
      above += 0.5 * sameX * sameY;
      double same = sameX + sameY;
      tied += same * same * same - same;
    }
    double excess = above - 0.5 * x.length * y.length;
    double correction = continuous ? 0.5 * Math.signum(excess) : 0;
    double variance = x.length * (double) y.length / 12 * (n + 1 - tied / (n * (n - 1)));
    return (excess - correction) / Math.sqrt(variance);
  }
}
