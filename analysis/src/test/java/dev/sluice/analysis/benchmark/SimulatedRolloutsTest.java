package dev.sluice.analysis.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.benchmark.Rollout.End;
import dev.sluice.analysis.benchmark.Rollout.Result;
import dev.sluice.analysis.compare.ComparisonPolicy;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/// A few worlds of `.ci/judge-figures` in every build, with the rates that so few runs can show.
class SimulatedRolloutsTest {
  private static final int RUNS = 40;
  private static final Rollout.Policy SLUICE = Rollout.sluice(ComparisonPolicy.DEFAULT, 60);
  private static final Rollout.Policy FLAGGER = Rollout.thresholds(5, false);

  @Test
  void aClearRegressionIsRolledBackAfterThreeScrapesAndHarmsATenthOfWhatFlaggersThresholdsDo() {
    var service = new World.Service(100, 0.001, 0.05, 1, 60);
    var ours = results(service, Nuisance.NONE, SLUICE);
    var theirs = results(service, Nuisance.NONE, FLAGGER);

    assertThat(ours).allMatch(result -> result.end() == End.ROLLED_BACK);
    assertThat(ours.stream().mapToDouble(Result::seconds).sorted().skip(RUNS / 2).findFirst())
        .hasValue(30);
    assertThat(served(theirs)).isGreaterThan(10 * served(ours));
  }

  @Test
  void aReleaseThatIsTwiceAsSlowBelowAnyLimitIsFound() {
    var service = new World.Service(100, 0.001, 0, 2, 20);

    assertThat(results(service, Nuisance.NONE, SLUICE))
        .allMatch(result -> result.end() == End.ROLLED_BACK);
    assertThat(results(service, Nuisance.NONE, FLAGGER))
        .allMatch(result -> result.end() == End.PROMOTED);
  }

  @Test
  void aHealthyReleaseIsPromotedAsFastAsByThresholds() {
    var service = new World.Service(100, 0.001, 0, 1, 60);

    assertThat(results(service, Nuisance.NONE, SLUICE))
        .allMatch(result -> result.end() == End.PROMOTED)
        .anyMatch(result -> result.seconds() == 300);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"NONE", "OUTAGES", "TWO_SPIKES", "WARM_UP"})
  void whatIsNoFaultOfTheReleaseDoesNotRollItBack(Nuisance nuisance) {
    var service = new World.Service(100, 0.001, 0, 1, 60);

    assertThat(results(service, nuisance, SLUICE))
        .filteredOn(result -> result.end() == End.ROLLED_BACK)
        .hasSizeLessThanOrEqualTo(1);
  }

  private static double served(List<Result> results) {
    return results.stream().mapToLong(Result::served).sum();
  }

  private static List<Result> results(
      World.Service service, Nuisance nuisance, Rollout.Policy policy) {
    return IntStream.range(0, RUNS)
        .parallel()
        .mapToObj(run -> policy.run(new World(service, nuisance, new Dice(20261121, 3, run))))
        .toList();
  }
}
