package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.rollout.Routing.Apex;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The ten rules of `docs/explanation/rollout.md`, each as a story that goes wrong without it.
class RulesTest {

  @Nested
  class Rule1TrafficLeavesAWorkloadBeforeItsPodsDo {
    @Test
    void onRollback() {
      var story = Story.initialized();

      story.deploy(Story.BAD).until("Failed");

      assertThat(story.writes()).endsWith(new Action.Route(Split.NONE), new Action.ScaleTarget(0));
    }

    @Test
    void andProxiesHaveHadTimeToNotice() {
      var story = Story.initialized().deploy(Story.BAD).untilWeight(10);

      story.until("no traffic", () -> story.trafficToCanary() == 0);
      var left = story.cluster.now();
      story.until("no pods", () -> story.target().replicas == 0);

      assertThat(Duration.between(left, story.cluster.now()))
          .isGreaterThanOrEqualTo(Settings.DEFAULT.settle());
    }
  }

  @Nested
  class Rule2NoTrafficWithoutReadyPods {
    @Test
    void podsThatAreNotReadyGetNone() {
      var story = Story.initialized();

      story.deploy(Story.NEVER_READY).run(Duration.ofMinutes(9));

      assertThat(story.weights()).isEmpty();
      assertThat(story.asked()).isEmpty();
    }

    @Test
    void podsThatHaveJustBecomeReadyAreLeftAloneUntilProxiesKnowThem() {
      var story = Story.initialized().deploy(Story.V2);
      story.until(
          "ready pods",
          () -> story.target().replicas > 0 && story.target().available(story.cluster.second) == 2);
      var ready = story.cluster.now();

      story.until("the first check", () -> !story.asked().isEmpty());

      assertThat(Duration.between(ready, story.cluster.now()))
          .isGreaterThanOrEqualTo(Settings.DEFAULT.settle());
    }

    @Test
    void zeroReplicasAreNeverReady() {
      var none =
          new Workload(
              1,
              1,
              0,
              0,
              0,
              0,
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              OptionalInt.empty(),
              true,
              Optional.empty());

      assertThat(none.isReady(new Percent(1))).isFalse();
      assertThat(none.serves(new Percent(1))).isFalse();
    }

    @Test
    void podsThatAllCrashLoseTheirTrafficAtOnceAndMayTryAgain() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);
      story.forget();

