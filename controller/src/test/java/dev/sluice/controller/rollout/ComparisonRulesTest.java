package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.RiskBudget;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.controller.rollout.policy.Comparing;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Policy.Hook;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.crds.Comparison.Blind;
import dev.sluice.crds.Comparison.Unsure;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What the comparison with the primary does to a rollout: an end at any look, a step when enough
/// is known, and no word about anything else.
class ComparisonRulesTest {
  private static final double NOTHING = 2;

  private static final Comparing COMPARING =
      new Comparing(
          ComparisonPolicy.DEFAULT,
          true,
          Definition.TABLE,
          RiskBudget.DEFAULT,
          Duration.ofMinutes(1),
          Duration.ofMinutes(30),
          Unsure.HOLD,
          Duration.ofMinutes(5),
          Blind.HOLD);

  private static Comparing then(Unsure unsure, Blind blind) {
    return new Comparing(
        COMPARING.policy(),
        true,
        COMPARING.definition(),
        COMPARING.budget(),
        COMPARING.soonest(),
        COMPARING.patience(),
        unsure,
        COMPARING.outage(),
        blind);
  }

  private static Comparing soonest(Duration soonest) {
    return new Comparing(
        COMPARING.policy(),
        true,
        COMPARING.definition(),
        COMPARING.budget(),
        soonest,
        COMPARING.patience(),
        Unsure.HOLD,
        COMPARING.outage(),
        Blind.HOLD);
  }

  private static Policy compared(Comparing how, List<String> metrics, Hook... hooks) {
    return Edited.from(Story.POLICY)
        .metrics(metrics)
        .hooks(hooks)
        .comparison(Optional.of(how))
        .policy();
  }

  private static Policy compared(Comparing how) {
    return compared(how, List.of());
  }

  private static List<Evidence> evidence(String sentence) {
    return List.of(new Evidence("error-rate", 1.0, null, 1.0, 100L, sentence));
  }

  private static final Verdict SAFE = new Verdict.Safe(evidence("error rate 0.1% against 0.1%"));
  private static final Verdict UNSURE =
      new Verdict.Continue(evidence("error rate 0% at the canary (0 of 12 requests)"));
  private static final Verdict WORSE =
      new Verdict.Rollback(evidence("error rate 5% at the canary against 0.1% at the primary"));

  private static Verdict hold(Verdict.Reason reason) {
    return new Verdict.Hold(reason, false, evidence("what was seen holds it: " + reason));
  }

  private static Story released(Policy policy) {
    return Story.initialized(policy).deploy(Story.V2).compared(SAFE, 0.002);
  }

  @Nested
  class AnEnd {
    @Test
    void comesAtTheLookThatFindsItAndNotAtTheNextStep() {
      var story = released(compared(COMPARING)).untilWeight(20).run(13).forget();

      story.compared(WORSE, NOTHING).run(1);

      assertThat(story.trafficToCanary()).isZero();
      story.until("Failed");
      assertThat(story.events()).containsExactly("RollingBack", "RolledBack");
      assertThat(story.messages().getFirst())
          .contains("worse than the primary: error rate 5% at the canary against 0.1%");
      assertThat(story.alerts())
          .singleElement()
          .asString()
          .startsWith("ERROR Worse than the primary: error rate 5% at the canary");
      assertThat(((Phase.Failed) story.phase()).cause().kind())
          .isEqualTo(Cause.Kind.WORSE_THAN_PRIMARY);
    }

    @Test
    void comesAlsoWhilePodsOrGatesAreWaitedFor() {
      var story =
          released(
                  compared(
                      COMPARING, List.of(), Story.hook("more", HookType.CONFIRM_TRAFFIC_INCREASE)))
              .untilWeight(20)
              .close("more")
              .run(Duration.ofMinutes(3));
      assertThat(story.held()).contains(HoldReason.TRAFFIC_INCREASE_NOT_CONFIRMED);

      story.compared(WORSE, NOTHING).run(1);

      assertThat(story.trafficToCanary()).isZero();
    }

