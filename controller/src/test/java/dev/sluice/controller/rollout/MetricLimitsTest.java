package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.analysis.Bound;
import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Limits;
import dev.sluice.analysis.Look;
import dev.sluice.analysis.Look.Outcome;
import dev.sluice.analysis.Unit;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.crds.RolloutStatus;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What single metrics may do before they end a run, or hold it.
class MetricLimitsTest {
  private static final OptionalInt NONE = OptionalInt.empty();
  private static final Limits TWO_FAILURES = limits(OptionalInt.of(2), NONE, NONE);
  private static final Limits TWO_ERRORS = limits(NONE, OptionalInt.of(2), NONE);
  private static final Limits TWO_WITHOUT_DATA = limits(NONE, NONE, OptionalInt.of(2));
  private static final Limits DRY = new Limits(NONE, NONE, NONE, true, Duration.ZERO);
  private static final Limits LATER = new Limits(NONE, NONE, NONE, false, Duration.ofMinutes(30));

  private final Story story = Story.initialized();

  @Nested
  class FailureLimit {
    @Test
    void asManyFailuresAreBorneInARunAndOneMoreRollsBack() {
      story.everyLookIs(failed(TWO_FAILURES)).deploy(Story.V2).untilWeight(10).forget();

      story.run(Duration.ofSeconds(130));
      assertThat(story.events()).containsExactly("CheckFailed", "CheckFailed");
      assertThat(story.messages().getLast())
          .isEqualTo(
              "Halt web.shop advancement at 10%: latency is 900ms"
                  + " (latency failed 2 of the 2 times that it may)");
      assertThat(progressing().failedChecks()).as("it is counted for itself").isZero();

      story.until("Failed");
      assertThat(story.alerts().getLast())
          .startsWith(
              "ERROR Metric latency failed 3 times in this run, more than its failureLimit of 2:"
                  + " latency is 900ms");
      assertThat(rollout().cause()).isEqualTo("FailedChecks");
    }

    @Test
    void withoutThatTheFirstOneRollsBack() {
      story.everyLookIs(failed(limits(OptionalInt.of(0), NONE, NONE))).deploy(Story.V2);

      story.until("Failed");
      assertThat(Collections.frequency(story.asked(), "metrics")).isEqualTo(1);
    }

    @Test
    void failuresNeedNotFollowEachOther() {
      story.everyLookIs(failed(TWO_FAILURES)).deploy(Story.V2).untilWeight(10).run(70);
      story.everyLookIs(good(TWO_FAILURES)).untilWeight(20);
      story.everyLookIs(failed(TWO_FAILURES)).run(70);
      assertThat(story.phase().name()).isEqualTo("Progressing");
      assertThat(looks()).isEqualTo(new RolloutStatus.MetricLooks("latency", 3, 2, 0, 0));

      story.run(70);
      assertThat(story.phase().name()).isEqualTo("Failed");
    }

    @Test
    void theFailuresOfOthersCountToTheThresholdAsEver() {
      story
          .everyLookIs(failed("errors", Limits.NONE), failed(TWO_FAILURES))
          .deploy(Story.V2)
          .untilWeight(10)
          .forget()
          .run(70);

      assertThat(progressing().failedChecks()).isEqualTo(1);
      assertThat(story.messages().getLast())
          .endsWith(" (latency failed 1 of the 2 times that it may) (failed check 1 of 5)");
      story.until("Failed");
      assertThat(story.alerts().getLast()).contains("more than its failureLimit of 2");
    }

    @Test
    void aNewRevisionStartsAgain() {
      story.everyLookIs(failed(TWO_FAILURES)).deploy(Story.V2).untilWeight(10).run(130);

      story.deploy(Story.V3).until("v3", () -> revision().equals("v3")).untilWeight(10).run(130);

      assertThat(story.phase().name()).isEqualTo("Progressing");
      assertThat(looks().failed()).isEqualTo(2);
    }

    @Test
    void aRestartForgetsNothing() {
      story.everyLookIs(failed(TWO_FAILURES)).deploy(Story.V2).untilWeight(10).run(130);
      assertThat(looks()).isEqualTo(new RolloutStatus.MetricLooks("latency", 2, 2, 0, 0));

      story.restartController().run(70);

      assertThat(story.phase().name()).isEqualTo("Failed");
    }

