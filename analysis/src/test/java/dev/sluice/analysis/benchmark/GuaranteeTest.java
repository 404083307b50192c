package dev.sluice.analysis.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.analysis.compare.ComparisonPolicy;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A small part of `.ci/judge-figures`, in every build.
class GuaranteeTest {
  private static final int RUNS = 1500;

  /// The worst case: exactly as bad as tolerated, so that the evidence neither grows nor falls.
  @ParameterizedTest
  @CsvSource({"10, 0.01, NONE", "100, 0.001, OUTAGES"})
  void aCanaryOnTheEdgeOfTheToleranceIsRolledBackInAtMostOneRolloutOfAHundred(
      double rps, double base, Nuisance nuisance) {
    long rolledBack =
        IntStream.range(0, RUNS)
            .parallel()
            .filter(run -> {
              var service = new World.Service(rps, base, 0.1 * base + 1e-4, 1, 0);
              var world = new World(service, nuisance, new Dice(20261121, 1, run));
              return Rollout.everRolledBack(world, ComparisonPolicy.DEFAULT, 0.1, 120);
            })
            .count();

    assertThat(Odds.atMost((int) rolledBack, RUNS, 0.99))
        .as("%d of %d, with 99 %% certainty", rolledBack, RUNS)
        .isLessThanOrEqualTo(0.01);
  }

  /// A test that could not fail would show nothing above: far beyond the tolerance all are found.
  @Test
  void aCanaryFarBeyondTheToleranceIsAlwaysRolledBack() {
    long rolledBack =
        IntStream.range(0, 50)
            .parallel()
            .filter(run -> {
              var service = new World.Service(10, 0.001, 0.05, 1, 0);
              var world = new World(service, Nuisance.NONE, new Dice(20261121, 2, run));
              return Rollout.everRolledBack(world, ComparisonPolicy.DEFAULT, 0.1, 120);
            })
            .count();

    assertThat(rolledBack).isEqualTo(50);
  }

  /// Against the tables of the paper: 0 of 10 and 1 of 10 with 97.5 % certainty, and the rule of
  /// three.
  @Test
  void theBoundsOnRatesAreThePublishedOnes() {
    assertThat(Odds.atMost(0, 10, 0.975)).isCloseTo(0.3085, within(1e-4));
    assertThat(Odds.atMost(1, 10, 0.975)).isCloseTo(0.4450, within(1e-4));
    assertThat(Odds.atMost(0, 1000, 0.95)).isCloseTo(3.0 / 1000, within(1e-5));
  }

  @Test
  void theDiceAreFair() {
    var dice = new Dice(20261121, 0, 0);
    double binomials = 0;
    double poissons = 0;
    double normals = 0;
    int draws = 200_000;
    for (int i = 0; i < draws; i++) {
      binomials += dice.binomial(100, 0.01);
      poissons += dice.poisson(3);
      normals += dice.normal();
    }
    assertThat(binomials / draws).isCloseTo(1, within(0.01));
    assertThat(poissons / draws).isCloseTo(3, within(0.02));
    assertThat(normals / draws).isCloseTo(0, within(0.01));
  }
}
