package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.rollout.Command.Verb;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.controller.rollout.policy.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a command of somebody on call leads to, in whatever phase it comes.
class CommandsTest {
  private static final Policy GATED =
      Story.with(
          Story.hook("go", HookType.CONFIRM_ROLLOUT),
          Story.hook("more", HookType.CONFIRM_TRAFFIC_INCREASE),
          Story.hook("release", HookType.CONFIRM_PROMOTION));

  /// A phase, and how a story gets there.
  @SuppressWarnings("ImmutableEnumChecker") // the ways hold nothing
  enum At {
    INITIALIZING(story -> story),
    INITIALIZED(story -> story.until("Initialized")),
    WAITING(story ->
        story.until("Initialized").edit(GATED).close("go").deploy(Story.V2).until("Waiting")),
    STARTING(story -> story.until("Initialized").deploy(Story.V2).until("Progressing")),
    ANALYSED(story -> story.until("Initialized").deploy(Story.V2).untilWeight(20).run(10)),
    PROMOTING(story -> story.until("Initialized").deploy(Story.V2).until("Promoting")),
    FINALISING(story -> story.until("Initialized").deploy(Story.V2).until("Finalising")),
    SUCCEEDED(story -> story.until("Initialized").deploy(Story.V2).until("Succeeded")),
    ROLLING_BACK(story ->
        story
            .until("Initialized")
            .deploy(Story.BAD)
            .until("rollback", () -> story.phase() instanceof Phase.RollingBack)),
    FAILED(story -> story.until("Initialized").deploy(Story.BAD).until("Failed"));

    private final UnaryOperator<Story> way;

    At(UnaryOperator<Story> way) {
      this.way = way;
    }

    Story story() {
      var story = Story.of(Story.POLICY);
      story.run(1);
      return way.apply(story).forget();
    }
  }

  private static final String NOTHING = "nothing is under way";

