package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.rollout.Autoscaling.Rest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// An app whose pods an autoscaler counts: six at the present load, between two and eight.
class CapacityTest {

  private static Story busy() {
    var story = Story.of(Story.POLICY);
    story.cluster.autoscaler = new ModelAutoscaler(2, 8);
    story.cluster.autoscaler.needed = 6;
    story.until("Initialized").run(Duration.ofMinutes(6));
    assertThat(story.primary().replicas).isEqualTo(6);
    story.forget();
    return story;
  }

  private static ModelAutoscaler autoscaler(Story story) {
    var scaler = story.cluster.autoscaler;
    if (scaler == null) {
      throw new AssertionError("there is no autoscaler");
    }
    return scaler;
  }

  @Test
  void aPrimaryIsNotShrunkBeforeItHasTheTraffic() {
    var story = Story.of(Story.POLICY);
    story.cluster.autoscaler = new ModelAutoscaler(1, 8);

    story.until("the primary", () -> story.cluster.primary != null);
    assertThat(autoscaler(story).copiedLeast()).isZero();

    story.until("Initialized");
    assertThat(autoscaler(story).copiedLeast()).isEqualTo(1);
  }

  @Test
  void aPrimaryKeepsItsPodsWhileItsTrafficIsAwaySoThatItCanTakeItBack() {
    var story = busy();

    story.deploy(Story.V2).untilWeight(50).run(Duration.ofSeconds(50));
    assertThat(story.primary().replicas).isEqualTo(6);

    story.until("Succeeded").run(Duration.ofMinutes(1));
    assertThat(story.primary().replicas).isEqualTo(6);
    assertThat(story.weights()).containsExactly(10, 20, 30, 40, 50, 0);
  }

  @Test
  void fiveMinutesLaterItsAutoscalerIsFreeAgainAndThenNothingIsWritten() {
    var story = busy();
    story.deploy(Story.V2).until("Succeeded");
    assertThat(autoscaler(story).copiedLeast()).isEqualTo(6);

    story.run(Duration.ofMinutes(4));
    assertThat(autoscaler(story).copiedLeast()).isEqualTo(6);

    story.run(Duration.ofMinutes(2)).forget();
    assertThat(autoscaler(story).copiedLeast()).isEqualTo(2);
    story.run(Duration.ofHours(1));
    assertThat(story.writes()).isEmpty();
    assertThat(story.nextLook()).isEmpty();
  }

  @Test
  void aRunWritesTheAutoscalerOnceAtItsStartAndOnceAtItsEnd() {
    var story = busy();

    story.deploy(Story.V2).until("Succeeded").run(Duration.ofMinutes(10));

    assertThat(story.writes().stream().filter(Action.CopyAutoscaler.class::isInstance))
        .containsExactly(new Action.CopyAutoscaler(6), new Action.CopyAutoscaler(2));
  }

  @Test
  void aBadReleaseGoesBackToAPrimaryThatIsAsLargeAsItWas() {
    var story = busy();

    story.deploy(Story.BAD).until("Failed");

    assertThat(story.primary().replicas).isEqualTo(6);
  }

  @Test
  void theTargetStartsWithEnoughPodsForItsFirstShare() {
    var p = Story.POLICY;
    var story = busy();
    story.edit(Edited.from(p).weights(50).policy());

    story.deploy(Story.V2).until("Progressing").run(2);

    assertThat(story.target().replicas).isEqualTo(3);
  }

  @Test
  void podsThatItsAutoscalerAddsInMidRunAreNoHoldToTellOf() {
    var story = busy();

    story.deploy(Story.V2).until("more pods", () -> story.target().replicas == 3);
    story.until("the new pod is seen", () -> story.held().isPresent());

    assertThat(story.held()).contains(HoldReason.CANARY_GROWING);
    story.until("Succeeded");
    assertThat(story.events()).doesNotContain("Held", "Resumed");
    assertThat(story.weights()).containsExactly(10, 20, 30, 40, 50, 0);
  }

  @Test
  void butOnesThatDoNotBecomeReadyAreToldOfAndEndTheRunAtItsDeadline() {
    var story = busy();
    story.deploy(Story.V2).untilWeight(30);
    story.target().room = 2;
    story.until("more pods are wanted", () -> story.target().replicas == 3);
    var began = story.cluster.now();
    story.forget();

    story.until("people are told", () -> story.events().contains("Held"));
    assertThat(Duration.between(began, story.cluster.now()))
        .isBetween(Holding.PATIENCE, Holding.PATIENCE.plusSeconds(5));
    assertThat(story.alerts()).isEmpty();
    assertThat(story.trafficToCanary()).isEqualTo(40);

    story.until("Failed");
    assertThat(Duration.between(began, story.cluster.now()))
        .isBetween(Story.POLICY.progressDeadline(), Story.POLICY.progressDeadline().plusMinutes(1));
    assertThat(story.alerts()).singleElement().asString().contains("2 of 3 pods are available");
  }