    /// The load test that makes the traffic may have started with this very look.
    @Test
    void theFirstSilenceOfARunIsNotCounted() {
      var silent = new Look(TWO_FAILURES, Outcome.FAILED, Verdict.Reason.NO_DATA, nothing());
      story.everyLookIs(silent).deploy(Story.V2).untilWeight(10).forget().run(70);

      assertThat(story.events()).containsExactly("NoData");
      assertThat(story.messages().getLast()).endsWith("This first silence is not counted");
      story.run(60);
      assertThat(looks().failed()).isEqualTo(1);
    }

    @Test
    void alertsOfNothingWhileItIsBorne() {
      story.everyLookIs(failed(TWO_FAILURES)).deploy(Story.V2).untilWeight(10).forget().run(130);

      assertThat(story.alerts()).isEmpty();
      assertThat(story.held()).isEmpty();
    }
  }

  @Nested
  class ConsecutiveErrorLimit {
    @Test
    void theRunIsHeldWhileErrorsAreBorneAndOneMoreRollsBack() {
      story.everyLookIs(error(TWO_ERRORS)).deploy(Story.V2).untilWeight(10).forget();

      story.run(Duration.ofSeconds(130));
      assertThat(story.held()).contains(HoldReason.METRICS_UNAVAILABLE);
      assertThat(story.standing().hold().orElseThrow().message())
          .endsWith("(latency got no answer 2 of the 2 times in a row that it may)");

      story.until("Failed");
      assertThat(rollout().cause()).isEqualTo("MetricsUnavailable");
      assertThat(story.alerts().getLast())
          .startsWith(
              "ERROR Metric latency got no answer 3 times in a row, more than its"
                  + " consecutiveErrorLimit of 2: latency could not be asked");
    }

    @Test
    void anAnswerBetweenThemStartsTheRowAgain() {
      story.everyLookIs(error(TWO_ERRORS)).deploy(Story.V2).untilWeight(10).run(130);
      assertThat(looks().errorsInRow()).isEqualTo(2);

      story.everyLookIs(failed(TWO_ERRORS)).run(60);
      story.everyLookIs(error(TWO_ERRORS)).run(120);

      assertThat(story.phase().name()).isEqualTo("Progressing");
      assertThat(looks().errorsInRow()).isEqualTo(2);
    }

    @Test
    void anOutageRollsNothingBackWhereNobodyAskedForThat() {
      story
          .everyLookIs(error(TWO_FAILURES))
          .deploy(Story.V2)
          .untilWeight(10)
          .run(Duration.ofHours(2));

      assertThat(story.phase().name()).isEqualTo("Progressing");
      assertThat(story.held()).contains(HoldReason.METRICS_UNAVAILABLE);
    }
  }

  @Nested
  class InconclusiveLimit {
    @Test
    void looksWithoutDataAreBorneAndOneMoreHoldsItForAPerson() {
      story
          .everyLookIs(inconclusive(TWO_WITHOUT_DATA))
          .deploy(Story.V2)
          .untilWeight(10)
          .forget()
          .run(Duration.ofSeconds(190));

      assertThat(story.events()).containsExactly("NoData", "NoData", "NoData");
      assertThat(story.messages().getLast())
          .endsWith("(latency had no data 2 of the 2 times that it may)");
      assertThat(story.held()).isEmpty();

      story.forget().run(Duration.ofMinutes(30));
      assertThat(story.held()).contains(HoldReason.METRIC_INCONCLUSIVE);
      assertThat(story.events()).containsExactly("Held", "Held");
      assertThat(story.alerts())
          .singleElement()
          .asString()
          .contains("waits for a person", "more than its inconclusiveLimit of 2");
      assertThat(story.weights()).isEmpty();
      assertThat(progressing().failedChecks()).isZero();
    }

    @Test
    void dataThatComeTooLateDoNotLetItGoOnByThemselves() {
      untilHeld().everyLookIs(good(TWO_WITHOUT_DATA)).forget().run(Duration.ofMinutes(10));

      assertThat(story.held()).contains(HoldReason.METRIC_INCONCLUSIVE);
      assertThat(story.weights()).isEmpty();
      assertThat(story.events()).isEmpty();
    }

    @Test
    void aHigherLimitLetsItGoOn() {
      untilHeld().everyLookIs(good(limits(NONE, NONE, OptionalInt.of(100))));

      story.until("Succeeded");
      assertThat(story.events()).contains("Resumed");
    }

