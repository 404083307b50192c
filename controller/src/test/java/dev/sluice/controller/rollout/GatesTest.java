package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.rollout.policy.Policy.Hook;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// Webhooks that a rollout waits for, and those that end it.
class GatesTest {
  private static final Hook START = Story.hook("start", HookType.CONFIRM_ROLLOUT);
  private static final Hook TEST = Story.hook("test", HookType.PRE_ROLLOUT);
  private static final Hook MORE = Story.hook("more", HookType.CONFIRM_TRAFFIC_INCREASE);
  private static final Hook GO = Story.hook("go", HookType.CONFIRM_PROMOTION);
  private static final Hook STOP = Story.hook("stop", HookType.ROLLBACK);
  private static final Hook DONE = Story.hook("done", HookType.POST_ROLLOUT);

  private static int count(List<String> all, String one) {
    return Collections.frequency(all, one);
  }

  @Nested
  class BeforeTheStart {
    private final Story story =
        Story.initialized(Story.with(START, STOP)).close("start").deploy(Story.V2);

    @Test
    void noPodIsStartedUntilSomebodyAgrees() {
      story.until("Waiting").run(Duration.ofMinutes(10));

      assertThat(story.target().replicas).isZero();
      assertThat(story.writes()).isEmpty();
      assertThat(story.held()).contains(HoldReason.ROLLOUT_NOT_CONFIRMED);
      assertThat(story.standing().hold().orElseThrow().message())
          .contains("revision v2", "webhook start", "403: Forbidden");

      story.open("start").until("Progressing").until("Succeeded");
      assertThat(story.primary().template).isEqualTo(Story.V2);
      assertThat(story.messages().toString()).contains("confirmed by start");
    }

    @Test
    void itIsAskedAtEveryIntervalAndPeopleAreToldOnce() {
      story.until("Waiting").run(Duration.ofMinutes(10));

      assertThat(count(story.asked(), "start")).isEqualTo(11);
      assertThat(story.events()).containsExactly("Held");
      assertThat(story.alerts())
          .singleElement()
          .asString()
          .startsWith("WARN Canary is waiting for approval. revision v2 waits");
    }

    @Test
    void aMutedWebhookWaitsWithoutAnAlert() {
      var muted = new Hook("start", HookType.CONFIRM_ROLLOUT, true, 0);
      var quiet = Story.initialized(Story.with(muted)).close("start").deploy(Story.V2);

      quiet.until("Waiting").run(Duration.ofMinutes(10));

      assertThat(quiet.events()).containsExactly("Held");
      assertThat(quiet.alerts()).isEmpty();
    }

    @Test
    void aRestartAsksNoEarlier() {
      story.until("Waiting").run(20);
      var asked = story.asked().size();

      story.restartController().run(30);
      assertThat(story.asked()).hasSize(asked);
      assertThat(story.phase().name()).isEqualTo("Waiting");

      story.run(30);
      assertThat(story.asked()).hasSizeGreaterThan(asked);
      assertThat(story.events()).containsExactly("Held");
    }

    @Test
    void aRevertEndsTheWaiting() {
      story.until("Waiting").deploy(Story.V1).run(5);

      assertThat(story.phase().name()).isEqualTo("Succeeded");
      assertThat(story.events()).containsExactly("Held", "Resumed", "Reverted");
      assertThat(story.writes()).isEmpty();
    }

    @Test
    void anEditWaitsInItsPlaceAndIsAskedAbout() {
      story.until("Waiting").deploy(Story.V3).run(10);

      assertThat(((Phase.Waiting) story.phase()).run().revision()).isEqualTo(new Revision("v3"));
      assertThat(story.events()).containsExactly("Held", "RevisionRestarted");
      story.open("start").until("Succeeded");
      assertThat(story.primary().template).isEqualTo(Story.V3);
    }

    @Test
    void podsThatSomebodyStartsAreStoppedAgain() {
      story.until("Waiting").scaleTarget(2).run(30);

      assertThat(story.target().replicas).isZero();
      assertThat(story.phase().name()).isEqualTo("Waiting");
    }

    @Test
    void aTargetThatIsDeletedEndsIt() {
      story.until("Waiting");
      story.cluster.target = null;
      story.until("Failed");

      assertThat(story.alerts().toString()).contains("ERROR Rolled back: the target was deleted");
    }

