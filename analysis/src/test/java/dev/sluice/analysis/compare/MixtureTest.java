package dev.sluice.analysis.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixtureTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 45, 90, 91, 92, 500, 20_000})
  void theStartsThatAreGivenAndTheRestAreAlwaysOne(long intervals) {
    for (var start : new Start[] {Start.OF_REGRESSION, Start.OF_HEALTH}) {
      double given = 0;
      for (long i = 0; i < intervals; i++) {
        given += start.share(i);
      }
      assertThat(given + start.rest(intervals)).isCloseTo(1, within(1e-12));
    }
  }

  /// The recursion against the sum that it stands for: over all starts and effects, the start's
  /// share times the product of the gains from there on.
  @Test
  void theRecursionIsTheSumOverAllStartsAndEffects() {
    int intervals = 130;
    var gains = new double[intervals][2];
    for (int t = 0; t < intervals; t++) {
      gains[t][0] = Math.sin(t) - 0.2;
      gains[t][1] = Math.cos(3 * t) * 0.5;
    }
    var mixture = new Mixture(Start.OF_REGRESSION, 1, 2);
    for (var gain : gains) {
      mixture.bet(gain);
    }

    double sum = Start.OF_REGRESSION.rest(intervals);
    for (int from = 0; from < intervals; from++) {
      for (int effect = 0; effect < 2; effect++) {
        double product = Start.OF_REGRESSION.share(from) / 2;
        for (int t = from; t < intervals; t++) {
          product *= Math.exp(gains[t][effect]);
        }
        sum += product;
      }
    }
    assertThat(mixture.log(0)).isCloseTo(Math.log(sum), within(1e-9));
  }

  @Test
  void beforeTheFirstBetThereIsNoEvidence() {
    assertThat(new Mixture(Start.OF_HEALTH, 3, 3).log(2)).isCloseTo(0, within(1e-15));
  }

  @Test
  void whetherAThresholdIsReachedIsWhatTheSumSays() {
    var mixture = new Mixture(Start.OF_HEALTH, 1, 3);
    for (int t = 0; t < 200; t++) {
      mixture.bet(new double[] {Math.sin(t), Math.cos(t) / 2, 0.03});
      for (double threshold = -1; threshold < 8; threshold += 0.01) {
        assertThat(mixture.reaches(0, threshold)).isEqualTo(mixture.log(0) >= threshold);
      }
    }
  }

  @Test
  void groupsDoNotMix() {
    var mixture = new Mixture(new Start(0.7, 0.24, 0.06), 2, 1);
    mixture.bet(new double[] {1, -1});
    assertThat(mixture.log(0)).isCloseTo(Math.log(0.7 * Math.E + 0.3), within(1e-12));
    assertThat(mixture.log(1)).isCloseTo(Math.log(0.7 / Math.E + 0.3), within(1e-12));
  }

  /// An hour at ten seconds in which each bet loses a nat leaves nothing of the first starts; what
  /// is still to be given is enough for nine bad intervals.
  @Test
  void aLateRegressionIsNotDilutedByAnEarlyGoodHour() {
    var mixture = new Mixture(Start.OF_REGRESSION, 1, 1);
    for (int t = 0; t < 360; t++) {
      mixture.bet(new double[] {-1});
    }
    int bad = 0;
    while (mixture.log(0) < Math.log(100)) {
      mixture.bet(new double[] {Lane.CAP});
      bad++;
    }
    assertThat(bad).isBetween(3, 9);
  }

  @Test
  void sumsOfLogarithmsDoNotOverflow() {
    assertThat(Logs.add(1000, 1000)).isCloseTo(1000 + Math.log(2), within(1e-12));
    assertThat(Logs.add(Double.NEGATIVE_INFINITY, -3)).isEqualTo(-3);
    assertThat(Logs.add(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY))
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }
}