  @Test
  void aPodThatWasReadyAndFailsIsToldOfAtOnce() {
    var story = busy();
    story.deploy(Story.V2).untilWeight(20).forget();

    story.target().crash(1, story.cluster.second, 100);
    story.run(2);

    assertThat(story.held()).contains(HoldReason.CANARY_NOT_READY);
    assertThat(story.events()).containsExactly("Held");
  }

  @Test
  void andNeverWithFewerThanItsAutoscalerAllows() {
    var story = busy();

    story.deploy(Story.V2).until("Progressing").run(2);

    assertThat(story.target().replicas).isEqualTo(2);
  }

  @Test
  void nobodyFightsOverTheNumberOfPods() {
    var story = busy();
    story.target().wish = java.util.OptionalInt.of(3);

    story.deploy(Story.V2).until("Succeeded").run(Duration.ofMinutes(10));
    autoscaler(story).needed = 8;
    story.run(Duration.ofMinutes(10));

    assertThat(story.primary().replicas).isEqualTo(8);
    assertThat(story.writes()).noneMatch(Action.ScalePrimary.class::isInstance);
  }

  @Test
  void anAutoscalerThatIsNotThereIsNamedBeforeAnythingMoves() {
    var story = Story.of(Story.POLICY);
    story.cluster.autoscaler = new ModelAutoscaler(2, 8);
    autoscaler(story).missing = true;

    story.run(Duration.ofMinutes(5));

    assertThat(story.held()).contains(HoldReason.AUTOSCALER_UNUSABLE);
    assertThat(story.target().replicas).isEqualTo(2);
    assertThat(story.cluster.route).isNull();

    autoscaler(story).missing = false;
    story.until("Initialized");
  }

  @Test
  void oneThatGoesInMidRunStopsNeitherTheRunNorThePrimarysCopy() {
    var story = busy();
    story.deploy(Story.V2).untilWeight(30);

    autoscaler(story).missing = true;
    story.until("Succeeded");

    story.run(10);
    assertThat(story.held()).contains(HoldReason.AUTOSCALER_UNUSABLE);
    assertThat(story.primary().replicas).isEqualTo(6);
  }

  /// One that starts pods of a target without any, as KEDA does.
  private static Story restless() {
    var story = Story.of(Story.POLICY);
    story.cluster.autoscaler = new ModelAutoscaler(2, 8);
    autoscaler(story).rest = Rest.AWAKE;
    return story.until("Initialized");
  }

  @Test
  void anAutoscalerThatWouldStartAnIdleTargetIsPutToRestWithIt() {
    var story = restless().run(Duration.ofMinutes(10));

    assertThat(autoscaler(story).rest).isEqualTo(Rest.AT_ZERO);
    assertThat(story.target().replicas).isZero();
    assertThat(story.primary().replicas).isEqualTo(2);
  }

  @Test
  void itScalesTheCanaryFromTheBeginningOfARunToItsEnd() {
    var story = restless();
    autoscaler(story).needed = 20;

    story.deploy(Story.V2).untilWeight(50);
    assertThat(autoscaler(story).rest).isEqualTo(Rest.AWAKE);
    story.run(Duration.ofSeconds(30));
    assertThat(story.target().replicas).isEqualTo(8);

    story.until("Succeeded").run(Duration.ofMinutes(10));
    assertThat(autoscaler(story).rest).isEqualTo(Rest.AT_ZERO);
    assertThat(story.target().replicas).isZero();
  }

  @Test
  void aPauseThatSomebodyTakesOffIsPutOnAgainAndThePodsThatItCostStop() {
    var story = restless();

    autoscaler(story).rest = Rest.AWAKE;
    story.scaleTarget(2);
    story.run(Duration.ofMinutes(2));

    assertThat(autoscaler(story).rest).isEqualTo(Rest.AT_ZERO);
    assertThat(story.target().replicas).isZero();
  }

  @Test
  void aPauseAtSomePodsIsLeftAloneUntilTheyStandInTheWay() {
    var story = restless();
    autoscaler(story).rest = Rest.AT_SOME;
    story.scaleTarget(1);
    story.forget();

    story.run(Duration.ofMinutes(10));
    assertThat(story.writes()).isEmpty();

    story.deploy(Story.V2).until("Succeeded");
    assertThat(autoscaler(story).rest).isEqualTo(Rest.AT_ZERO);
    assertThat(story.target().replicas).isZero();
  }

  @Test
  void oneThatNoWatchShowsIsLookedForEveryMinute() {
    var story = Story.of(Story.POLICY);
    story.cluster.autoscaler = new ModelAutoscaler(2, 8);
    autoscaler(story).undefined = true;
    story.run(Duration.ofMinutes(10));
    assertThat(story.held()).contains(HoldReason.AUTOSCALER_UNUSABLE);

    autoscaler(story).undefined = false;
    story.until("Initialized");
  }
}