    @Test
    void saysWhatFlaggersDefinitionHidesAndWhoseRequestsWereLeftOut() {
      var verdict =
          new Verdict.Rollback(
              List.of(
                  evidence("error rate 5% at the canary").getFirst(),
                  evidence("share slower than 500ms 1% at the canary").getFirst(),
                  note("error-rate", "Flagger's request-success-rate sees 0 of 300"),
                  note("traffic", "left out are 12 mirrored copies")));

      var story = released(compared(COMPARING)).untilWeight(20).compared(verdict, NOTHING).run(1);

      assertThat(story.alerts())
          .last()
          .asString()
          .contains(
              "error rate 5% at the canary; Flagger's request-success-rate sees 0 of 300; left out are 12 mirrored copies (");
    }

    private static Evidence note(String metric, String sentence) {
      return new Evidence(metric, null, null, null, null, sentence);
    }

    @Test
    void neverComesFromALookAtAnotherRun() {
      var story = released(compared(COMPARING)).untilWeight(20).comparedAbout("another");

      story.compared(WORSE, NOTHING).run(30);

      assertThat(story.trafficToCanary()).isEqualTo(20);
    }

    @Test
    void neverSendsTrafficToAPrimaryThatIsNotReady() {
      var story = released(compared(COMPARING)).untilWeight(20);
      story.primary().crash(2, story.cluster.second, 30);

      story.run(2).compared(WORSE, NOTHING).run(20);
      assertThat(story.trafficToCanary()).isEqualTo(20);

      story.run(30);
      assertThat(story.trafficToCanary()).isZero();
    }
  }

  @Nested
  class ALook {
    @Test
    void thatEndsNothingWritesNothing() {
      var story = released(compared(COMPARING)).untilWeight(20).run(10).forget();

      for (var verdict :
          List.of(
              UNSURE,
              hold(Verdict.Reason.SUSPICIOUS),
              SAFE,
              hold(Verdict.Reason.SHARED_DEGRADATION))) {
        story.compared(verdict, 0.05).run(10);
      }

      assertThat(story.statusWrites()).isZero();
      assertThat(story.writes()).isEmpty();
      assertThat(story.events()).isEmpty();
    }

    @Test
    void thatKnowsEnoughMakesAStepOfOneStatusOneRouteAndOneEvent() {
      var story = released(compared(COMPARING)).untilWeight(20).run(10).forget();

      story.untilWeight(30).run(10);

      assertThat(story.statusWrites()).isEqualTo(1);
      assertThat(story.writes()).hasSize(1);
      assertThat(story.events()).containsExactly("WeightAdvanced");
      assertThat(story.messages().getFirst())
          .contains("canary weight 30: error rate 0.1% against 0.1%");
    }
  }

  @Nested
  class AStep {
    @Test
    void takesTheIntervalAndAPromotionWhatIsSafe() {
      var story = released(compared(COMPARING)).untilWeight(10);
      var began = story.cluster.now();

      story.until("Succeeded");

      assertThat(story.weights()).startsWith(10, 20, 30, 40, 50);
      assertThat(Duration.between(began, story.cluster.now())).isLessThan(Duration.ofMinutes(6));
    }

    @Test
    void waitsForTheEvidenceAndIsTakenAtTheLookThatHasIt() {
      var story = released(compared(COMPARING)).untilWeight(20).forget();

      story.compared(UNSURE, 0.9).run(Duration.ofSeconds(90));
      assertThat(story.held()).contains(HoldReason.AWAITING_EVIDENCE);
      assertThat(story.standing().hold().orElseThrow().message())
          .contains(
              "30% of the traffic", "at most 72% more failures can be risked", "0 of 12 requests");
      assertThat(story.events()).isEmpty();

      story.compared(UNSURE, 0.5).run(1);
      assertThat(story.trafficToCanary()).isEqualTo(30);
      assertThat(story.held()).isEmpty();
      assertThat(story.events()).containsExactly("WeightAdvanced");
    }

    @Test
    void thatWaitsLongIsTold() {
      var story = released(compared(COMPARING)).untilWeight(50).forget();

      story.compared(UNSURE, 0.5).run(Duration.ofMinutes(10));

      assertThat(story.events()).containsExactly("Held");
      assertThat(story.alerts()).isEmpty();
      assertThat(story.statusWrites()).as("one for each check").isLessThanOrEqualTo(11);
    }