  static Stream<Arguments> everyCommandInEveryPhase() {
    return Stream.of(
        row(Verb.PROMOTE, At.INITIALIZING, NOTHING),
        row(Verb.PROMOTE, At.INITIALIZED, NOTHING),
        row(Verb.PROMOTE, At.WAITING, ": revision v2 is started without approval"),
        row(Verb.PROMOTE, At.STARTING, ": revision v2 goes on from 0% without its check"),
        row(Verb.PROMOTE, At.ANALYSED, ": revision v2 goes on from 20% without its check"),
        row(Verb.PROMOTE, At.PROMOTING, "is being promoted already"),
        row(Verb.PROMOTE, At.FINALISING, "is promoted already"),
        row(Verb.PROMOTE, At.SUCCEEDED, NOTHING),
        row(Verb.PROMOTE, At.ROLLING_BACK, "is being rolled back already: request-success-rate"),
        row(Verb.PROMOTE, At.FAILED, "was rolled back"),
        row(Verb.PROMOTE_FULLY, At.INITIALIZING, NOTHING),
        row(Verb.PROMOTE_FULLY, At.INITIALIZED, NOTHING),
        row(Verb.PROMOTE_FULLY, At.WAITING, ": revision v2 is promoted without the rest"),
        row(Verb.PROMOTE_FULLY, At.STARTING, ": revision v2 is promoted without the rest"),
        row(Verb.PROMOTE_FULLY, At.ANALYSED, ": revision v2 is promoted without the rest"),
        row(Verb.PROMOTE_FULLY, At.PROMOTING, "is being promoted already"),
        row(Verb.PROMOTE_FULLY, At.FINALISING, "is promoted already"),
        row(Verb.PROMOTE_FULLY, At.SUCCEEDED, NOTHING),
        row(Verb.PROMOTE_FULLY, At.ROLLING_BACK, "is being rolled back already"),
        row(Verb.PROMOTE_FULLY, At.FAILED, "retry analyses it again"),
        row(Verb.SKIP, At.INITIALIZING, NOTHING),
        row(Verb.SKIP, At.INITIALIZED, NOTHING),
        row(Verb.SKIP, At.WAITING, "promote starts it without"),
        row(Verb.SKIP, At.STARTING, ": revision v2 goes on from 0% without its check"),
        row(Verb.SKIP, At.ANALYSED, ": revision v2 goes on from 20% without its check"),
        row(Verb.SKIP, At.PROMOTING, "is being promoted already"),
        row(Verb.SKIP, At.FINALISING, "is promoted already"),
        row(Verb.SKIP, At.SUCCEEDED, NOTHING),
        row(Verb.SKIP, At.ROLLING_BACK, "is being rolled back already"),
        row(Verb.SKIP, At.FAILED, "was rolled back"),
        row(Verb.ABORT, At.INITIALIZING, NOTHING),
        row(Verb.ABORT, At.INITIALIZED, NOTHING),
        row(Verb.ABORT, At.WAITING, ": revision v2 is given up"),
        row(Verb.ABORT, At.STARTING, ": revision v2 is given up; its 0% of the traffic"),
        row(Verb.ABORT, At.ANALYSED, ": revision v2 is given up; its 20% of the traffic"),
        row(Verb.ABORT, At.PROMOTING, "web-primary.shop is being given revision v2 already"),
        row(Verb.ABORT, At.FINALISING, "web-primary.shop is being given revision v2 already"),
        row(Verb.ABORT, At.SUCCEEDED, NOTHING),
        row(Verb.ABORT, At.ROLLING_BACK, "is being rolled back already"),
        row(Verb.ABORT, At.FAILED, "was rolled back"),
        row(Verb.RETRY, At.INITIALIZING, NOTHING),
        row(Verb.RETRY, At.INITIALIZED, NOTHING),
        row(Verb.RETRY, At.WAITING, "has not failed; it is under way"),
        row(Verb.RETRY, At.STARTING, "has not failed; it is under way"),
        row(Verb.RETRY, At.ANALYSED, "has not failed; it is under way"),
        row(Verb.RETRY, At.PROMOTING, "has not failed; it is under way"),
        row(Verb.RETRY, At.FINALISING, "has not failed; it is under way"),
        row(Verb.RETRY, At.SUCCEEDED, NOTHING),
        row(Verb.RETRY, At.ROLLING_BACK, "has not failed; it is under way"),
        row(Verb.RETRY, At.FAILED, ": revision v4 is analysed once more"),
        row(Verb.PAUSE, At.INITIALIZING, ": no revision is started until resumed"),
        row(Verb.PAUSE, At.INITIALIZED, ": no revision is started until resumed"),
        row(Verb.PAUSE, At.WAITING, ": revision v2 is not started until resumed"),
        row(Verb.PAUSE, At.STARTING, ": revision v2 stays at 0% of the traffic"),
        row(Verb.PAUSE, At.ANALYSED, ": revision v2 stays at 20% of the traffic"),
        row(Verb.PAUSE, At.PROMOTING, ": the promotion under way is brought to its end"),
        row(Verb.PAUSE, At.FINALISING, ": the promotion under way is brought to its end"),
        row(Verb.PAUSE, At.SUCCEEDED, ": no revision is started until resumed"),
        row(Verb.PAUSE, At.ROLLING_BACK, ": the rollback under way is brought to its end"),
        row(Verb.PAUSE, At.FAILED, ": no revision is started until resumed"),
        row(Verb.RESUME, At.INITIALIZING, "it is not paused"),
        row(Verb.RESUME, At.INITIALIZED, "it is not paused"),
        row(Verb.RESUME, At.WAITING, "it is not paused"),
        row(Verb.RESUME, At.STARTING, "it is not paused"),
        row(Verb.RESUME, At.ANALYSED, "it is not paused"),
        row(Verb.RESUME, At.PROMOTING, "it is not paused"),
        row(Verb.RESUME, At.FINALISING, "it is not paused"),
        row(Verb.RESUME, At.SUCCEEDED, "it is not paused"),
        row(Verb.RESUME, At.ROLLING_BACK, "it is not paused"),
        row(Verb.RESUME, At.FAILED, "it is not paused"));
  }

  /// @param says with a colon before it where the command is taken
  private static Arguments row(Verb verb, At at, String says) {
    return Arguments.of(verb, at, says);
  }

