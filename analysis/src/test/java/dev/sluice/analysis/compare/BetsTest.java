package dev.sluice.analysis.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The bets against values that are computed in another way, and their expectation by adding up
/// every outcome that there can be.
class BetsTest {
  private static final Tolerance NONE = new Tolerance(1.1, 0);
  private static final Tolerance USUAL = new Tolerance(1.1, 1e-4);

  /// 100 and 900 requests, 3 and 2 errors, tolerated factor 1.1, bet on 1.1 · 5. By hand: (100 ·
  /// 1.1 + 900) / (100 · 5.5 + 900) = 1010 / 1450 = 0.6965517; a = 5 · 0.6965517 = 3.4827586; 3 ln
  /// 3.4827586 + 2 ln 0.6965517 = 3.743473 − 0.723232; less 100 · 0.0001 · 2.4827586.
  @Test
  void aWorkedExampleOfTheBetOnARegression() {
    assertThat(Bets.worse(100, 3, 900, 2, USUAL, 5))
        .isCloseTo(3.743473 - 0.723232 - 0.0248276, within(2e-5));
  }

  /// Without slack the bet is the likelihood ratio of the side that each error came from: given
  /// their number, the canary's are binomial with n_c r / (n_c r + n_p) for a risk ratio r
  /// (Przyborowski and Wilenski, Biometrika 31, 1940).
  @Test
  void withoutSlackTheBetIsTheConditionalLikelihoodRatio() {
    for (int ec = 0; ec <= 6; ec++) {
      for (int ep = 0; ep <= 6; ep++) {
        double worse = 70 * 1.1 * 2.5 / (70 * 1.1 * 2.5 + 400);
        double same = 70 * 1.1 / (70 * 1.1 + 400);
        double ratio = Math.pow(worse / same, ec) * Math.pow((1 - worse) / (1 - same), ep);
        assertThat(Bets.worse(70, ec, 400, ep, NONE, 2.5))
            .isCloseTo(Math.log(ratio), within(1e-12));
      }
    }
  }

  @Test
  void aCanaryWithinTheToleranceGainsNothingOnAverageByAnyBetOnARegression() {
    var found = new ArrayList<Double>();
    for (int[] n : List.of(new int[] {5, 40}, new int[] {30, 30}, new int[] {12, 3})) {
      for (double primary : List.of(0.0, 0.001, 0.01, 0.05, 0.2, 0.5, 0.9)) {
        for (double effect : Bets.EFFECTS) {
          for (var tolerance : List.of(NONE, USUAL, new Tolerance(1.5, 0.02))) {
            double edge = tolerance.limit(primary);
            found.add(
                expected(
                    n[0],
                    edge,
                    n[1],
                    primary,
                    (ec, ep) -> Bets.worse(n[0], ec, n[1], ep, tolerance, effect)));
            found.add(
                expected(
                    n[0],
                    edge / 2,
                    n[1],
                    primary,
                    (ec, ep) -> Bets.worse(n[0], ec, n[1], ep, tolerance, effect)));
          }
        }
      }
    }
    assertThat(found).allSatisfy(e -> assertThat(e).isLessThanOrEqualTo(1 + 1e-12));
    // It is not at most one because it is small: on the edge of rare errors nothing is given away.
    assertThat(found).anySatisfy(e -> assertThat(e).isGreaterThan(0.999));
  }

  @Test
  void aCanaryBeyondTheMarginGainsNothingOnAverageByAnyBetOnItsHealth() {
    var found = new ArrayList<Double>();
    for (int[] n : List.of(new int[] {5, 40}, new int[] {30, 30}, new int[] {12, 3})) {
      for (double primary : List.of(0.0, 0.001, 0.05, 0.3)) {
        for (double margin : List.of(0.002, 0.02, 0.4)) {
          for (double stake : Bets.STAKES) {
            double edge = Bets.SAFE_FACTOR * primary + margin;
            found.add(
                expected(
                    n[0],
                    edge,
                    n[1],
                    primary,
                    (ec, ep) -> Bets.fine(n[0], ec, n[1], ep, margin, stake)));
          }
        }
      }
    }
    assertThat(found).allSatisfy(e -> assertThat(e).isLessThanOrEqualTo(1 + 1e-12));
    assertThat(found).anySatisfy(e -> assertThat(e).isGreaterThan(0.999));
  }

  @Test
  void aCanaryWithinTheObjectiveGainsNothingOnAverageByAnyBetAgainstIt() {
    for (double breach : Bets.BREACHES) {
      for (double share : List.of(0.0, 0.005, 0.01)) {
        double expected = 0;
        for (int e = 0; e <= 40; e++) {
          expected += chance(40, e, share) * Math.exp(Bets.broken(40, e, 0.01, breach));
        }
        assertThat(expected).isLessThanOrEqualTo(1 + 1e-12);
      }
    }
  }

  /// The ratio of two binomial chances, in which the binomial coefficients cancel.
  @Test
  void theBetAgainstTheObjectiveIsTheBinomialLikelihoodRatio() {
    assertThat(Bets.broken(50, 4, 0.01, 5))
        .isCloseTo(Math.log(chance(50, 4, 0.05) / chance(50, 4, 0.01)), within(1e-9));
  }

  /// "Rule of three": with no errors in n requests, the share is below 3/n with 95 % certainty.
  @Test
  void healthWithoutErrorsIsTheRuleOfThree() {
    double n = 600;
    double margin = 3.0 / (n * 0.9);
    assertThat(Bets.fine(n, 0, 5000, 0, margin, 0.9)).isCloseTo(3.0, within(1e-9));
  }

  private interface Bet {
    double of(int canaryErrors, int primaryErrors);
  }

  private static double expected(int nc, double pc, int np, double pp, Bet bet) {
    double sum = 0;
    for (int ec = 0; ec <= nc; ec++) {
      for (int ep = 0; ep <= np; ep++) {
        double chance = chance(nc, ec, pc) * chance(np, ep, pp);
        if (chance > 0) {
          sum += chance * Math.exp(bet.of(ec, ep));
        }
      }
    }
    return sum;
  }

  /// Of exactly k of n, by multiplying up.
  private static double chance(int n, int k, double p) {
    double chance = Math.pow(1 - p, n - k);
    for (int i = 1; i <= k; i++) {
      chance *= p * (n - k + i) / i;
    }
    return chance;
  }
}