    @Test
    void whereEvenTotalFailureIsAffordableNeedsNoEvidence() {
      var story = Story.initialized(compared(COMPARING)).deploy(Story.V2);

      story.compared(UNSURE, NOTHING).untilWeight(20).run(Duration.ofMinutes(5));

      assertThat(story.trafficToCanary()).isEqualTo(20);
    }

    @Test
    void isNotTakenBeforeTheFirstLook() {
      var story = Story.initialized(compared(COMPARING)).deploy(Story.V2).untilWeight(10);

      story.run(Duration.ofMinutes(5));

      assertThat(story.trafficToCanary()).isEqualTo(10);
      assertThat(story.standing().hold().orElseThrow().message()).contains("has not looked yet");
    }

    @Test
    void atTheLastWeightIsTakenAfterFiveMinutesByWhatTheBudgetCanAfford() {
      var story = released(compared(COMPARING)).untilWeight(50).compared(UNSURE, 0.02);

      story.run(Duration.ofSeconds(290));
      assertThat(story.phase().name()).isEqualTo("Progressing");

      story.run(Duration.ofMinutes(2)).until("Succeeded");
    }

    @Test
    void thatGivesAllTrafficNeedsASafeRelease() {
      var steep = Edited.from(compared(COMPARING)).weights(50, 100).policy();
      var story = released(steep).untilWeight(50).compared(UNSURE, 0.1);
      story.run(Duration.ofMinutes(10));
      assertThat(story.trafficToCanary()).isEqualTo(50);

      story.compared(SAFE, 0.005).untilWeight(100);
      story.compared(hold(Verdict.Reason.NO_PRIMARY_DATA), 0.005);

      story.until("Succeeded");
    }

    @Test
    void neverComesFromLooksThatAreOld() {
      var story = released(compared(COMPARING)).untilWeight(20).noMoreLooks();

      story.run(Duration.ofMinutes(5));

      assertThat(story.trafficToCanary()).isEqualTo(20);
      assertThat(story.held()).contains(HoldReason.METRICS_UNAVAILABLE);
    }

    @Test
    void comesBeforeTheIntervalIsOverOnlyWhereTheManifestAllowsAndAllIsClear() {
      var story = released(compared(soonest(Duration.ofSeconds(30)))).compared(SAFE, 0.01);
      story.untilWeight(20).run(50);
      assertThat(story.trafficToCanary()).isEqualTo(20);

      story.compared(SAFE, 0.002).run(1);
      assertThat(story.trafficToCanary()).isEqualTo(30);
      story.run(29);
      assertThat(story.trafficToCanary()).isEqualTo(30);
      story.run(3);
      assertThat(story.trafficToCanary()).isEqualTo(40);
    }

    @Test
    void thatAnEarlyCheckRefusesIsNotAskedForAtEveryLook() {
      var story =
          released(compared(soonest(Duration.ofSeconds(30)), List.of("queue-length")))
              .untilWeight(20)
              .forget()
              .everyVerdictIs(Story.failing("queue-length is 200"));

      story.run(85);

      assertThat(Collections.frequency(story.events(), "CheckFailed")).isEqualTo(1);
    }
  }

  @Nested
  class BesideIt {
    private static final Hook MORE = Story.hook("more", HookType.CONFIRM_TRAFFIC_INCREASE);

    @Test
    void checksThatFailCountOnceAnIntervalHoweverMuchIsKnown() {
      var story = released(compared(COMPARING, List.of("queue-length"))).untilWeight(20);
      story.everyVerdictIs(Story.failing("queue-length is 200, but allowed is at most 100"));

      for (int i = 0; i < 19; i++) {
        story.compared(SAFE, 0.002).run(10);
      }

      assertThat(((Phase.Progressing) story.phase()).failedChecks()).isEqualTo(3);
      story.until("Failed");
      assertThat(((Phase.Failed) story.phase()).cause().kind()).isEqualTo(Cause.Kind.FAILED_CHECKS);
    }

