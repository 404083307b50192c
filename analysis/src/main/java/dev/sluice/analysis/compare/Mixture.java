package dev.sluice.analysis.compare;

import java.util.Arrays;

/// Wealth of bets on several effects, each begun at every interval (Shiryaev's recursion): the
/// average over effects of S ← (S + share of this start) · eᵍᵃⁱⁿ, plus what is not yet bet. Kept as
/// logarithms; as large after a year as after a minute.
final class Mixture {
  private final Start start;

  /// Of each group of effects one after the other.
  private final double[] wealth;

  private final int effects;
  private long intervals;

  /// @param groups sets of effects that are averaged apart but share the starts
  /// @param effects in each group, at least 1
  Mixture(Start start, int groups, int effects) {
    this.start = start;
    this.effects = effects;
    wealth = new double[groups * effects];
    Arrays.fill(wealth, Double.NEGATIVE_INFINITY);
  }

  /// One interval.
  ///
  /// @param gains logarithm of what each bet returns, its expectation at most 1 under the
  ///   hypothesis
  void bet(double[] gains) {
    double begun = StrictMath.log(start.share(intervals));
    for (int i = 0; i < wealth.length; i++) {
      wealth[i] = Logs.add(wealth[i], begun) + gains[i];
    }
    intervals++;
  }

  /// The logarithm of the wealth of one group; 0 before the first bet.
  double log(int group) {
    double sum = Double.NEGATIVE_INFINITY;
    for (int i = group * effects; i < (group + 1) * effects; i++) {
      sum = Logs.add(sum, wealth[i]);
    }
    return Logs.add(sum - StrictMath.log(effects), StrictMath.log(start.rest(intervals)));
  }

  /// Whether [#log(int)] is at least a threshold; mostly the largest bet alone can tell.
  boolean reaches(int group, double threshold) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = group * effects; i < (group + 1) * effects; i++) {
      most = Math.max(most, wealth[i]);
    }
    if (most - StrictMath.log(effects) >= threshold) {
      return true;
    }
    // What is not yet bet is at most 1.
    return Math.max(most, 0) + StrictMath.log(2) >= threshold && log(group) >= threshold;
  }

  /// The effect of the first group that has won most.
  int best() {
    int best = 0;
    for (int i = 1; i < effects; i++) {
      if (wealth[i] > wealth[best]) {
        best = i;
      }
    }
    return best;
  }
}
