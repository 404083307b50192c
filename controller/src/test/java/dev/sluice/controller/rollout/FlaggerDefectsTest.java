package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a controller of the same kind was seen to do, or reads as if it did, and what this one does
/// instead. Only what touches the strategy canary; what a rule forbids outright is in [RulesTest].
class FlaggerDefectsTest {

  @Test
  void aHealthyAppIsNotScaledToZeroWhereAQuotaLeavesNoRoomForItsPrimary() {
    var story = Story.of(Story.POLICY);
    story.cluster.primaryRoom = 1;

    story.run(Duration.ofHours(1));

    assertThat(story.target().replicas).isEqualTo(2);
    assertThat(story.target().available(story.cluster.second)).isEqualTo(2);
    assertThat(story.cluster.route).isNull();
    assertThat(story.held()).contains(HoldReason.PRIMARY_NOT_READY);
    assertThat(story.alerts()).singleElement().asString().contains("1 of 2 pods", "quota");

    story.cluster.primaryRoom = 9;
    story.until("Initialized");
  }

  @Test
  void aFixAfterAFailedPromotionNeverSendsEverybodyToTheBrokenPrimary() {
    var story = Story.initialized().deploy(Story.V2).untilWeight(50);
    story.cluster.primaryRoom = 0;
    story.until("Promoting");
    story.primary().crash(9, story.cluster.second, 36_000);
    story.run(Duration.ofMinutes(20));

    story.deploy(Story.V3).run(Duration.ofMinutes(20));

    assertThat(story.trafficToCanary()).isEqualTo(50);
    assertThat(story.target().replicas).isEqualTo(2);
    assertThat(story.held()).contains(HoldReason.PRIMARY_NOT_READY);
  }

  @Test
  void thatFixGoesOutOnceItsAuthorSaysThatAnalysisMayBeSkipped() {
    var story = Story.initialized();
    story.primary().change(Story.NEVER_READY, story.cluster.second);
    story.primary().crash(9, story.cluster.second, 36_000);
    story.run(10);

    story
        .edit(Edited.from(Story.POLICY).skipAnalysis(true).policy())
        .deploy(Story.V3)
        .until("Succeeded");

    assertThat(story.primary().template).isEqualTo(Story.V3);
  }

  @Test
  void anUnhealthyPrimaryInMidRunIsNotRolledBackOnto() {
    var story = Story.initialized().deploy(Story.V2).untilWeight(30);

    story.primary().crash(2, story.cluster.second, 600);
    story.run(Duration.ofMinutes(9));

    assertThat(story.trafficToCanary()).isEqualTo(30);
    assertThat(story.phase().name()).isEqualTo("Progressing");
    story.until("Succeeded");
  }

  @Test
  void aCanaryThatSomebodyScalesToZeroAtFortyPercentLosesItsTrafficAndIsNeverPromoted() {
    var story = Story.initialized().deploy(Story.V2).untilWeight(40);

    story.scaleTarget(0).run(1);
    assertThat(story.trafficToCanary()).isZero();

    story.until("Failed");
    assertThat(story.primary().template).isEqualTo(Story.V1);
    assertThat(story.primary().replicas).isEqualTo(2);
    assertThat(story.alerts().getLast()).contains("ERROR", "scaled web.shop to zero", "40%");
  }

  @Test
  void aRevisionThatComesWhileThePrimaryIsUnwellIsNotLost() {
    var story = Story.initialized().deploy(Story.BAD).until("Failed");
    story.primary().crash(2, story.cluster.second, 120);

    story.deploy(Story.V3).run(60);
    story.until("Succeeded");

    assertThat(story.primary().template).isEqualTo(Story.V3);
  }

  @Test
  void stepsThatAreEditedInMidRunGoOnFromWhereTheTrafficIs() {
    var story = Story.initialized().deploy(Story.V2).untilWeight(30);

    story.edit(Edited.from(Story.POLICY).weights(5, 25, 60).policy()).untilWeight(60);

    assertThat(story.weights()).containsExactly(10, 20, 30, 60);
  }

  @Test
  void trafficThatIsAlreadyBackDoesNotStallAPromotionInSteps() {
    var story = Story.initialized(Edited.from(Story.POLICY).promotionStep(20).policy());
    story.deploy(Story.V2).until("Promoting");

    story.cluster.writeRoute(Split.of(new Percent(0)), "kubectl");

    story.until("Succeeded");
  }

  @Test
  void aRouteSettingThatIsEditedInMidRunKeepsItsWeight() {
    var story = Story.initialized().deploy(Story.V2).untilWeight(30);
    var route = story.cluster.route;
    assertThat(route).isNotNull();

    story.cluster.route = new ModelCluster.Route(Split.of(new Percent(30)), false, "");
    story.edit(Story.POLICY).run(30);

    assertThat(story.trafficToCanary()).isEqualTo(30);
    story.until("Succeeded");
    assertThat(story.weights()).containsExactly(10, 20, 30, 40, 50, 0);
  }

  @Test
  void everyEndAlerts() {
    var deadline = Story.initialized().deploy(Story.NEVER_READY).until("Failed");
    var checks = Story.initialized().deploy(Story.BAD).until("Failed");
    var promoted = Story.initialized().deploy(Story.V2).until("Succeeded");

    assertThat(deadline.alerts()).hasSize(2);
    assertThat(checks.alerts()).hasSize(2);
    assertThat(promoted.alerts()).hasSize(2);
  }

  @Test
  void aFailedCanaryDoesNotWriteItsStatusOverAndOver() {
    var story = Story.initialized().deploy(Story.BAD).until("Failed").run(10);
    var before = story.cluster.status;

    story.run(Duration.ofHours(1));

    assertThat(story.cluster.status).isSameAs(before);
  }

  @Test
  void aPromotionThatIsWaitedForShowsTheWeightThatItHas() {
    var gate = Story.hook("go", HookType.CONFIRM_PROMOTION);
    var story = Story.initialized(Story.with(gate)).close("go").deploy(Story.V2);

    story.until("WaitingPromotion").run(Duration.ofMinutes(3));

    assertThat(story.trafficToCanary()).isEqualTo(50);
    assertThat(story.cluster.status.canaryWeight()).isEqualTo(50);
    assertThat(story.cluster.status.iterations()).isZero();
  }

  @Test
  void aRevertIsNoticedWhileApprovalIsWaitedFor() {
    var gate = Story.hook("start", HookType.CONFIRM_ROLLOUT);
    var story = Story.initialized(Story.with(gate)).close("start").deploy(Story.V2);

    story.until("Waiting").deploy(Story.V1).until("Succeeded");
    story.open("start").forget().run(Duration.ofHours(1));

    assertThat(story.phase().name()).isEqualTo("Succeeded");
    assertThat(story.events()).isEmpty();
  }

  @Test
  void aClosedGateBeforeTheFirstTrafficRepeatsNeitherTestNorAlert() {
    var story =
        Story.initialized(
                Story.with(
                    Story.hook("test", HookType.PRE_ROLLOUT),
                    Story.hook("more", HookType.CONFIRM_TRAFFIC_INCREASE)))
            .close("more");

    story.deploy(Story.V2).run(Duration.ofMinutes(30));

    assertThat(story.asked()).containsOnlyOnce("test");
    assertThat(story.alerts()).filteredOn(alert -> alert.startsWith("WARN")).hasSize(1);
  }
}