    @Test
    void theRollbackWebhookIsAskedWhileItWaits() {
      story.until("Waiting").open("stop").until("Failed");

      assertThat(story.target().replicas).isZero();
      assertThat(story.primary().template).isEqualTo(Story.V1);
      assertThat(story.alerts().getLast())
          .startsWith("WARN Rolling back manual webhook invoked: rollback webhook stop agreed");
      story.open("start").run(Duration.ofHours(1));
      assertThat(story.phase().name()).isEqualTo("Failed");
    }

    @Test
    void nobodyServingUsersIsGraverThanWaiting() {
      story.until("Waiting");
      story.primary().crash(2, story.cluster.second, 600);
      story.run(Duration.ofMinutes(3));

      assertThat(story.held()).contains(HoldReason.PRIMARY_NOT_READY);
      assertThat(story.alerts().getLast()).contains("ERROR", "nobody serves");
    }

    @Test
    void aRouteThatCannotBeSetBackYetIsNotLookedAtOverAndOver() {
      story.until("Waiting");
      story.primary().crash(2, story.cluster.second, 600);
      story.cluster.writeRoute(Split.of(new Percent(20)), "kubectl");
      story.run(60);

      assertThat(story.trafficToCanary()).isEqualTo(20);
      assertThat(story.tick().lookAgain())
          .hasValueSatisfying(at -> assertThat(at).isAfter(story.cluster.now()));
    }

    @Test
    void aWebhookThatIsTakenOutOfTheSpecIsNotWaitedFor() {
      story.until("Waiting").edit(Story.with()).until("Succeeded");

      assertThat(story.primary().template).isEqualTo(Story.V2);
    }
  }

  @Nested
  class BeforeMoreTraffic {
    private final Story story = Story.initialized(Story.with(TEST, MORE, STOP)).close("more");

    @Test
    void theFirstTrafficWaitsAndItsTestIsNotRepeated() {
      story.deploy(Story.V2).run(Duration.ofMinutes(10));

      assertThat(story.weights()).isEmpty();
      assertThat(count(story.asked(), "test")).isEqualTo(1);
      assertThat(count(story.asked(), "more")).isBetween(9, 11);
      assertThat(story.phase().name()).isEqualTo("Progressing");
      assertThat(((Phase.Progressing) story.phase()).failedChecks()).isZero();
      assertThat(story.alerts().getLast())
          .startsWith("WARN Canary traffic increase is waiting for approval.");
      assertThat(story.alerts()).hasSize(2);

      story.open("more").untilWeight(10);
    }

    @Test
    void theWeightStaysWhileItsChecksGoOn() {
      story.open("more").deploy(Story.V2).untilWeight(20).close("more").forget();

      story.run(Duration.ofMinutes(5));

      assertThat(story.weights()).isEmpty();
      assertThat(count(story.asked(), "metrics")).isEqualTo(5);
      assertThat(story.held()).contains(HoldReason.TRAFFIC_INCREASE_NOT_CONFIRMED);
      story.open("more").until("Succeeded");
      assertThat(story.weights()).containsExactly(30, 40, 50, 0);
    }

    @Test
    void failuresWhileItWaitsRollBackAndNobodyIsToldOfTheGateAgain() {
      story.open("more").deploy(Story.V2).untilWeight(20).close("more").run(90);
      story.forget().everyVerdictIs(Story.failing("success rate 80% < 99%"));

      story.until("Failed");

      assertThat(story.weights()).containsExactly(0);
      assertThat(story.events())
          .containsExactly(
              "CheckFailed",
              "CheckFailed",
              "CheckFailed",
              "CheckFailed",
              "RollingBack",
              "RolledBack");
    }

    @Test
    void aPromotionIsAnIncreaseToo() {
      story.open("more").deploy(Story.V2).untilWeight(50).close("more");

      story.run(Duration.ofMinutes(5));

      assertThat(story.trafficToCanary()).isEqualTo(50);
      assertThat(story.primary().template).isEqualTo(Story.V1);
    }
  }

  @Nested
  class BeforeThePromotion {
    private final Story story =
        Story.initialized(Story.with(MORE, GO, STOP)).close("go").deploy(Story.V2);

