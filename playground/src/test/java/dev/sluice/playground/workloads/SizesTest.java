package dev.sluice.playground.workloads;

import static dev.sluice.playground.workloads.Objects.deployment;
import static dev.sluice.playground.workloads.Objects.set;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizesTest {

  private static Map<String, Integer> named(Map<ReplicaSet, Integer> sizes) {
    return sizes.entrySet().stream()
        .collect(Collectors.toMap(size -> size.getKey().name(), Map.Entry::getValue));
  }

  @ParameterizedTest
  @CsvSource({
    "2, 25%, 25%, 1, 0",
    "3, 25%, 25%, 1, 0",
    "4, 1, 25%, 1, 1",
    "10, 30%, 20%, 3, 2",
    "4, 0, 0, 0, 1",
    "0, 25%, 25%, 0, 0"
  })
  void surgeIsRoundedUpAndUnavailableDown(
      int replicas, String surge, String unavailable, int above, int missing) {
    var deployment = new Deployment(deployment(replicas, surge, unavailable));

    assertThat(deployment.maxSurge()).isEqualTo(above);
    assertThat(deployment.maxUnavailable()).isEqualTo(missing);
  }

  @Test
  void newPodsNeverExceedTheSurge() {
    var deployment = new Deployment(deployment(4, "1", "25%"));

    assertThat(Sizes.grown(deployment, 0, 4)).isEqualTo(1);
    assertThat(Sizes.grown(deployment, 1, 5)).isEqualTo(1);
    assertThat(Sizes.grown(deployment, 1, 4)).isEqualTo(2);
    assertThat(Sizes.grown(deployment, 6, 6)).isEqualTo(4);
  }

  @Test
  void oldPodsStayWhileTheNewOnesAreNotAvailable() {
    var deployment = new Deployment(deployment(4, "1", "25%"));

    assertThat(named(Sizes.shrunk(deployment, set("new", 1, 0, 0), List.of(set("old", 4, 4, 9)))))
        .as("one may be missing")
        .containsExactlyEntriesOf(Map.of("old", 3));
    assertThat(Sizes.shrunk(deployment, set("new", 2, 0, 0), List.of(set("old", 3, 3, 9))))
        .isEmpty();
    assertThat(named(Sizes.shrunk(deployment, set("new", 2, 2, 0), List.of(set("old", 3, 3, 9)))))
        .containsExactlyEntriesOf(Map.of("old", 1));
  }

  @Test
  void brokenOldPodsGoFirst() {
    var deployment = new Deployment(deployment(4, "1", "25%"));

    assertThat(named(Sizes.shrunk(deployment, set("good", 3, 3, 9), List.of(set("bad", 2, 0, 3)))))
        .containsExactlyEntriesOf(Map.of("bad", 0));
  }

  @Test
  void aScaleWhileRollingIsSpreadInProportion() {
    var deployment = new Deployment(deployment(15, "3", "2"));
    var sizes =
        Sizes.spread(
            deployment,
            Optional.of(sizedFor(13, set("new", 5, 0, 0))),
            List.of(sizedFor(13, set("old", 8, 8, 9))));

    assertThat(named(sizes)).containsExactlyInAnyOrderEntriesOf(Map.of("new", 7, "old", 11));
  }

  /// The largest takes what rounding leaves; so does the real controller, whose sums these are.
  @Test
  void whatRoundingLeavesGoesToTheLargestSet() {
    var deployment = new Deployment(deployment(20, "0", "5"));
    var sizes =
        Sizes.spread(
            deployment,
            Optional.of(sizedFor(10, set("new", 3, 3, 0))),
            List.of(sizedFor(10, set("old", 3, 3, 9)), sizedFor(10, set("older", 4, 4, 12))));

    assertThat(named(sizes))
        .containsExactlyInAnyOrderEntriesOf(Map.of("new", 6, "old", 6, "older", 8));
  }

  @Test
  void onceTheNewSetHasAllThatIsWantedTheOthersEnd() {
    var deployment = new Deployment(deployment(3, "1", "0"));
    var newest = set("new", 3, 3, 0);
    newest.object().withObject("/metadata/annotations").put(ReplicaSet.DESIRED, "3");

    assertThat(named(Sizes.spread(deployment, Optional.of(newest), List.of(set("old", 2, 2, 9)))))
        .containsExactlyEntriesOf(Map.of("old", 0));
  }

  private static ReplicaSet sizedFor(int max, ReplicaSet set) {
    set.object().withObject("/metadata/annotations").put(ReplicaSet.MAX, "" + max);
    return set;
  }

  @Test
  void aRolloutThatRecreatesIsNotSpread() {
    var object = deployment(5, "1", "0");
    object.withObject("/spec/strategy").put("type", "Recreate");

    assertThat(
            Sizes.spread(
                new Deployment(object),
                Optional.of(set("new", 1, 1, 0)),
                List.of(set("old", 2, 2, 9))))
        .isEmpty();
  }

  @Test
  void aScaleWithoutARolloutGoesToTheOnlyActiveSet() {
    var sizes =
        Sizes.spread(
            new Deployment(deployment(7, "25%", "25%")),
            Optional.of(set("new", 0, 0, 0)),
            List.of(set("old", 2, 2, 9)));

    assertThat(named(sizes)).containsExactlyEntriesOf(Map.of("old", 7));
  }

  @Test
  void scalingToNothingLeavesNothing() {
    var sizes =
        Sizes.spread(
            new Deployment(deployment(0, "25%", "25%")),
            Optional.of(set("new", 2, 0, 0)),
            List.of(set("old", 3, 3, 9)));

    assertThat(named(sizes)).containsExactlyInAnyOrderEntriesOf(Map.of("new", 0, "old", 0));
  }
}
