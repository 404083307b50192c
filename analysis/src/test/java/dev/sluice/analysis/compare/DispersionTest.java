package dev.sluice.analysis.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DispersionTest {
  @Test
  void withoutHistoryCountsAreAsWildAsChance() {
    assertThat(new Dispersion().factor(100, 4, 900, 8)).isEqualTo(1);
  }

  /// Two pods, 100 requests each, 10 and 0 errors. By hand: p = 0.05, X² = (5² + 5²) / (0.05 · 0.95
  /// · 100) = 10.526, cut at 9; less its one degree of freedom 8; per expected error (1 · 5): 1.6.
  /// A canary pod of 20 requests expects 1 error, a primary pod of 100 expects 5: 1 + 1.5 · 1.6 · 1
  /// = 3.4 and 1 + 1.5 · 1.6 · 5 = 13; weighed by 1/20 and 1/200: (0.17 + 0.065) / 0.055 = 4.2727.
  @Test
  void aWorkedExample() {
    var noise = new Dispersion();
    noise.add(new double[] {100, 100}, new double[] {10, 0});

    assertThat(noise.share()).isEqualTo(0.05);
    assertThat(noise.factor(20, 1, 200, 2)).isCloseTo(4.272727, within(1e-6));
    assertThat(noise.factor(20, 1)).isCloseTo(3.4, within(1e-12));
  }

  @Test
  void podsThatAllFailOrAllServeHaveNothingToVary() {
    var noise = new Dispersion();
    for (int i = 0; i < 100; i++) {
      noise.add(new double[] {10, 10, 0}, new double[] {10, 10, 0});
      noise.add(new double[] {10, 10, 0}, new double[] {0, 0, 0});
      noise.add(new double[] {0, 0, 0}, new double[] {0, 0, 0});
    }
    assertThat(noise.factor(10, 1, 20, 2)).isFinite().isGreaterThanOrEqualTo(1);
  }

  @Test
  void anIntervalWithoutAnyRequestTeachesNothing() {
    var noise = new Dispersion();
    noise.add(new double[] {0, 0}, new double[] {0, 0});
    assertThat(noise.factor(10, 1, 20, 2)).isEqualTo(1);
    assertThat(noise.share()).isNaN();
  }

  @Test
  void independentErrorsOfEqualPodsAreHardlyNoise() {
    assertThat(measured(new Random(20261121), 8, 500, 1)).isBetween(1.0, 1.25);
  }

  /// Errors that come in fives vary five times as much as single ones; the estimate is asked to err
  /// on the cautious side.
  @Test
  void errorsThatComeInFivesCountAsFewer() {
    assertThat(measured(new Random(20261121), 8, 500, 5)).isBetween(4.0, 9.0);
  }

  @Test
  void aPrimaryThatIsScrapedAsOneIsComparedWithItsOwnPast() {
    assertThat(measured(new Random(20261121), 1, 500, 1)).isBetween(1.0, 1.6);
    assertThat(measured(new Random(20261121), 1, 500, 5)).isGreaterThan(3.0);
  }

  /// The factor for a canary whose pods are like the primary's: 200 requests, one percent errors.
  private static double measured(Random random, int pods, int intervals, int burst) {
    var noise = new Dispersion();
    for (int t = 0; t < intervals; t++) {
      var n = new double[pods];
      var e = new double[pods];
      for (int pod = 0; pod < pods; pod++) {
        n[pod] = 200;
        for (int i = 0; i < n[pod]; i++) {
          e[pod] += random.nextDouble() < 0.01 / burst ? burst : 0;
        }
        e[pod] = Math.min(e[pod], n[pod]);
      }
      noise.add(n, e);
    }
    return noise.factor(200.0 * pods, pods, 200.0 * pods, pods);
  }
}