  @ParameterizedTest(name = "{0} at {1}")
  @MethodSource("everyCommandInEveryPhase")
  void everyCommandIsAnsweredAtOnceAndOnce(Verb verb, At at, String says) {
    var story = at.story();

    story.command(verb).run(1);

    var isTaken = says.startsWith(": ");
    assertThat(story.messages())
        .filteredOn(message -> message.startsWith(verb.title() + " of web.shop by jane"))
        .singleElement()
        .asString()
        .contains(isTaken ? "(INC-12)" + says : says)
        .contains(isTaken ? "INC-12" : " is refused: ");
    assertThat(story.events()).contains(isTaken ? "CommandTaken" : "CommandRefused");
    assertThat(story.standing().orders().last())
        .hasValueSatisfying(last -> {
          assertThat(last.what()).isEqualTo(verb.title());
          assertThat(last.by()).isEqualTo("jane");
          assertThat(last.why()).isEqualTo("INC-12");
          assertThat(last.taken()).isEqualTo(isTaken);
        });
    assertThat(story.cluster.command).isEmpty();
  }

  @ParameterizedTest(name = "{0} at {1}")
  @MethodSource("everyCommandInEveryPhase")
  void aRefusedCommandChangesNothingThen(Verb verb, At at, String says) {
    if (says.startsWith(": ")) {
      return;
    }
    var told = at.story().run(Duration.ofMinutes(20)).events();
    var story = at.story();

    story.command(verb).run(Duration.ofMinutes(20));

    var events = story.events().stream().filter(e -> !e.equals("CommandRefused")).toList();
    assertThat(events).isEqualTo(told);
  }

  @Nested
  class Promote {
    @Test
    void takesOneStepWithoutItsCheckAndTheRestAsAlways() {
      var story = At.ANALYSED.story().everyVerdictIs(Story.failing("87.32%"));

      story.command(Verb.PROMOTE).run(1).verdictsAreHonest();

      assertThat(story.trafficToCanary()).isEqualTo(30);
      assertThat(story.asked()).isEmpty();
      assertThat(story.messages().toString()).contains("canary weight 30; promote by jane");
      story.run(59);
      assertThat(story.trafficToCanary()).isEqualTo(30);
      story.until("Succeeded");
      assertThat(story.weights()).containsExactly(30, 40, 50, 0);
    }

    @Test
    void promotesFromTheLastStep() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(50).run(10).forget();

      story.command(Verb.PROMOTE).run(1);

      assertThat(story.phase()).isInstanceOf(Phase.Promoting.class);
      assertThat(story.messages().toString())
          .contains("revision v2 at 50% goes past its last check (promote by jane");
      assertThat(story.alerts()).singleElement().asString().startsWith("INFO promote of web.shop");
    }

    @Test
    void startsWhatWaitsForApproval() {
      var story = At.WAITING.story().command(Verb.PROMOTE).run(2);

      assertThat(story.phase().name()).isEqualTo("Progressing");
      assertThat(story.messages().toString())
          .contains(
              "Scaling up web.shop for revision v2; promote by jane (through sluice): INC-12");
    }

    @Test
    void goesPastAClosedGate() {
      var story = Story.initialized(GATED).close("more").deploy(Story.V2);
      story.until(
          "a closed gate",
          () -> story.held().equals(Optional.of(HoldReason.TRAFFIC_INCREASE_NOT_CONFIRMED)));

      story.command(Verb.PROMOTE).run(1);

      assertThat(story.trafficToCanary()).isEqualTo(10);
    }

    @Test
    void waitsForPodsThatAreNotReadyAndThenGoesOnWithoutACheck() {
      var story = Story.initialized();
      story.deploy(Story.V2).until("Progressing").everyHookRefuses("no").forget();

      story.command(Verb.PROMOTE).until("traffic", () -> story.trafficToCanary() > 0);

      assertThat(story.trafficToCanary()).isEqualTo(10);
      assertThat(story.asked()).isEmpty();
      assertThat(story.target().available(story.cluster.second)).isEqualTo(2);
    }