    @Test
    void checksThatFailWhileEvidenceIsAwaitedCountOnceAnInterval() {
      var story = released(compared(COMPARING, List.of("queue-length"))).untilWeight(20);
      story.compared(UNSURE, 0.9).run(70);
      story.everyVerdictIs(Story.failing("queue-length is 200, but allowed is at most 100"));

      story.compared(SAFE, 0.002).run(50);

      assertThat(((Phase.Progressing) story.phase()).failedChecks()).isEqualTo(1);
    }

    @Test
    void nobodyIsAskedToAgreeBeforeEnoughIsKnown() {
      var story = released(compared(COMPARING, List.of(), MORE)).untilWeight(20).forget();

      story.compared(UNSURE, 0.9).run(Duration.ofMinutes(5));
      assertThat(story.asked()).doesNotContain("more");

      story.compared(SAFE, 0.002).run(2);
      assertThat(story.asked()).containsOnlyOnce("more");
      assertThat(story.trafficToCanary()).isEqualTo(30);
    }
  }

  @Nested
  class AHold {
    @ParameterizedTest
    @EnumSource(
        value = Verdict.Reason.class,
        names = {
          "NO_CANARY_DATA",
          "NO_PRIMARY_DATA",
          "SHARED_DEGRADATION",
          "LATENCY_UNAVAILABLE",
          "SUSPICIOUS",
          "SOURCE_UNAVAILABLE"
        })
    void stopsStepsWithAReasonOfItsOwnHoweverMuchIsKnown(Verdict.Reason reason) {
      var story = released(compared(COMPARING)).untilWeight(20).forget();

      story.compared(hold(reason), 0.002).run(Duration.ofMinutes(4));

      assertThat(story.trafficToCanary()).isEqualTo(20);
      assertThat(story.held())
          .contains(
              reason == Verdict.Reason.SOURCE_UNAVAILABLE
                  ? HoldReason.METRICS_UNAVAILABLE
                  : HoldReason.valueOf(reason.name()));
      assertThat(story.events()).contains("Held");
      assertThat(story.alerts()).hasSize(reason == Verdict.Reason.SUSPICIOUS ? 0 : 1);

      story.compared(SAFE, 0.002).run(2);
      assertThat(story.trafficToCanary()).isEqualTo(30);
      assertThat(story.events()).endsWith("Resumed", "WeightAdvanced");
    }

    @Test
    void thatChangesItsReasonIsOneWait() {
      var story = released(compared(COMPARING)).untilWeight(50).compared(UNSURE, 0.9);
      story.run(Duration.ofMinutes(20));
      var since = story.standing().hold().orElseThrow().since();

      story.compared(hold(Verdict.Reason.NO_CANARY_DATA), 0.9).run(Duration.ofMinutes(2));

      assertThat(story.held()).contains(HoldReason.NO_CANARY_DATA);
      assertThat(story.standing().hold().orElseThrow().since()).isEqualTo(since);
    }
  }

  @Nested
  class WithoutAConclusion {
    private Story undecided(Unsure then) {
      return released(compared(then(then, Blind.HOLD)))
          .untilWeight(50)
          .forget()
          .compared(UNSURE, 0.4);
    }

    @Test
    void peopleAreToldOnceAndItGoesOnWhenTheEvidenceComes() {
      var story = undecided(Unsure.HOLD).run(Duration.ofMinutes(45));

      assertThat(story.held()).contains(HoldReason.INCONCLUSIVE);
      assertThat(story.events()).containsExactly("Held", "Held");
      assertThat(story.alerts())
          .singleElement()
          .asString()
          .contains("no conclusion within 30m", "0 of 12 requests");

      story.compared(SAFE, 0.005).until("Succeeded");
    }

    @Test
    void itIsPromotedWhereTheManifestSaysSo() {
      var story = undecided(Unsure.PROMOTE).run(Duration.ofMinutes(30));
      assertThat(story.phase().name()).isEqualTo("Progressing");

      story.run(Duration.ofMinutes(2)).until("Succeeded");
    }