      story.target().crash(2, story.cluster.second, 20);
      story.run(1);

      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.events()).containsExactly("CanaryLost");
      story.until("Succeeded");
      assertThat(story.weights()).containsExactly(0, 10, 20, 30, 40, 50, 0);
    }

    @Test
    void oneMissingPodHoldsTheStepAndMovesNothing() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);

      story.target().crash(1, story.cluster.second, 300);
      story.run(Duration.ofMinutes(4));

      assertThat(story.trafficToCanary()).isEqualTo(30);
      assertThat(story.held()).contains(HoldReason.CANARY_NOT_READY);
      story.until("Succeeded");
    }

    @Test
    void aShareThatSomebodyTookAwayIsGivenBackOnlyOnceThePodsAreReady() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);

      story.target().crash(1, story.cluster.second, 60);
      story.cluster.writeRoute(Split.of(new Percent(0)), "kubectl");
      story.run(30);

      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.held()).contains(HoldReason.CANARY_NOT_READY);
      story.until("30% again", () -> story.trafficToCanary() == 30).until("Succeeded");
    }
  }

  @Nested
  class Rule3TrafficNeverGoesBackToAPrimaryThatIsNotReady {
    @Test
    void aFailingCanaryKeepsItsShareUntilThePrimaryIsBack() {
      var story = Story.initialized().deploy(Story.BAD).untilWeight(10);
      story.until(
          "the last check",
          () -> story.phase() instanceof Phase.Progressing p && p.failedChecks() == 4);
      story.run(58).forget();

      story.primary().crash(1, story.cluster.second + 1, 300);
      story.run(Duration.ofMinutes(4));

      assertThat(story.trafficToCanary()).isEqualTo(10);
      assertThat(story.held()).contains(HoldReason.PRIMARY_NOT_READY);
      assertThat(story.alerts())
          .singleElement()
          .asString()
          .contains("ERROR", "web-primary.shop", "1 of 2 pods are available");
      story.until("Failed");
      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.alerts().toString()).contains("not held any more");
    }

    @Test
    void anEditInMidRunWaitsForThePrimaryToo() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);
      story.primary().crash(2, story.cluster.second, 120);

      story.deploy(Story.V3).run(60);

      assertThat(story.trafficToCanary()).isEqualTo(30);
      assertThat(story.held()).contains(HoldReason.PRIMARY_NOT_READY);
      story.until("no traffic", () -> story.trafficToCanary() == 0);
    }

    @Test
    void aPromotionThatBreaksThePrimaryKeepsTheCanary() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(50);
      story.primary().room = 0;
      story.cluster.primaryRoom = 0;
      story.until("Promoting");
      story.primary().crash(9, story.cluster.second, 3600);

      story.run(Duration.ofMinutes(30));

      assertThat(story.trafficToCanary()).isEqualTo(50);
      assertThat(story.target().replicas).isEqualTo(2);
      assertThat(story.held()).contains(HoldReason.PRIMARY_NOT_READY);
      assertThat(story.alerts().getLast()).contains("promotion of revision v2", "skipAnalysis");
    }

    @Test
    void aPrimaryThatFaltersAfterItsPromotionKeepsTheCanarysPodsInReserve() {
      var story = Story.initialized().deploy(Story.V2).until("Finalising");

      story.primary().crash(1, story.cluster.second, 300);
      story.run(Duration.ofMinutes(3));

      assertThat(story.target().replicas).isEqualTo(2);
      assertThat(story.held()).contains(HoldReason.PRIMARY_NOT_READY);
      story.until("Succeeded");
    }

    @Test
    void withoutASingleCanaryPodOneReadyPrimaryPodIsBetterThanNone() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);
      story.primary().crash(1, story.cluster.second, 600);
      story.target().crash(2, story.cluster.second, 600);

      story.run(2);

      assertThat(story.trafficToCanary()).isZero();
    }
  }

  @Nested
  class Rule4OnlyWhatWasAnalysedIsPromoted {
    /// It may have it for some callers only; the others still come by our route.
    @Test
    void anEditTakesTheTrafficAwayAlsoWhileSomebodyElseHasTheHost() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(20);
      story.cluster.rivals = List.of("VirtualService other/web");
      story.run(5).deploy(Story.V3).run(2);

      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.held()).contains(HoldReason.HOST_TAKEN);
    }

    @Test
    void anEditTakesTheTrafficAwayWithinTheSecondAndStartsOver() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);
      story.forget();

      story.deploy(Story.V3).run(1);

      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.events()).containsExactly("RevisionRestarted");
      story.until("Succeeded");
      assertThat(story.weights()).containsExactly(0, 10, 20, 30, 40, 50, 0);
      assertThat(story.primary().template).isEqualTo(Story.V3);
    }

    @Test
    void anEditAsThePromotionBeginsIsNotPromoted() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(50);
      story.run(59);

      story.deploy(Story.V3).until("Succeeded");

      assertThat(story.writes()).contains(new Action.CopyToPrimary(new Revision("v3"), 2));
      assertThat(story.writes()).doesNotContain(new Action.CopyToPrimary(new Revision("v2"), 2));
    }

    @Test
    void aGitSyncThatIsAboutToChangeTheTargetGetsItWithoutTraffic() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);
      story.forget();

      story.handingOver(true).run(1);
      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.events()).containsExactly("MakingWay");

      story.run(20).deploy(Story.V3).run(20).deploy(Story.V3_WITH_NEW_CONFIG).handingOver(false);
      story.until("Succeeded");
      assertThat(story.weights()).containsExactly(0, 10, 20, 30, 40, 50, 0);
      assertThat(story.primary().template).isEqualTo(Story.V3_WITH_NEW_CONFIG);
    }

    @Test
    void anImageAndItsConfigInOneCommitAreOneRun() {
      var story = Story.initialized();

      story.handingOver(true).deploy(Story.V2).run(30);
      assertThat(story.events()).isEmpty();
      story.deploy(Story.V2_WITH_NEW_CONFIG).handingOver(false).until("Succeeded");

      assertThat(story.events()).containsOnlyOnce("NewRevision");
      assertThat(story.events()).doesNotContain("RevisionRestarted");
    }

    @Test
    void aGitSyncThatDiedHoldsNothingUpForLong() {
      var story = Story.initialized();

      story.handingOver(true).deploy(Story.V2).until("Succeeded");
    }

    @Test
    void anEditBeforeThePromotionIsCarriedOutStartsOver() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(50);
      story.refuse(Action.CopyToPrimary.class).until("Promoting").forget();

      story.deploy(Story.V3).refuseNothing().until("Succeeded");

      assertThat(story.weights()).containsExactly(0, 10, 20, 30, 40, 50, 0);
      assertThat(story.writes()).doesNotContain(new Action.CopyToPrimary(new Revision("v2"), 2));
      assertThat(story.primary().template).isEqualTo(Story.V3);
    }

    @Test
    void anEditDuringThePromotionFinishesItAndIsAnalysedAfter() {
      var story = Story.initialized().deploy(Story.V2).until("Promoting");

      story
          .deploy(Story.V3)
          .until("the first promotion", () -> story.events().contains("Promoted"));
      assertThat(story.primary().template).isEqualTo(Story.V2);

      story.until("Progressing").until("Succeeded");
      assertThat(story.primary().template).isEqualTo(Story.V3);
    }

    @Test
    void anAnswerAboutAnotherRevisionIsThrownAway() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(50).run(59);
      var seen = story.observeAfter(1);

      var decision =
          Rollout.decide(seen.with(new Answers(new Revision("v9"), List.of(), Optional.empty())));

      assertThat(decision.next()).isEmpty();
      assertThat(decision.actions()).isEmpty();
    }

    @Test
    void norArePodsThatSomebodyLeftRunningBetweenReleases() {
      var story = Story.initialized().scaleTarget(2).run(30).forget();

      story.deploy(new ModelDeployment.Template(1, 1, false, 5)).untilWeight(10);

      assertThat(story.writes()).startsWith(new Action.ScaleTarget(0), new Action.ScaleTarget(2));
    }

    @Test
    void podsThatStartedWithTheOldConfigAreNotAnalysedForTheNew() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);

      story.forget().deploy(Story.V2_WITH_NEW_CONFIG).until("Succeeded");

      assertThat(story.writes())
          .startsWith(
              new Action.Route(Split.NONE),
              new Action.ScaleTarget(0),
              new Action.ScaleTarget(2),
              new Action.Route(Split.of(new Percent(10))));
      assertThat(story.primary().template).isEqualTo(Story.V2_WITH_NEW_CONFIG);
    }
  }

  @Nested
  class Rule5ARevertEndsTheRolloutAtOnce {
    @Test
    void withoutAnalysis() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(40);
      story.forget();

      story.deploy(Story.V1).run(1);
      assertThat(story.trafficToCanary()).isZero();

      story.until("Succeeded");
      assertThat(story.asked()).isEmpty();
      assertThat(story.events()).containsExactly("Reverted");
      assertThat(story.target().replicas).isZero();
      story.run(Duration.ofHours(1));
      assertThat(story.events()).containsExactly("Reverted");
    }
  }

  @Nested
  class Rule6EveryRolloutEndsOrSaysWhyNot {
    @Test
    void aMissingTargetIsNamed() {
      var story = Story.initialized();

      story.cluster.target = null;
      story.run(10);

      assertThat(story.held()).contains(HoldReason.TARGET_MISSING);
      assertThat(story.alerts()).singleElement().asString().contains("web.shop", "does not exist");
    }

    @Test
    void aTargetDeletedInMidRunLosesItsTrafficAndTheRun() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);

      story.cluster.target = null;
      story.until("Failed");

      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.alerts().toString()).contains("the target was deleted");
    }

    @Test
    void aRouteThatTheApiServerRefusesIsReported() {
      var story = Story.initialized().refuse(Action.Route.class);

      story.deploy(Story.V2).run(Duration.ofMinutes(5));

      assertThat(story.held()).contains(HoldReason.WRITE_REFUSED);
      assertThat(story.alerts().getLast()).contains("admission webhook denied the request");
      story.refuseNothing().until("Succeeded");
    }

    @Test
    void suspendedMeansThatNothingIsWritten() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);

      story.edit(Edited.from(Story.POLICY).suspended(true).policy()).run(2).forget();
      story.run(Duration.ofHours(2));

      assertThat(story.trafficToCanary()).isEqualTo(30);
      assertThat(story.writes()).isEmpty();
      assertThat(story.held()).contains(HoldReason.SUSPENDED);
      story.edit(Story.POLICY).until("Succeeded");
    }
  }

  @Nested
  class Rule7ARestartChangesNothing {
    @Test
    void restartsEveryTwelveSecondsTakeNoStepEarly() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(10);

      for (int i = 0; i < 6; i++) {
        story.run(8).restartController();
      }
      assertThat(story.trafficToCanary()).isEqualTo(10);
      for (int i = 0; i < 6 * 6; i++) {
        story.run(12).restartController();
      }

      assertThat(story.weights()).startsWith(10, 20, 30, 40, 50);
    }

    @Test
    void aRestartInAnyPhaseEndsAsWithoutIt() {
      for (int at = 1; at < 400; at += 7) {
        var story = Story.initialized().deploy(Story.V2);
        story.run(at).restartController().until("Succeeded");
        assertThat(story.weights())
            .as("restarted after %ds", at)
            .containsExactly(10, 20, 30, 40, 50, 0);
      }
    }

    @Test
    void anApiServerThatWordsThingsDifferentlyStartsNoRollout() {
      var story = Story.initialized();

      story.cluster.dialect++;
      story.run(Duration.ofMinutes(10));

      assertThat(story.events()).isEmpty();
      assertThat(story.phase().name()).isEqualTo("Initialized");
    }

    @Test
    void norDoesItDisturbOneThatIsUnderWay() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);

      story.cluster.dialect++;
      story.until("Succeeded");

      assertThat(story.weights()).containsExactly(10, 20, 30, 40, 50, 0);
    }
  }

  @Nested
  class Rule8SilenceIsNotFailure {
    @Test
    void norIsATimeInWhichSomebodyElsesRouteSentTheUsers() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(20);
      story.cluster.rivals = List.of("VirtualService other/web");
      story.run(300);
      assertThat(story.held()).contains(HoldReason.HOST_TAKEN);

      story.cluster.rivals = List.of();
      story.forget().run(55);
      assertThat(story.asked()).as("before users have been there for an interval").isEmpty();
      assertThat(story.held()).isEmpty();

      story.until("Succeeded");
      assertThat(story.events()).doesNotContain("CheckFailed");
    }

    @Test
    void anOutageOfPrometheusHoldsAndAlertsAndNeverRollsBack() {
      var story = Story.initialized().everyVerdictIs(Story.away());

      story.deploy(Story.V2).run(Duration.ofHours(3));

      assertThat(story.trafficToCanary()).isEqualTo(10);
      assertThat(story.held()).contains(HoldReason.METRICS_UNAVAILABLE);
      assertThat(story.alerts().stream().filter(a -> a.contains("prometheus does not answer")))
          .hasSize(1);
      story.verdictsAreHonest().until("Succeeded");
    }

    @Test
    void noDataIsAFailedCheckButNotTheFirstTime() {
      var story = Story.initialized().everyVerdictIs(Story.noData());

      story.deploy(Story.V2).until("Failed");

      assertThat(story.asked().stream().filter("metrics"::equals)).hasSize(6);
      assertThat(story.events()).contains("NoData");
    }

    @Test
    void samplesOlderThanTheFirstTrafficAreNotAskedFor() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(10);

      assertThat(((Phase.Progressing) story.phase()).run().firstTraffic())
          .contains(story.cluster.now());
    }
  }

  @Nested
  class Rule9WhatCannotWorkIsVisible {
    @Test
    void aSpecThatIsRefusedIsNamedInStatusAndEvent() {
      var story = Story.initialized();

      story.cluster.plan(
          new Plan.Invalid(List.of(new Problem("spec.analysis.stepWeight", "is 0")), false));
      story.deploy(Story.V2).run(Duration.ofMinutes(10));

      assertThat(story.standing().problems()).hasSize(1);
      assertThat(story.events()).containsExactly("SpecRefused");
      assertThat(story.messages().getFirst()).contains("spec.analysis.stepWeight: is 0");
      assertThat(story.phase().name()).isEqualTo("Initialized");
      story.edit(Story.POLICY).until("Succeeded");
    }

    @Test
    void aSuspendedCanaryStaysUntouchedWhateverElseIsWrongWithIt() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);
      story.cluster.plan(
          new Plan.Invalid(List.of(new Problem("spec.analysis.stepWeight", "is 0")), true));

      story.deploy(Story.V3).run(Duration.ofMinutes(5));

      assertThat(story.trafficToCanary()).isEqualTo(30);
    }

    @Test
    void aRunUnderWayIsStillMadeSafe() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(30);
      story.cluster.plan(
          new Plan.Invalid(List.of(new Problem("spec.analysis.stepWeight", "is 0")), false));
      story.run(Duration.ofMinutes(5));
      assertThat(story.trafficToCanary()).isEqualTo(30);

      story.deploy(Story.V3).run(1);

      assertThat(story.trafficToCanary()).isZero();
    }
  }

  @Nested
  class Rule10OnceSettledNoWrites {
    @Test
    void anIdleCanaryWritesSaysAndPlansNothing() {
      for (var template : List.of(Story.V2, Story.BAD)) {
        var story = Story.initialized().deploy(template);
        story.until(
            "rest",
            () ->
                story.phase() instanceof Phase.Idle i
                    && i.seen().revision().hash().equals(template.name()));
        story.run(10).forget();

        var decision = story.tick();

        assertThat(decision.next()).isEmpty();
        assertThat(decision.actions()).isEmpty();
        assertThat(decision.announcements()).isEmpty();
        assertThat(decision.lookAgain()).isEmpty();
        assertThat(story.nextLook()).isEmpty();
      }
    }

    @Test
    void aRouteThatSomebodyEditsIsSetBackAndSaidOnce() {
      var story = Story.initialized();

      story.cluster.writeRoute(Split.of(new Percent(40)), "kubectl");
      story.run(60);

      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.events()).containsExactly("RouteCorrected", "Resumed");
      assertThat(story.messages().getFirst()).contains("kubectl", "40%");
    }

    @Test
    void anApexServiceThatSomebodyResetIsPointedBack() {
      var story = Story.initialized();

      story.cluster.pointApex(Apex.ELSEWHERE);
      story.run(5);

      assertThat(story.cluster.apex).isEqualTo(Apex.PRIMARY);
    }
  }
}