    @Test
    void aPersonLetsItGoOnAndTheCountBeginsAgain() {
      untilHeld().command(Command.Verb.PROMOTE).untilWeight(20);
      assertThat(looks().inconclusive()).isZero();

      story.forget().run(130);
      assertThat(story.events()).containsExactly("NoData", "NoData");
      story.run(60);
      assertThat(story.held()).contains(HoldReason.METRIC_INCONCLUSIVE);
    }

    @Test
    void whatIsKnownToBeBadRollsBackMeanwhileAndPeopleAreNotToldThatItIsNotHeld() {
      untilHeld()
          .everyLookIs(good(TWO_WITHOUT_DATA), failed("errors", Limits.NONE))
          .forget()
          .run(Duration.ofMinutes(2));

      assertThat(story.events()).containsOnly("CheckFailed");
      assertThat(story.held()).contains(HoldReason.METRIC_INCONCLUSIVE);
      story.until("Failed");
    }

    private Story untilHeld() {
      return story
          .everyLookIs(inconclusive(TWO_WITHOUT_DATA))
          .deploy(Story.V2)
          .until("held", () -> story.standing().hold().filter(Hold::alerted).isPresent());
    }
  }

  @Nested
  class DryRun {
    @Test
    void itIsMeasuredAndShownAndNeverDecides() {
      story.everyLookIs(good("errors", Limits.NONE), failed(DRY)).deploy(Story.V2);

      story.until("Succeeded");
      assertThat(story.events()).doesNotContain("CheckFailed", "Held");
      assertThat(story.messages())
          .filteredOn(message -> message.contains("latency is 900ms"))
          .as("every step but the first, and the promotion")
          .hasSize(5);
      assertThat(story.messages())
          .filteredOn(message -> message.startsWith("Copying"))
          .singleElement()
          .asString()
          .endsWith("dry run latency failed 5 of 5 looks");
    }

    @Test
    void itsLooksAreInStatusWhileItRuns() {
      story.everyLookIs(good("errors", Limits.NONE), failed(DRY)).deploy(Story.V2);

      story.untilWeight(30);
      assertThat(looks()).isEqualTo(new RolloutStatus.MetricLooks("latency", 2, 2, 0, 0));
      story.until("Succeeded");
      assertThat(rollout().metrics()).isEmpty();
    }

    @Test
    void whoLooksAtTheRolloutReadsThatItDecidesNothing() {
      story.everyLookIs(good("errors", Limits.NONE), failed(DRY)).deploy(Story.V2);

      story.untilWeight(30);
      assertThat(story.standing().lastCheck().orElseThrow().findings())
          .extracting(LastCheck.Finding::metric, LastCheck.Finding::isWell, LastCheck.Finding::note)
          .containsExactly(
              tuple("errors", true, ""),
              tuple("latency", false, "latency is 900ms (a dry run, which decides nothing)"));
    }

    @Test
    void itsOutageHoldsNobody() {
      story.everyLookIs(good("errors", Limits.NONE), error(DRY)).deploy(Story.V2);

      story.until("Succeeded");
      assertThat(story.events()).doesNotContain("Held");
    }
  }

  @Nested
  class InitialDelay {
    @Test
    void theWeightGoesOnAndThePromotionWaitsForTheFirstLook() {
      story
          .everyLookIs(good("errors", Limits.NONE), delayed(LATER))
          .deploy(Story.V2)
          .untilWeight(50)
          .run(Duration.ofMinutes(10));

      assertThat(story.phase().name()).isEqualTo("Progressing");
      assertThat(story.held()).contains(HoldReason.INITIAL_DELAY);
      assertThat(story.alerts()).hasSize(1);

      story.everyLookIs(good("errors", Limits.NONE), good(LATER)).until("Succeeded");
    }

    @Test
    void aFailureAtThatLookCounts() {
      story
          .everyLookIs(good("errors", Limits.NONE), delayed(LATER))
          .deploy(Story.V2)
          .untilWeight(50)
          .everyLookIs(good("errors", Limits.NONE), failed(LATER))
          .until("Failed");

      assertThat(story.alerts().getLast()).contains("latency is 900ms");
    }

