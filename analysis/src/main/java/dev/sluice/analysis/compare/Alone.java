package dev.sluice.analysis.compare;

import dev.sluice.analysis.Bound;
import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Unit;

/// Holds the canary against the objective alone, in the intervals that have nothing of the primary.
final class Alone {
  private final double objective;
  private final String metric;
  private final String what;
  private final Mixture broken = new Mixture(Start.OF_REGRESSION, 1, Bets.BREACHES.length);
  private final double[] gains = new double[Bets.BREACHES.length];
  private double requests;
  private double errors;

  /// @param objective share of errors that is allowed, above 0 and below 1
  /// @param metric its name for programs
  /// @param what its name in a sentence
  Alone(double objective, String metric, String what) {
    this.objective = objective;
    this.metric = metric;
    this.what = what;
  }

  void bet(double n, double e, double noise) {
    requests += n;
    errors += e;
    for (int i = 0; i < gains.length; i++) {
      gains[i] = Math.min(Lane.CAP, Bets.broken(n, e, objective, Bets.BREACHES[i]) / noise);
    }
    broken.bet(gains);
  }

  /// The logarithm of the evidence that the objective is not met.
  double logBroken() {
    return broken.log(0);
  }

  /// @param seconds for how long there was nothing of the primary
  Evidence broken(double seconds) {
    double share = errors / requests;
    return new Evidence(
        metric,
        share * 100,
        Bound.atMost(objective * 100, Unit.PERCENT),
        null,
        (long) requests,
        "%s %s at the canary (%s) without primary data for %s, where %s is allowed; %s"
            .formatted(
                what,
                Words.percent(share),
                counts(),
                Words.seconds(seconds),
                Words.percent(objective),
                Words.odds(StrictMath.exp(logBroken()))));
  }

  /// As [#broken(double)], for a hold.
  String missing(double seconds) {
    return "no primary data for %s: there is nothing to compare with; meanwhile the canary failed %s"
        .formatted(Words.seconds(seconds), counts());
  }

  private String counts() {
    return "%s of %s requests".formatted(Words.whole((long) errors), Words.whole((long) requests));
  }
}
