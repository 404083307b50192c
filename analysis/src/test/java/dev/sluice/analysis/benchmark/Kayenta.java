package dev.sluice.analysis.benchmark;

import java.util.Arrays;

/// How Kayenta's NetflixACAJudge classifies a metric of which more is worse, with its defaults.
enum Kayenta {
  PASS,
  HIGH,
  NODATA;

  /// A fraction of the estimated shift.
  private static final double TOLERANCE = 0.25;

  private static final double ALLOWED_INCREASE = 1;

  /// @param experiment one value for each point of time, NaN for none, which is left out
  /// @param control likewise
  static Kayenta classify(double[] experiment, double[] control) {
    var x = Arrays.stream(experiment).filter(v -> !Double.isNaN(v)).sorted().toArray();
    var y = Arrays.stream(control).filter(v -> !Double.isNaN(v)).sorted().toArray();
    if (x.length == 0 || y.length == 0) {
      return NODATA;
    }
    boolean flat = x[0] == x[x.length - 1] && y[0] == y[y.length - 1];
    if (Arrays.equals(x, y) || (flat && x[0] == y[0])) {
      return PASS;
    }
    var shift = flat ? MannWhitney.of(noisy(x), noisy(y)) : MannWhitney.of(x, y);
    double ratio = mean(x) / mean(y);
    return shift.low() > TOLERANCE * Math.abs(shift.estimate()) && ratio >= ALLOWED_INCREASE
        ? HIGH
        : PASS;
  }

  /// Two different constants have no ranks to speak of.
  private static double[] noisy(double[] values) {
    var dice = new Dice(0, 0, 0);
    return Arrays.stream(values).map(v -> v + 1e-5 * Math.abs(v) * dice.normal()).toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }
}