    @Test
    void itWaitsAtTheLastShareUntilSomebodyAgrees() {
      story.until("WaitingPromotion").forget().run(Duration.ofMinutes(10));

      assertThat(story.trafficToCanary()).isEqualTo(50);
      assertThat(story.primary().template).isEqualTo(Story.V1);
      assertThat(count(story.asked(), "go")).isEqualTo(10);
      assertThat(story.events()).isEmpty();

      story.open("go").until("Succeeded");
      assertThat(story.primary().template).isEqualTo(Story.V2);
      assertThat(story.messages().toString()).contains("confirmed by go");
    }

    @Test
    void peopleAreToldOnceInWarning() {
      story.until("WaitingPromotion").run(Duration.ofMinutes(10));

      assertThat(story.alerts().getLast())
          .startsWith("WARN Canary promotion is waiting for approval.")
          .contains("50%", "webhook go");
      assertThat(count(story.events(), "Held")).isEqualTo(1);
    }

    @Test
    void onlyThePromotionIsAskedForThen() {
      story.until("WaitingPromotion").forget().close("more").run(90);

      assertThat(story.asked()).containsExactly("stop", "metrics", "go");
      story.open("go").until("Succeeded");
    }

    @Test
    void metricsThatFailWhileItWaitsRollBack() {
      story.until("WaitingPromotion").everyVerdictIs(Story.failing("success rate 80% < 99%"));

      story.until("Failed");

      assertThat(story.trafficToCanary()).isZero();
      assertThat(count(story.events(), "Held")).isEqualTo(1);
    }

    @Test
    void theRollbackWebhookEndsItBeforeAnythingElseIsAsked() {
      story.until("WaitingPromotion").forget().open("stop").until("Failed");

      assertThat(story.asked()).containsExactly("stop");
      assertThat(story.weights()).containsExactly(0);
      assertThat(story.alerts()).singleElement().asString().startsWith("WARN Rolling back");
    }

    @Test
    void anEditLosesItsTrafficAtOnceAndIsAnalysedFromTheBeginning() {
      story.until("WaitingPromotion").deploy(Story.V3).run(1);
      assertThat(story.trafficToCanary()).isZero();

      story.open("go").until("Succeeded");
      assertThat(story.primary().template).isEqualTo(Story.V3);
    }

    @Test
    void aRevertEndsIt() {
      story.until("WaitingPromotion").deploy(Story.V1).run(1);
      assertThat(story.trafficToCanary()).isZero();

      story.until("Succeeded");
      assertThat(story.primary().template).isEqualTo(Story.V1);
    }

    @Test
    void aTargetScaledToZeroLosesItsTraffic() {
      story.until("WaitingPromotion").scaleTarget(0).run(1);

      assertThat(story.trafficToCanary()).isZero();
      story.until("Failed");
    }

    @Test
    void aRestartWhileItWaitsChangesNothing() {
      story.until("WaitingPromotion").forget();

      story.restartController().run(45);

      assertThat(story.phase().name()).isEqualTo("WaitingPromotion");
      assertThat(story.trafficToCanary()).isEqualTo(50);
      assertThat(story.events()).isEmpty();
      assertThat(story.writes()).isEmpty();
    }

    @Test
    void stepsThatAreAddedAreTakenFirst() {
      var p = Story.with(MORE, GO, STOP);
      story.until("WaitingPromotion");

      story.edit(Edited.from(p).weights(50, 80).policy()).untilWeight(80);

      assertThat(story.phase().name()).isEqualTo("Progressing");
    }
  }

  @Nested
  class Rollback {

    @Test
    void podsThatAreNotReadyDoNotKeepARunFromBeingGivenUp() {
      var story = Story.initialized(Story.with(STOP)).deploy(Story.V2).untilWeight(30);
      story.target().crash(1, story.cluster.second, 36_000);
      story.run(Duration.ofMinutes(3));
      assertThat(story.held()).contains(HoldReason.CANARY_NOT_READY);

      story.open("stop").run(Duration.ofMinutes(2));

      assertThat(story.phase().name()).isEqualTo("Failed");
      assertThat(story.trafficToCanary()).isZero();
    }