    @Test
    void aDryRunThatIsDelayedHoldsNoPromotion() {
      var dry = new Limits(NONE, NONE, NONE, true, Duration.ofMinutes(30));
      story.everyLookIs(good("errors", Limits.NONE), delayed(dry)).deploy(Story.V2);

      story.until("Succeeded");
    }
  }

  @Test
  void theyHoldForAReleaseThatWaitsForItsPromotion() {
    var waiting =
        Story.initialized(Story.with(Story.hook("go", HookType.CONFIRM_PROMOTION)))
            .close("go")
            .everyLookIs(good(TWO_FAILURES))
            .deploy(Story.V2)
            .until("WaitingPromotion");

    waiting.everyLookIs(failed(TWO_FAILURES)).until("Failed");

    assertThat(waiting.alerts().getLast()).contains("failureLimit of 2");
  }

  private Phase.Progressing progressing() {
    return (Phase.Progressing) story.phase();
  }

  private String revision() {
    return story.phase() instanceof Phase.Progressing phase ? phase.run().revision().hash() : "";
  }

  private RolloutStatus rollout() {
    return Objects.requireNonNull(story.cluster.status.rollout());
  }

  private RolloutStatus.MetricLooks looks() {
    return rollout().metrics().getFirst();
  }

  private static Limits limits(OptionalInt failures, OptionalInt errors, OptionalInt inconclusive) {
    return new Limits(failures, errors, inconclusive, false, Duration.ZERO);
  }

  private static Look good(Limits limits) {
    return good("latency", limits);
  }

  private static Look good(String metric, Limits limits) {
    return new Look(limits, Outcome.PASSED, null, evidence(metric, 100.0, " is 100ms"));
  }

  private static Look failed(Limits limits) {
    return failed("latency", limits);
  }

  private static Look failed(String metric, Limits limits) {
    var words = " is 900ms" + (limits.dryRun() ? " (a dry run, which decides nothing)" : "");
    return new Look(
        limits, Outcome.FAILED, Verdict.Reason.CHECK_FAILED, evidence(metric, 900.0, words));
  }

  private static Look error(Limits limits) {
    return new Look(
        limits,
        Outcome.ERROR,
        Verdict.Reason.SOURCE_UNAVAILABLE,
        new Evidence("latency", null, null, null, null, "latency could not be asked: timeout"));
  }

  private static Look inconclusive(Limits limits) {
    return new Look(limits, Outcome.INCONCLUSIVE, Verdict.Reason.INCONCLUSIVE, nothing());
  }

  private static Look delayed(Limits limits) {
    return new Look(
        limits,
        Outcome.DELAYED,
        null,
        new Evidence("latency", null, null, null, null, "latency is not asked before 30m"));
  }

  private static Evidence nothing() {
    return new Evidence("latency", null, null, null, null, "latency has no value");
  }

  private static Evidence evidence(String metric, double value, String words) {
    return new Evidence(
        metric, value, Bound.atMost(500, Unit.MILLISECONDS), null, null, metric + words);
  }

  @Test
  void whatIsNoLongerInTheSpecIsForgottenAndALookThatCouldNotBeForgetsNothing() {
    var counted = counted(MetricCounts.NONE, failed(TWO_FAILURES));

    assertThat(counted(counted)).isEqualTo(counted);
    assertThat(counted.plus(List.of(good("other", TWO_FAILURES)), List.of("other"), false).of())
        .containsOnlyKeys("other");
    assertThat(counted(counted, good(Limits.NONE))).isEqualTo(MetricCounts.NONE);
  }

  /// A step of its own may ask some of the metrics only.
  @Test
  void whatACheckDoesNotAskKeepsItsCount() {
    var counted = counted(MetricCounts.NONE, failed(TWO_FAILURES));

    assertThat(counted(counted, good("other", TWO_FAILURES)).of())
        .containsOnlyKeys("latency", "other");
  }

  private static MetricCounts counted(MetricCounts before, Look... looks) {
    return before.plus(List.of(looks), List.of("latency", "other"), false);
  }

  /// A built-in metric with a query of its own is asked both ways.
  @Test
  void aMetricThatIsAskedInTwoWaysIsLookedAtOnce() {
    var counted = counted(MetricCounts.NONE, failed(TWO_FAILURES), failed(TWO_FAILURES));

    assertThat(counted.count("latency")).isEqualTo(new MetricCounts.Count(1, 1, 0, 0));
  }
}
