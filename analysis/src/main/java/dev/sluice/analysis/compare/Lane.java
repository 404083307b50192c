package dev.sluice.analysis.compare;

import dev.sluice.analysis.Comparison;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/// One kind of bad request, compared from the rollout's start on: the evidence that the canary is
/// worse than tolerated, the evidence that it is not, and the counts behind them.
final class Lane {
  /// The most that one interval may say against a canary, in units of ln. Three bad intervals are
  /// needed to roll back; one spike, or an outage that one side's scrape saw first, cannot.
  static final double CAP = 2.2;

  /// 0.0216 is what [RiskBudget#DEFAULT] affords for a promotion.
  private static final double[] MARGINS = {0.002, 0.005, 0.01, 0.0216, 0.05, 0.1, 0.2, 0.4};

  private final double[] margins;
  private final Mixture worse = new Mixture(Start.OF_REGRESSION, 1, Bets.EFFECTS.length);
  private final Mixture fine;
  private final double[] gains = new double[Bets.EFFECTS.length];
  private final double[] fineGains;

  /// Canary's requests and bad ones, then the primary's.
  private final double[] counts = new double[4];

  private final double[] trendCounts = new double[4];
  private double trend;
  private double since;
  private double noise = 1;
  private Tolerance tolerance;
  private boolean began;

  /// @param margin a margin that is asked for, besides the usual ones
  Lane(double margin, Tolerance tolerance) {
    this.tolerance = tolerance;
    margins =
        DoubleStream.concat(Arrays.stream(MARGINS), DoubleStream.of(margin))
            .distinct()
            .sorted()
            .toArray();
    fine = new Mixture(Start.OF_HEALTH, margins.length, Bets.STAKES.length);
    fineGains = new double[margins.length * Bets.STAKES.length];
  }

  /// One interval. Without requests of both sides it says nothing.
  ///
  /// @param noise by what the evidence is divided, at least 1; from earlier intervals only
  /// @param tolerance what is tolerated in this interval; from earlier intervals only
  /// @param end seconds after the rollout's start at which the interval ended
  void bet(
      double nc, double ec, double np, double ep, double noise, Tolerance tolerance, double end) {
    if (!(nc > 0 && np > 0)) {
      return;
    }
    this.tolerance = tolerance;
    this.noise = noise;
    began = true;
    for (int i = 0; i < gains.length; i++) {
      gains[i] = Math.min(CAP, Bets.worse(nc, ec, np, ep, tolerance, Bets.EFFECTS[i]) / noise);
    }
    follow(nc, ec, np, ep, gains[worse.best()], end);
    worse.bet(gains);
    for (int m = 0; m < margins.length; m++) {
      for (int s = 0; s < Bets.STAKES.length; s++) {
        fineGains[m * Bets.STAKES.length + s] =
            Bets.fine(nc, ec, np, ep, margins[m], Bets.STAKES[s]) / noise;
      }
    }
    fine.bet(fineGains);
  }

  /// Finds the interval from which on the counts speak most against the canary (Page's CUSUM); only
  /// for telling, not for deciding.
  private void follow(double nc, double ec, double np, double ep, double gain, double end) {
    var now = new double[] {nc, ec, np, ep};
    for (int i = 0; i < now.length; i++) {
      counts[i] += now[i];
      trendCounts[i] += now[i];
    }
    trend += gain;
    if (trend <= 0) {
      trend = 0;
      since = end;
      Arrays.fill(trendCounts, 0);
    }
  }

  /// Whether there was an interval with requests of both sides.
  boolean began() {
    return began;
  }

  /// The logarithm of the evidence that the canary is worse than tolerated.
  double logWorse() {
    return worse.log(0);
  }

  /// Whether the canary's share is above 1.5 times the primary's by at most the margin, with
  /// certainty 1 − [ComparisonPolicy#BETA] at every look.
  ///
  /// @param margin one of those that the lane was made with
  boolean fine(double margin) {
    int index = Arrays.binarySearch(margins, margin);
    return index >= 0 && fine(index);
  }

  private boolean fine(int index) {
    return fine.reaches(index, -StrictMath.log(ComparisonPolicy.BETA));
  }

  Tolerance tolerance() {
    return tolerance;
  }

  /// The smallest margin by which the canary is fine, infinite without any.
  double excessAtMost() {
    double excess = Double.POSITIVE_INFINITY;
    for (int m = margins.length - 1; m >= 0 && fine(m); m--) {
      excess = margins[m];
    }
    return excess;
  }

  Comparison comparison() {
    double excess = excessAtMost();
    return new Comparison(
        counts(counts, 0),
        counts(counts, 2),
        since,
        counts(trendCounts, 0),
        counts(trendCounts, 2),
        StrictMath.exp(logWorse()),
        excess <= 1 ? Double.valueOf(excess) : null,
        noise);
  }

  private static Comparison.Counts counts(double[] from, int at) {
    return new Comparison.Counts((long) from[at], (long) from[at + 1]);
  }
}