    @Test
    void askingAtEveryIntervalIsNotAskingMoreOften() {
      var story = Story.initialized(Story.with(STOP)).deploy(Story.V2).untilWeight(30);
      story.target().crash(1, story.cluster.second, 36_000);
      story.forget().run(Duration.ofMinutes(5));

      assertThat(count(story.asked(), "stop")).isBetween(4, 6);
      assertThat(story.asked()).doesNotContain("metrics");
    }

    @Test
    void oneThatSaysNoIsNotWorthAWord() {
      var story = Story.initialized(Story.with(STOP)).deploy(Story.V2).until("Succeeded");

      assertThat(story.messages().toString()).doesNotContain("stop");
    }

    @Test
    void whatWasGivenUpIsNotTriedAgainAndAFixIs() {
      var story = Story.initialized(Story.with(STOP)).open("stop").deploy(Story.V2).until("Failed");
      story.close("stop").forget().run(Duration.ofHours(1));
      assertThat(story.writes()).isEmpty();

      story.deploy(Story.V3).until("Succeeded");
    }
  }

  @Nested
  class AfterTheEnd {

    @Test
    void itIsCalledOnceAfterAPromotion() {
      var story = Story.initialized(Story.with(DONE)).deploy(Story.V2).until("Succeeded");

      story.run(Duration.ofHours(1));

      assertThat(count(story.asked(), "done")).isEqualTo(1);
      assertThat(story.events()).endsWith("Promoted", "PostRolloutPassed");
    }

    @Test
    void itIsCalledOnceAfterARollback() {
      var story = Story.initialized(Story.with(DONE)).deploy(Story.BAD).until("Failed");

      story.run(Duration.ofHours(1));

      assertThat(count(story.asked(), "done")).isEqualTo(1);
    }

    @Test
    void itsRefusalIsToldAndChangesNothing() {
      var story =
          Story.initialized(Story.with(DONE)).close("done").deploy(Story.V2).until("Succeeded");

      story.run(Duration.ofHours(1));

      assertThat(count(story.asked(), "done")).isEqualTo(1);
      assertThat(story.phase().name()).isEqualTo("Succeeded");
      assertThat(story.held()).isEmpty();
      assertThat(story.messages().getLast())
          .isEqualTo("Post-rollout hook done failed: it answered 403: Forbidden");
    }

    @Test
    void aRestartBeforeItsAnswerWasWrittenDownCallsItAgain() {
      var story = Story.initialized(Story.with(DONE)).deploy(Story.V2).until("Finalising");
      story.until("Succeeded", () -> story.standing().phase() instanceof Phase.Succeeded);
      var ended = story.cluster.status;
      assertThat(StatusReader.read(ended).orElseThrow().phase())
          .isEqualTo(new Phase.Succeeded(((Phase.Idle) story.phase()).seen(), false));

      var lost = new Standing(ending(story), story.standing().hold(), List.of(), 1);
      story.cluster.status = StatusWriter.write(ended, lost, "Deployment", story.cluster.now());
      story.restartController().run(5);

      assertThat(count(story.asked(), "done")).isEqualTo(2);
    }

    private static Phase ending(Story story) {
      return new Phase.Succeeded(((Phase.Idle) story.phase()).seen(), true);
    }

    @Test
    void aTargetThatIsGoneDoesNotKeepItFromBeingCalled() {
      var story = Story.initialized(Story.with(DONE)).deploy(Story.V2).untilWeight(20);
      story.cluster.target = null;

      story.until("Failed").run(60);

      assertThat(count(story.asked(), "done")).isEqualTo(1);
    }
  }

  @Nested
  class WithoutAnalysis {

    @Test
    void onlyTheStartAndTheEndAreAskedAbout() {
      var policy =
          Edited.from(Story.with(START, TEST, MORE, GO, STOP, DONE)).skipAnalysis(true).policy();
      var story = Story.initialized(policy).close("start").deploy(Story.V2).until("Waiting");

      story.open("start").until("Succeeded").run(60);

      assertThat(story.asked()).endsWith("start", "done").doesNotContain("test", "more", "go");
    }

    @Test
    void skippingItInMidRunIsAWayPastEveryGate() {
      var policy = Story.with(MORE, GO);
      var story = Story.initialized(policy).close("go").deploy(Story.V2).until("WaitingPromotion");

      story.edit(Edited.from(policy).skipAnalysis(true).policy()).until("Succeeded");

      assertThat(story.primary().template).isEqualTo(Story.V2);
    }
  }
}
