package dev.sluice.analysis.compare;

/// What one interval's bets return, as logarithms. Under the hypothesis that a bet is against, the
/// expectation of what it returns is at most 1, exactly for binomial counts, whatever the primary's
/// own rate is in that interval.
final class Bets {
  /// Risk ratios beyond the tolerance that are bet on.
  static final double[] EFFECTS = {1.5, 2.5, 5, 12, 40};

  /// Parts of the wealth that are bet on a canary's health.
  static final double[] STAKES = {0.2, 0.5, 0.9};

  /// A safe canary's share may be so many times the primary's, beside the margin.
  static final double SAFE_FACTOR = 1.5;

  /// Times the objective, of the bets against an absolute bound.
  static final double[] BREACHES = {2, 5, 15, 50};

  private Bets() {}

  /// That the canary's share of bad requests is above the tolerance, by a ratio.
  ///
  /// The exponents weigh which side each bad request came from, as in a conditional likelihood
  /// ratio; the last term pays for the slack. With 1 + x ≤ eˣ on both sides the expectation is at
  /// most exp(n_c (a − 1)(p_c − factor·p_p − slack)).
  ///
  /// @param nc requests of the canary, above 0
  /// @param np requests of the primary, above 0
  /// @param effect above 1
  static double worse(
      double nc, double ec, double np, double ep, Tolerance tolerance, double effect) {
    double factor = tolerance.factor();
    double ratio = factor * effect;
    double shared = (nc * factor + np) / (nc * ratio + np);
    double a = effect * shared;
    return ec * StrictMath.log(a) + ep * StrictMath.log(shared) - nc * tolerance.slack() * (a - 1);
  }

  /// That the canary's share is not above [#SAFE_FACTOR] times the primary's plus a margin.
  ///
  /// @param stake above 0 and below 1
  static double fine(double nc, double ec, double np, double ep, double margin, double stake) {
    return ec * StrictMath.log1p(-stake)
        + ep * StrictMath.log1p(stake * SAFE_FACTOR * nc / np)
        + stake * margin * nc;
  }

  /// That the canary's share is above an objective: the likelihood ratio of a larger one.
  ///
  /// @param objective above 0 and below 1
  /// @param breach above 1
  static double broken(double n, double e, double objective, double breach) {
    double share = Math.min(objective * breach, (1 + objective) / 2);
    return e * StrictMath.log(share / objective)
        + (n - e) * (StrictMath.log1p(-share) - StrictMath.log1p(-objective));
  }
}