    @Test
    void itIsNeverPromotedAgainstAHold() {
      var story = undecided(Unsure.PROMOTE).compared(hold(Verdict.Reason.NO_CANARY_DATA), 0.4);

      story.run(Duration.ofHours(2));

      assertThat(story.trafficToCanary()).isEqualTo(50);
    }

    @Test
    void itIsRolledBackWhereTheManifestSaysSo() {
      var story = undecided(Unsure.ROLLBACK).run(Duration.ofMinutes(30));
      assertThat(story.trafficToCanary()).isEqualTo(50);

      story.run(Duration.ofMinutes(2)).until("Failed");

      assertThat(((Phase.Failed) story.phase()).cause().kind()).isEqualTo(Cause.Kind.INCONCLUSIVE);
      assertThat(story.alerts().getLast()).contains("Inconclusive: no conclusion within 30m");
    }

    @Test
    void aMomentOfDoubtAfterALongWaitForPeopleEndsNothing() {
      var gate = Story.hook("go", HookType.CONFIRM_PROMOTION);
      var story =
          released(compared(then(Unsure.ROLLBACK, Blind.HOLD), List.of(), gate))
              .close("go")
              .until("WaitingPromotion")
              .run(Duration.ofHours(2));

      story.compared(hold(Verdict.Reason.SUSPICIOUS), 0.002).run(Duration.ofMinutes(3));
      assertThat(story.trafficToCanary()).isEqualTo(50);

      story.compared(SAFE, 0.002).open("go").until("Succeeded");
    }
  }

  @Nested
  class WithoutMetrics {
    @Test
    void nothingIsRolledBackByDefault() {
      var story = released(compared(COMPARING)).untilWeight(20);

      story.compared(hold(Verdict.Reason.SOURCE_UNAVAILABLE), NOTHING).run(Duration.ofHours(1));

      assertThat(story.trafficToCanary()).isEqualTo(20);
    }

    @Test
    void itIsRolledBackWhereTheManifestSaysSo() {
      var story = released(compared(then(Unsure.HOLD, Blind.ROLLBACK))).untilWeight(20);

      story.compared(hold(Verdict.Reason.SOURCE_UNAVAILABLE), NOTHING).run(Duration.ofMinutes(5));
      assertThat(story.trafficToCanary()).isEqualTo(20);

      story.run(Duration.ofMinutes(2)).until("Failed");
      assertThat(((Phase.Failed) story.phase()).cause().kind())
          .isEqualTo(Cause.Kind.METRICS_UNAVAILABLE);
    }

    @Test
    void anOutageThatIsOverEndsNothing() {
      var story = released(compared(then(Unsure.ROLLBACK, Blind.ROLLBACK))).untilWeight(20);

      story.compared(hold(Verdict.Reason.SOURCE_UNAVAILABLE), NOTHING).run(Duration.ofMinutes(4));
      story.compared(SAFE, 0.002);

      story.until("Succeeded");
    }
  }

  @Test
  void aRestartWhileEvidenceIsAwaitedSaysNothingAgain() {
    var story = released(compared(COMPARING)).untilWeight(50).compared(UNSURE, 0.4);
    story.run(Duration.ofMinutes(4)).forget();

    story.restartController().run(25);

    assertThat(story.events()).isEmpty();
    assertThat(story.writes()).isEmpty();
    story.compared(SAFE, 0.002).until("Succeeded");
  }

  @ParameterizedTest
  @CsvSource({"0.4", "0.002"})
  void turnedOffInMidRunItAsksForNothingMore(double known) {
    var story = released(compared(COMPARING)).untilWeight(50).compared(UNSURE, known).run(70);

    story.edit(Story.with());

    story.until("Succeeded");
  }

  @Test
  void turnedOnInMidRunItJudgesTheNextStep() {
    var story = Story.initialized(Story.with()).deploy(Story.V2).untilWeight(20);

    story.edit(compared(COMPARING)).compared(UNSURE, 0.9).run(Duration.ofMinutes(3));
    assertThat(story.trafficToCanary()).isEqualTo(20);

    story.compared(WORSE, NOTHING).run(1);
    assertThat(story.trafficToCanary()).isZero();
  }
}
