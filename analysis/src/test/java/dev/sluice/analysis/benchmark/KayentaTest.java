package dev.sluice.analysis.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.ContinuityCorrection;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.apache.commons.statistics.inference.PValueMethod;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The yardstick is the real one: against Apache Commons Statistics, and against what users of
/// Kayenta have reported.
class KayentaTest {
  private static final MannWhitneyUTest COMMONS =
      MannWhitneyUTest.withDefaults()
          .with(PValueMethod.ASYMPTOTIC)
          .with(ContinuityCorrection.ENABLED)
          .with(AlternativeHypothesis.TWO_SIDED);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void theScoreIsTheOneOfCommonsStatistics(long seed) {
    var dice = new Dice(seed, 0, 0);
    var x = draws(dice, 30, 1.5);
    var y = draws(dice, 25, 1);

    var p =
        2
            * NormalDistribution.of(0, 1)
                .survivalProbability(Math.abs(MannWhitney.score(x, y, 0, true)));

    assertThat(p).isCloseTo(COMMONS.test(x, y).getPValue(), within(1e-9));
  }

  /// Moved by the end of the interval, the samples differ just as little as 98 % allow.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theEndsOfTheIntervalAreWhereTheTestTurns(long seed) {
    var dice = new Dice(seed, 1, 0);
    var x = Arrays.stream(draws(dice, 40, 3)).map(v -> v + dice.uniform()).sorted().toArray();
    var y = Arrays.stream(draws(dice, 40, 1)).map(v -> v + dice.uniform()).sorted().toArray();

    var shift = MannWhitney.of(x, y);

    assertThat(pMoved(x, y, shift.low() - 0.01)).isLessThan(0.02);
    assertThat(pMoved(x, y, shift.low() + 0.01)).isGreaterThan(0.018);
    assertThat(pMoved(x, y, shift.high() + 0.01)).isLessThan(0.02);
    assertThat(shift.estimate()).isBetween(shift.low(), shift.high()).isCloseTo(2, within(1.0));
  }

  private static double pMoved(double[] x, double[] y, double by) {
    return COMMONS.test(Arrays.stream(x).map(v -> v - by).toArray(), y).getPValue();
  }

  private static double[] draws(Dice dice, int many, double mean) {
    var values = new double[many];
    Arrays.setAll(values, _ -> dice.poisson(mean));
    Arrays.sort(values);
    return values;
  }

  /// Issue 6278 of Spinnaker: seven points of ten at a hundred times the baseline are no failure.
  @Test
  void sevenBadPointsOfTenPassAndEightDoNot() {
    assertThat(Kayenta.classify(bad(7), steady())).isEqualTo(Kayenta.PASS);
    assertThat(Kayenta.classify(bad(8), steady())).isEqualTo(Kayenta.HIGH);
  }

  private static double[] steady() {
    var values = new double[10];
    Arrays.fill(values, 1);
    return values;
  }

  private static double[] bad(int points) {
    var values = steady();
    for (int i = 0; i < points; i++) {
      values[i] *= 100;
    }
    return values;
  }

  @Test
  void whatIsTheSameOrMissingIsNoFailure() {
    double[] none = {Double.NaN, Double.NaN};
    double[] zero = {0, 0, 0};
    assertThat(Kayenta.classify(none, zero)).isEqualTo(Kayenta.NODATA);
    assertThat(Kayenta.classify(zero, zero)).isEqualTo(Kayenta.PASS);
    assertThat(Kayenta.classify(new double[] {5, 5, 5, 5, 5, 5, 5, 5}, new double[8]))
        .isEqualTo(Kayenta.HIGH);
  }
}