    @Test
    void neverSendsMoreTrafficToPodsThatFalter() {
      var story = At.ANALYSED.story();
      story.target().crash(1, story.cluster.second, 120);
      story.run(1);

      story.command(Verb.PROMOTE).run(60);

      assertThat(story.trafficToCanary()).isEqualTo(20);
      assertThat(held(story)).isEqualTo(HoldReason.CANARY_NOT_READY);
      story.untilWeight(30);
    }

    @Test
    void isForgottenWithTheTrafficThatItsPodsLose() {
      var story = At.ANALYSED.story();
      story.target().crash(1, story.cluster.second, 600);
      story.run(1).command(Verb.PROMOTE_FULLY).run(5);
      story.target().crash(2, story.cluster.second, 20);

      story.run(1);

      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.standing().orders().waiver()).isEmpty();
      story.forget().until("Succeeded");
      assertThat(story.weights()).containsExactly(10, 20, 30, 40, 50, 0);
    }
  }

  @Nested
  class Skip {
    @Test
    void leavesTheCheckOutButNotThoseWhoAreToAgree() {
      var story = Story.initialized(GATED).deploy(Story.V2).untilWeight(10).close("more");
      story.everyVerdictIs(Story.failing("87.32%")).run(10).forget();

      story.command(Verb.SKIP).run(1);

      assertThat(story.trafficToCanary()).isEqualTo(10);
      assertThat(story.asked()).containsExactly("more");
      assertThat(held(story)).isEqualTo(HoldReason.TRAFFIC_INCREASE_NOT_CONFIRMED);
      story.open("more").run(Duration.ofMinutes(1));
      assertThat(story.trafficToCanary()).isEqualTo(20);
    }

    @Test
    void takesAStepAtOnceWhereNobodyIsToAgree() {
      var story = At.ANALYSED.story().command(Verb.SKIP).run(1);

      assertThat(story.trafficToCanary()).isEqualTo(30);
      assertThat(story.alerts()).isEmpty();
    }
  }

  @Nested
  class PromoteFully {
    @Test
    void leavesTheRestOfTheAnalysisOut() {
      var story = At.ANALYSED.story().everyVerdictIs(Story.failing("87.32%"));

      story.command(Verb.PROMOTE_FULLY).until("Succeeded");

      assertThat(story.weights()).containsExactly(0);
      assertThat(story.asked()).isEmpty();
      assertThat(story.primary().template).isEqualTo(Story.V2);
      assertThat(story.events())
          .startsWith("CommandTaken", "AnalysisSkipped")
          .endsWith("Finalising", "Promoted");
      assertThat(story.alerts().getFirst()).startsWith("WARN promote-fully of web.shop by jane");
    }

    @Test
    void neverPromotesPodsThatAreNotReady() {
      var story = Story.initialized().deploy(Story.NEVER_READY).until("Progressing");

      story.command(Verb.PROMOTE_FULLY).until("Failed");

      assertThat(story.primary().template).isEqualTo(Story.V1);
      assertThat(story.weights()).isEmpty();
    }

    @Test
    void waitsForThePrimaryBeforeAnyTrafficGoesBack() {
      var story = At.ANALYSED.story();
      story.primary().room = 0;
      story.cluster.primaryRoom = 0;
      story.command(Verb.PROMOTE_FULLY).run(2);
      story.primary().crash(9, story.cluster.second, 3600);

      story.run(Duration.ofMinutes(20));

      assertThat(story.trafficToCanary()).isEqualTo(20);
      assertThat(held(story)).isEqualTo(HoldReason.PRIMARY_NOT_READY);
    }

    @Test
    void isAboutTheRevisionUnderWayAndNotAboutTheNext() {
      var story = Story.initialized().deploy(Story.V2).until("Progressing").forget();

      story.command(Verb.PROMOTE_FULLY).run(1).deploy(Story.V3).until("Succeeded");

      assertThat(story.weights()).containsExactly(10, 20, 30, 40, 50, 0);
      assertThat(story.primary().template).isEqualTo(Story.V3);
    }

    @Test
    void isRefusedWhenTheTargetWasChangedInTheSameMoment() {
      var story = At.ANALYSED.story();

      story.deploy(Story.V3).command(Verb.PROMOTE_FULLY).run(1);

      assertThat(story.messages().getFirst())
          .contains("is refused: web.shop has been changed meanwhile to revision v3");
      assertThat(story.trafficToCanary()).isZero();
    }

    @Test
    void endsAPause() {
      var story = At.ANALYSED.story().command(Verb.PAUSE).run(Duration.ofMinutes(3));

      story.command(Verb.PROMOTE_FULLY).until("Succeeded");

      assertThat(story.standing().orders().pause()).isEmpty();
    }
  }

  @Nested
  class Abort {
    @Test
    void takesTheTrafficAwayAtOnceAndSaysWho() {
      var story = At.ANALYSED.story();

      story.command(Verb.ABORT).run(1);

      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.alerts())
          .containsExactly(
              "WARN Rolled back: aborted by jane (through sluice): INC-12 (revision v2)");
      story.until("Failed").run(Duration.ofMinutes(10));
      assertThat(story.phase())
          .isInstanceOfSatisfying(
              Phase.Failed.class,
              failed -> assertThat(failed.cause().kind()).isEqualTo(Cause.Kind.ABORTED));
      assertThat(story.target().replicas).isZero();
      assertThat(story.events()).containsExactly("CommandTaken", "RollingBack", "RolledBack");
    }

    @Test
    void outOfAPauseIsNotToldAsGoingOn() {
      var story = At.ANALYSED.story().command(Verb.PAUSE).run(5).forget();

      story.command(Verb.ABORT).until("Failed");

      assertThat(story.events()).containsExactly("CommandTaken", "RollingBack", "RolledBack");
    }

    @Test
    void waitsForAPrimaryThatIsNotReady() {
      var story = At.ANALYSED.story();
      story.primary().crash(1, story.cluster.second, 120);
      story.run(1);

      story.command(Verb.ABORT).run(30);

      assertThat(story.trafficToCanary()).isEqualTo(20);
      assertThat(held(story)).isEqualTo(HoldReason.PRIMARY_NOT_READY);
      story.until("Failed");
      assertThat(story.trafficToCanary()).isZero();
    }

    @Test
    void givesUpAPromotionThatCannotBeWritten() {
      var story = Story.initialized().deploy(Story.V2).untilWeight(50);
      story.refuse(Action.CopyToPrimary.class).until("Promoting").run(40);

      story.command(Verb.ABORT).run(1);

      assertThat(story.trafficToCanary()).isZero();
      story.refuseNothing().until("Failed");
      assertThat(story.primary().template).isEqualTo(Story.V1);
    }

    @Test
    void worksWhileTheSpecIsRefused() {
      var story = At.ANALYSED.story();
      story.cluster.plan(
          new Plan.Invalid(List.of(new Problem("spec.analysis.stepWeight", "is 0")), false));
      story.run(5);

      story.command(Verb.PROMOTE).run(1);
      assertThat(story.messages().getLast()).contains("the spec is refused");
      story.command(Verb.ABORT).run(1);

      assertThat(story.trafficToCanary()).isZero();
    }
  }

  @Nested
  class Retry {
    @Test
    void analysesTheFailedRevisionFromTheBeginning() {
      var story = At.FAILED.story().everyVerdictIs(new dev.sluice.analysis.Verdict.Safe(List.of()));

      story.command(Verb.RETRY).until("Succeeded");

      assertThat(story.weights()).containsExactly(10, 20, 30, 40, 50, 0);
      assertThat(story.primary().template).isEqualTo(Story.BAD);
    }

    @Test
    void asksForApprovalAgain() {
      var story = At.FAILED.story().edit(GATED).close("go").command(Verb.RETRY).run(5);

      assertThat(story.phase().name()).isEqualTo("Waiting");
      assertThat(held(story)).isEqualTo(HoldReason.ROLLOUT_NOT_CONFIRMED);
    }

    @Test
    void worksAfterAnAbort() {
      var story = At.ANALYSED.story().command(Verb.ABORT).until("Failed");

      story.command(Verb.RETRY).until("Succeeded");

      assertThat(story.primary().template).isEqualTo(Story.V2);
    }
  }

  @Nested
  class Pause {
    @Test
    void holdsTheWeightUntilResumed() {
      var story = At.ANALYSED.story().command(Verb.PAUSE).run(Duration.ofMinutes(30));

      assertThat(story.trafficToCanary()).isEqualTo(20);
      assertThat(story.standing().hold())
          .hasValueSatisfying(hold -> {
            assertThat(hold.reason()).isEqualTo(HoldReason.PAUSED);
            assertThat(hold.message()).startsWith("paused by jane (through sluice) since ");
          });
      assertThat(story.events()).containsExactly("CommandTaken", "Held");
      assertThat(story.alerts()).isEmpty();
      story.command(Verb.RESUME).until("Succeeded");
      assertThat(story.weights()).containsExactly(30, 40, 50, 0);
      assertThat(story.events()).containsSubsequence("CommandTaken", "Resumed", "WeightAdvanced");
    }

    @Test
    void survivesARestart() {
      var story = At.ANALYSED.story().command(Verb.PAUSE).run(1);

      story.restartController().run(Duration.ofMinutes(10));

      assertThat(story.trafficToCanary()).isEqualTo(20);
    }

    @Test
    void doesNotProtectAReleaseThatHurtsUsers() {
      var story = At.ANALYSED.story().command(Verb.PAUSE).run(1);

      story.everyVerdictIs(Story.failing("87.32%")).until("Failed");

      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.standing().orders().pause()).isPresent();
    }

    @Test
    void anOutageOfTheMetricsIsShownAndThenThePauseAgain() {
      var story = At.ANALYSED.story().command(Verb.PAUSE).run(1);

      story.everyVerdictIs(Story.away()).run(90);
      assertThat(held(story)).isEqualTo(HoldReason.METRICS_UNAVAILABLE);
      story.verdictsAreHonest().run(90);

      assertThat(held(story)).isEqualTo(HoldReason.PAUSED);
    }

    @Test
    void anEditTakesTheTrafficAwayAndTheNewRevisionGetsNone() {
      var story = At.ANALYSED.story().command(Verb.PAUSE).run(1);

      story.deploy(Story.V3).run(1);
      assertThat(story.trafficToCanary()).isZero();
      story.run(Duration.ofMinutes(10));

      assertThat(story.trafficToCanary()).isZero();
      assertThat(held(story)).isEqualTo(HoldReason.PAUSED);
      story.command(Verb.RESUME).until("Succeeded");
      assertThat(story.primary().template).isEqualTo(Story.V3);
    }

    @Test
    void aRevertEndsThePausedRun() {
      var story = At.ANALYSED.story().command(Verb.PAUSE).run(1);

      story.deploy(Story.V1).until("Succeeded");

      assertThat(story.trafficToCanary()).isZero();
    }

    @Test
    void betweenReleasesTheNextIsNotStarted() {
      var story = Story.initialized().command(Verb.PAUSE).run(1).forget();
      story.run(Duration.ofMinutes(10));
      assertThat(story.statusWrites()).isZero();
      assertThat(story.held()).isEmpty();

      story.deploy(Story.V2).run(Duration.ofMinutes(10));

      assertThat(story.target().replicas).isZero();
      assertThat(held(story)).isEqualTo(HoldReason.PAUSED);
      story.command(Verb.RESUME).until("Succeeded");
    }

    @Test
    void holdsAPromotionThatSkipsItsAnalysis() {
      var story = Story.initialized().deploy(Story.V2).until("Progressing");
      story.command(Verb.PAUSE).run(1);

      story.edit(Edited.from(Story.POLICY).skipAnalysis(true).policy()).run(Duration.ofMinutes(5));
      assertThat(story.phase().name()).isEqualTo("Progressing");

      story.command(Verb.RESUME).until("Succeeded");
    }

    @Test
    void aPromoteTakesOneStepAndLeavesThePause() {
      var story = At.ANALYSED.story().command(Verb.PAUSE).run(Duration.ofMinutes(3)).forget();

      story.command(Verb.PROMOTE).run(Duration.ofMinutes(10));

      assertThat(story.weights()).containsExactly(30);
      assertThat(held(story)).isEqualTo(HoldReason.PAUSED);
      assertThat(story.events()).containsExactly("CommandTaken", "WeightAdvanced");
    }

    @Test
    void aSecondOneSaysWhoseTheFirstIs() {
      var story = At.ANALYSED.story().command(Verb.PAUSE).run(1).forget();

      story.command(Verb.PAUSE).run(1);

      assertThat(story.messages())
          .singleElement()
          .asString()
          .contains("is refused: it has been paused by jane (through sluice) since");
    }
  }

  @Nested
  class Once {
    @Test
    void theSameCommandAgainIsAnother() {
      var story = At.ANALYSED.story();

      story.command(Verb.PROMOTE).run(6).command(Verb.PROMOTE).run(1);

      assertThat(story.weights()).containsExactly(30, 40);
    }

    @Test
    void aRestartDoesNotRepeatIt() {
      var story = At.ANALYSED.story().refuse(Action.TakeOffCommand.class);
      story.command(Verb.PROMOTE).run(6);

      story.restartController().run(20);

      assertThat(story.weights()).containsExactly(30);
      assertThat(story.cluster.command).isPresent();
      story.refuseNothing().run(5);
      assertThat(story.cluster.command).isEmpty();
    }

    @Test
    void oneOfAManifestIsRefusedAndLeftAlone() {
      var story = At.ANALYSED.story();
      var applied = new Command("m1", "promote-fully", "", "flux", "", "", true);

      story.cluster.command(applied);
      story.run(30);

      assertThat(story.events()).containsExactly("CommandRefused");
      assertThat(story.messages().getFirst())
          .contains("promote-fully of web.shop by somebody (through flux) is refused")
          .contains("it is part of a manifest");
      assertThat(story.cluster.command).contains(applied);
    }

    @Test
    void oneThatDoesNotExistIsRefusedWithThoseThatDo() {
      var story = At.ANALYSED.story();

      story.cluster.command(new Command("x", "rollback", "", "", "", "", false));
      story.run(1);

      assertThat(story.messages().getFirst())
          .isEqualTo(
              "rollback of web.shop by somebody is refused: there is no such command; known:"
                  + " promote, promote-fully, abort, retry, pause, resume, skip");
    }

    @Test
    void oneAboutAnotherRevisionIsRefused() {
      var story = At.ANALYSED.story();

      story.command(Verb.ABORT, "v7").run(1);
      assertThat(story.messages().getFirst())
          .contains("is refused: it is about revision v7, but the revision here is v2");
      assertThat(story.trafficToCanary()).isEqualTo(20);

      story.command(Verb.ABORT, "v2").run(1);
      assertThat(story.trafficToCanary()).isZero();
    }

    @Test
    void whileSuspendedItIsRefusedAndTakenOffAfterwards() {
      var story =
          At.ANALYSED.story().edit(Edited.from(Story.POLICY).suspended(true).policy()).run(1);

      story.command(Verb.ABORT).run(5);

      assertThat(story.messages().getLast()).contains("is refused: spec.suspend is true");
      assertThat(story.trafficToCanary()).isEqualTo(20);
      assertThat(story.cluster.command).isPresent();
      story.edit(Story.POLICY).run(1);
      assertThat(story.cluster.command).isEmpty();
      assertThat(story.trafficToCanary()).isEqualTo(20);
    }

    @Test
    void nothingIsAskedOutsideBeforeIt() {
      var story = Story.initialized().deploy(Story.BAD).untilWeight(10);
      story.run(59).forget();

      story.command(Verb.ABORT).run(1);

      assertThat(story.asked()).isEmpty();
      assertThat(story.trafficToCanary()).isZero();
    }
  }

  private static HoldReason held(Story story) {
    return story.held().orElseThrow(() -> new AssertionError("not held: " + story.standing()));
  }
}
