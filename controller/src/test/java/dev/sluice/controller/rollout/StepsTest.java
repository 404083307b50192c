package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.RiskBudget;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.controller.rollout.Policy.HookType;
import dev.sluice.controller.rollout.Stage.Position;
import dev.sluice.crds.Comparison.Blind;
import dev.sluice.crds.Comparison.Unsure;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A release that goes through `spec.analysis.steps`.
class StepsTest {

  private static Stepped.Item weight(int percent) {
    return Stepped.Item.of(new Stepped.SetWeight(new Percent(percent)));
  }

  private static Stepped.Item pause() {
    return Stepped.Item.of(new Stepped.Pause(Optional.empty()));
  }

  private static Stepped.Item pause(Duration time) {
    return Stepped.Item.of(new Stepped.Pause(Optional.of(time)));
  }

  private static Stepped.Item look(int looks, String... metrics) {
    return Stepped.Item.of(
        new Stepped.Look(looks, Optional.of(List.of(metrics)).filter(names -> !names.isEmpty())));
  }

  private static Stepped.Item every(Duration interval, Stepped.Item item) {
    return new Stepped.Item(item.kind(), Optional.of(interval));
  }

  /// Every minute, three failed checks.
  private static Policy policy(Stepped.Item... steps) {
    return policy(Stepped.of(List.of(steps)), Optional.empty(), Optional.empty());
  }

  private static Policy policy(
      Strategy strategy,
      Optional<Comparing> comparison,
      Optional<Duration> longest,
      Policy.Hook... hooks) {
    var p = Story.POLICY;
    return new Policy(
        p.interval(),
        3,
        strategy,
        p.promotionStep(),
        p.primaryReadyThreshold(),
        p.canaryReadyThreshold(),
        p.progressDeadline(),
        false,
        false,
        p.metrics(),
        List.of(hooks),
        comparison,
        longest);
  }

  private static Story released(Stepped.Item... steps) {
    return Story.initialized(policy(steps)).deploy(Story.V2);
  }

  /// Such as `3/7`; `-` before the first.
  private static String step(Story story) {
    return story.phase() instanceof Phase.Progressing(_, var stage, _, _, _, _, _)
        ? stage.position().map(Position::title).orElse("-")
        : "-";
  }

  private static Duration lasts(Story story, String step) {
    story.until(step, () -> step(story).equals(step));
    var from = story.cluster.now();
    story.until("the step after " + step, () -> !step(story).equals(step));
    return Duration.between(from, story.cluster.now());
  }

  @Nested
  class TheOrder {
    @Test
    void isThatOfTheList() {
      var story = released(weight(5), weight(50), weight(20), weight(80));

      story.until("Succeeded");

      assertThat(story.weights()).containsExactly(5, 50, 20, 80, 0);
      assertThat(story.events())
          .containsExactly(
              "NewRevision",
              "WeightAdvanced",
              "WeightAdvanced",
              "StepAdvanced",
              "WeightAdvanced",
              "Promoting",
              "Finalising",
              "Promoted");
      assertThat(story.messages().get(2)).contains("web.shop canary weight 50 (step 2/4)");
    }

    @Test
    void beginsBehindAMirrorWhereOneIsAskedFor() {
      var mirrored =
          new Stepped(new Percent(30), List.of(weight(20), weight(40)), Optional.empty());
      var story =
          Story.initialized(policy(mirrored, Optional.empty(), Optional.empty())).deploy(Story.V2);

      story.until("Succeeded");

      assertThat(story.writes())
          .filteredOn(Action.Route.class::isInstance)
          .extracting(action -> ((Action.Route) action).split().toString())
          .containsExactly("a mirror of 30%", "20%", "40%", "0%");
    }

    @Test
    void mayBeginWithoutTrafficWhereNoMetricKnowsTheRevision() {
      var story = released(weight(0), pause(Duration.ofMinutes(3)), weight(20));
      story.everyVerdictIs(Story.noData()).until("2/3", () -> step(story).equals("2/3"));
      story.run(Duration.ofMinutes(2));

      assertThat(story.trafficToCanary()).isZero();
      assertThat(story.asked()).doesNotContain("metrics");

      story.verdictsAreHonest().until("Succeeded");
      assertThat(story.asked()).contains("metrics");
      assertThat(story.weights()).containsExactly(20, 0);
    }

    @Test
    void goesOnWhereItWasAfterARestart() {
      var story = released(weight(5), look(3), weight(50));
      story.until("the second look", () -> StepsTest.look(story) == 2);

      story.restartController().run(Duration.ofSeconds(59));
      assertThat(step(story)).isEqualTo("2/3");

      story.until("Succeeded");
      assertThat(story.weights()).containsExactly(5, 50, 0);
    }

    @Test
    void beginsAgainForAnotherRevision() {
      var story = released(weight(5), weight(50), pause(Duration.ofMinutes(9)));
      story.until("3/3", () -> step(story).equals("3/3"));

      story.deploy(Story.V3).until("Succeeded");

      assertThat(story.weights()).containsExactly(5, 50, 0, 5, 50, 0);
    }
  }

  private static int look(Story story) {
    return story.phase() instanceof Phase.Progressing(_, var stage, _, _, _, _, _)
        ? stage.position().map(Position::look).orElse(0)
        : 0;
  }

  @Nested
  class AWeight {
    @Test
    void isLeftWhenItWasReachedAndACheckHasPassed() {
      var story = released(weight(5), weight(50));

      assertThat(lasts(story, "1/2")).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void hasAnIntervalOfItsOwn() {
      var story =
          released(every(Duration.ofMinutes(5), weight(5)), weight(20), weight(50)).forget();

      assertThat(lasts(story, "1/3")).isEqualTo(Duration.ofMinutes(5));
      assertThat(lasts(story, "2/3")).isEqualTo(Duration.ofMinutes(1));
      assertThat(story.asked()).as("one check at each").containsExactly("metrics", "metrics");
    }

    @Test
    void isKeptWhileChecksFailAtTheStepsOwnPace() {
      var story = released(every(Duration.ofSeconds(20), weight(5)), weight(50));
      story.untilWeight(5);

      story.everyVerdictIs(Story.failing("80%")).run(Duration.ofSeconds(50));
      assertThat(step(story)).isEqualTo("1/2");
      story.run(Duration.ofSeconds(20)).until("Failed");

      assertThat(story.weights()).containsExactly(5, 0);
    }

    @Test
    void thatIsLessIsOnlyGivenBackToAPrimaryThatIsReady() {
      var story = released(weight(50), weight(10), weight(60));
      story.untilWeight(50).run(30);
      story.primary().crash(1, story.cluster.second, 200);

      story.run(Duration.ofMinutes(2));
      assertThat(story.trafficToCanary()).isEqualTo(50);
      assertThat(story.held()).contains(HoldReason.PRIMARY_NOT_READY);

      story.until("Succeeded");
      assertThat(story.weights()).containsExactly(50, 10, 60, 0);
    }

    @Test
    void thatIsMoreWaitsForEvidenceAndOneThatIsLessDoesNot() {
      var steps = Stepped.of(List.of(weight(20), weight(10), look(1), weight(50)));
      var story =
          Story.initialized(policy(steps, Optional.of(hasty()), Optional.empty()))
              .deploy(Story.V2)
              .compared(new Verdict.Safe(evidence("12 requests")), 0.9);

      story.until("a hold", () -> story.held().isPresent());

      assertThat(story.held()).contains(HoldReason.AWAITING_EVIDENCE);
      assertThat(step(story)).isEqualTo("3/4");
      assertThat(story.weights()).containsExactly(20, 10);
      story.compared(new Verdict.Safe(evidence("1200 requests")), 0.001).until("Succeeded");
      assertThat(story.weights()).containsExactly(20, 10, 50, 0);
    }

    @Test
    void isOnlyAskedForFromPeopleWhereItIsMore() {
      var gate = Story.hook("more", HookType.CONFIRM_TRAFFIC_INCREASE);
      var steps =
          Stepped.of(List.of(weight(50), weight(10), pause(Duration.ofMinutes(2)), weight(50)));
      var story =
          Story.initialized(policy(steps, Optional.empty(), Optional.empty(), gate))
              .deploy(Story.V2)
              .untilWeight(50)
              .close("more");

      story.until("waiting", () -> story.held().isPresent());

      assertThat(step(story)).isEqualTo("3/4");
      assertThat(story.held()).contains(HoldReason.TRAFFIC_INCREASE_NOT_CONFIRMED);
      story.open("more").until("Succeeded");
      assertThat(story.weights()).containsExactly(50, 10, 50, 0);
    }
  }

  @Nested
  class APause {
    @Test
    void lastsAsLongAsItSaysWhileTheChecksGoOn() {
      var story = released(weight(20), pause(Duration.ofMinutes(10)), weight(50));
      story.until("2/3", () -> step(story).equals("2/3"));
      story.forget();

      assertThat(lasts(story, "2/3")).isEqualTo(Duration.ofMinutes(10));
      assertThat(story.asked()).hasSize(10).containsOnly("metrics");
      assertThat(story.alerts()).isEmpty();
    }

    @Test
    void endsWhenItIsOverAndNotAtTheCheckAfter() {
      var story =
          released(
              weight(20), pause(Duration.ofSeconds(30)), pause(Duration.ofSeconds(80)), weight(50));

      assertThat(lasts(story, "2/4")).isEqualTo(Duration.ofSeconds(30));
      story.forget();
      assertThat(lasts(story, "3/4")).isEqualTo(Duration.ofSeconds(80));
      assertThat(story.asked()).as("its end is worth no check of its own").hasSize(1);
    }

    @Test
    void isNoTimeToFailInPeace() {
      var story = released(weight(20), pause(Duration.ofMinutes(30)), weight(50));
      story.until("2/3", () -> step(story).equals("2/3"));

      story.everyVerdictIs(Story.failing("80%")).until("Failed");

      assertThat(story.weights()).containsExactly(20, 0);
      assertThat(story.messages()).anyMatch(m -> m.contains("failed check 1 of 3"));
    }

    @Test
    void isNotCutShortByWhatTheComparisonKnows() {
      var steps = Stepped.of(List.of(weight(20), pause(Duration.ofMinutes(10)), weight(50)));
      var story =
          Story.initialized(policy(steps, Optional.of(hasty()), Optional.empty()))
              .deploy(Story.V2)
              .compared(new Verdict.Safe(evidence("error rate 0% against 0%")), 0.0001);

      assertThat(lasts(story, "1/3")).as("a weight may be").isLessThan(Duration.ofMinutes(1));
      assertThat(lasts(story, "2/3")).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void thatOnlyAPersonEndsSaysSoOnce() {
      var story = released(weight(20), pause(), weight(50));

      story.until("a hold", () -> story.held().isPresent());
      var hold = story.standing().hold().orElseThrow();
      story.run(Duration.ofMinutes(40));

      assertThat(story.phase().name()).isEqualTo("Progressing");
      assertThat(step(story)).isEqualTo("2/3");
      assertThat(story.standing().hold()).contains(hold);
      assertThat(hold.reason()).isEqualTo(HoldReason.PAUSED_AT_STEP);
      assertThat(hold.message())
          .isEqualTo("revision v2 at 20% is paused by step 2/3 until somebody resumes it");
      assertThat(story.alerts())
          .containsExactly(
              "INFO New revision detected, progressing canary analysis.",
              "WARN Canary is paused: revision v2 at 20% is paused by step 2/3 until somebody"
                  + " resumes it");
      assertThat(story.events()).containsOnlyOnce("Held");
    }

    @Test
    void endsWhenAPersonResumesItAndACheckPasses() {
      var story = released(weight(20), pause(), weight(50));
      story.until("a hold", () -> story.held().isPresent()).run(Duration.ofMinutes(5)).forget();

      story.everyVerdictIs(Story.failing("80%")).command(Command.Verb.RESUME).run(5);
      assertThat(story.events())
          .containsExactlyInAnyOrder("CommandTaken", "Resumed", "CheckFailed");
      assertThat(story.messages().toString())
          .contains(
              "jane",
              "revision v2 goes on from 20%, where step 2/3 had it pause, once a check passes");
      assertThat(step(story)).isEqualTo("2/3");

      story.restartController().verdictsAreHonest().run(61);
      assertThat(story.trafficToCanary()).isEqualTo(50);
    }

    @Test
    void mayBeCutShortByAPerson() {
      var story = released(weight(20), pause(Duration.ofMinutes(30)), weight(50));
      story.until("2/3", () -> step(story).equals("2/3")).run(30);

      story.command(Command.Verb.RESUME).run(2);

      assertThat(story.trafficToCanary()).isEqualTo(50);
      story.forget().command(Command.Verb.RESUME).run(2);
      assertThat(story.messages()).singleElement().asString().contains("it is not paused");
    }

    @Test
    void isPassedByWhoeverPromotesTheStep() {
      var story = released(weight(20), pause(), pause(), weight(50));
      story.until("a hold", () -> story.held().isPresent()).forget();

      story.everyVerdictIs(Story.failing("80%")).command(Command.Verb.PROMOTE).run(2);

      assertThat(step(story)).isEqualTo("3/4");
      assertThat(story.held()).contains(HoldReason.PAUSED_AT_STEP);
    }

    @Test
    void ofAPersonIsOneOfItsOwnBesideThatOfTheStep() {
      var story = released(weight(20), pause(), weight(50));
      story.until("a hold", () -> story.held().isPresent());

      story.command(Command.Verb.PAUSE).run(2);
      assertThat(story.held()).contains(HoldReason.PAUSED);
      story.command(Command.Verb.RESUME).run(2);
      assertThat(story.held()).contains(HoldReason.PAUSED_AT_STEP);
      story.command(Command.Verb.RESUME).run(2);

      assertThat(story.held()).isEmpty();
      assertThat(story.trafficToCanary()).isEqualTo(50);
    }

    @Test
    void thatOnlyAPersonEndsIsStillChecked() {
      var story = released(weight(20), pause(), weight(50));
      story.until("a hold", () -> story.held().isPresent()).forget();

      story.everyVerdictIs(Story.failing("80%")).run(Duration.ofSeconds(70));
      assertThat(story.held()).contains(HoldReason.PAUSED_AT_STEP);
      assertThat(story.events()).doesNotContain("Resumed");

      story.until("Failed");
      assertThat(story.weights()).containsExactly(0);
    }

    @Test
    void thatOnlyAPersonEndsSurvivesARestartAndARefusedSpec() {
      var policy = policy(weight(20), pause(), weight(50));
      var story = Story.initialized(policy).deploy(Story.V2);
      story.until("a hold", () -> story.held().isPresent()).forget();

      story.restartController().run(Duration.ofMinutes(2));
      story.cluster.plan(new Plan.Invalid(List.of(new Problem("spec.provider", "?")), false));
      story.run(Duration.ofMinutes(2));
      story.edit(policy).run(Duration.ofMinutes(2));

      assertThat(story.held()).contains(HoldReason.PAUSED_AT_STEP);
      assertThat(story.alerts()).noneMatch(alert -> alert.contains("paused"));
      assertThat(story.events()).doesNotContain("Held", "Resumed");
      assertThat(story.weights()).isEmpty();
    }
  }

  @Nested
  class AnAnalysis {
    @Test
    void wantsSoManyChecks() {
      var story = released(weight(20), look(5), weight(50));
      story.until("2/3", () -> step(story).equals("2/3")).forget();

      story.untilWeight(50);

      assertThat(story.asked()).hasSize(5).containsOnly("metrics");
      assertThat(story.messages())
          .filteredOn(message -> message.contains("analysis"))
          .hasSize(4)
          .first()
          .asString()
          .contains("analysis 2/5 (step 2/3)");
    }

    @Test
    void doesNotCountAFailedCheckAsOne() {
      var story = released(weight(20), look(3), weight(50));
      story.until("2/3", () -> step(story).equals("2/3")).forget();

      story.everyVerdictIs(Story.failing("80%")).run(61).verdictsAreHonest();
      story.untilWeight(50);

      assertThat(story.asked()).hasSize(4);
    }

    @Test
    void isPassedAsAWholeByWhoeverSkipsIt() {
      var story = released(weight(20), look(9), weight(50));
      story.until("2/3", () -> step(story).equals("2/3"));

      story.command(Command.Verb.SKIP).run(2);

      assertThat(story.trafficToCanary()).isEqualTo(50);
    }

    @Test
    void mayBeAboutSomeOfTheMetrics() {
      var steps = List.of(weight(20), look(1, "request-success-rate"), weight(0), look(1));
      var strategy = Stepped.of(steps);

      assertThat(
              Stream.iterate(
                      strategy.after(Stage.START),
                      Optional::isPresent,
                      stage -> strategy.after(stage.get()))
                  .map(stage -> strategy.stay(stage.get()).metrics()))
          .containsExactly(
              Optional.empty(),
              Optional.of(List.of("request-success-rate")),
              Optional.of(List.of()),
              Optional.empty());
    }
  }

  static Stream<Arguments> edits() {
    var before = at(20, 3, 4, 1, false);
    return Stream.of(
        Arguments.of(
            "later steps may be others",
            List.of(weight(20), pause(), pause(), weight(60)),
            at(20, 3, 4, 1, true),
            at(60, 4, 4, 1, false)),
        Arguments.of(
            "more steps may follow",
            List.of(weight(20), pause(), look(1), weight(30), weight(60)),
            before,
            at(30, 4, 5, 1, false)),
        Arguments.of("it may be the last", List.of(weight(20), pause(), look(1)), before, null),
        Arguments.of(
            "fewer looks may be wanted",
            List.of(weight(20), pause(), look(2), weight(60)),
            at(20, 3, 4, 9, false),
            at(60, 4, 4, 1, false)),
        Arguments.of(
            "another weight begins the list again",
            List.of(weight(10), pause(), look(1), weight(60)),
            before,
            at(10, 1, 4, 1, false)),
        Arguments.of(
            "a list that ends before begins again",
            List.of(weight(20), weight(60)),
            before,
            at(20, 1, 2, 1, false)),
        Arguments.of(
            "even steps become a list",
            List.of(weight(20), weight(60)),
            Stage.of(new Percent(30)),
            at(20, 1, 2, 1, false)));
  }

  private static Stage at(int weight, int step, int of, int look, boolean resumed) {
    return new Stage(
        Split.of(new Percent(weight)), 0, Optional.of(new Position(step, of, look, resumed)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("edits")
  void anEditOnTheWayIsTakenWhereItMeansTheSameSoFar(
      String edit, List<Stepped.Item> steps, Stage before, Stage after) {
    assertThat(Stepped.of(steps).after(before)).as(edit).isEqualTo(Optional.ofNullable(after));
  }

  @Test
  void aListBecomesEvenSteps() {
    var gradual = GradualShift.of(List.of(new Percent(10), new Percent(50)));

    assertThat(gradual.after(at(20, 3, 4, 1, false))).contains(Stage.of(new Percent(50)));
  }

  @Test
  void aPauseThatWasMadeShorterIsOver() {
    var story = released(weight(20), pause(), weight(50));
    story.until("a hold", () -> story.held().isPresent()).run(Duration.ofMinutes(9));

    story.edit(policy(weight(20), pause(Duration.ofMinutes(5)), weight(50)));
    story.run(Duration.ofMinutes(1));

    assertThat(story.trafficToCanary()).isEqualTo(50);
    assertThat(story.held()).isEmpty();
  }

  @Nested
  class TheLongestTime {
    private static Story longest(Duration longest, Policy.Hook... hooks) {
      var steps = Stepped.of(List.of(weight(20), pause(), weight(50)));
      return Story.initialized(policy(steps, Optional.empty(), Optional.of(longest), hooks));
    }

    private static Instant started(Story story) {
      return story.phase() instanceof Phase.Running running ? running.run().started() : Instant.MIN;
    }

    @Test
    void endsARunAlsoWhilePeopleAreWaitedFor() {
      var story = longest(Duration.ofMinutes(20)).deploy(Story.V2);
      story.untilWeight(20);
      var from = started(story);

      story.until("no traffic", () -> story.trafficToCanary() == 0);

      assertThat(Duration.between(from, story.cluster.now())).isEqualTo(Duration.ofMinutes(20));
      story.until("Failed");
      assertThat(((Phase.Failed) story.phase()).cause())
          .isEqualTo(
              new Cause(
                  Cause.Kind.TOO_LONG,
                  "the analysis was at 20%, step 2/3 and not over within 20m; it was held"
                      + " (PausedAtStep)"));
      assertThat(story.alerts()).last().asString().startsWith("ERROR Took too long: ");
    }

    @Test
    void doesNotRunWhileNobodyHasAgreedToTheStart() {
      var story =
          longest(Duration.ofMinutes(20), Story.hook("start", HookType.CONFIRM_ROLLOUT))
              .close("start")
              .deploy(Story.V2)
              .run(Duration.ofMinutes(40));
      assertThat(story.phase().name()).isEqualTo("Waiting");

      story.open("start").untilWeight(20).run(Duration.ofMinutes(10));

      assertThat(story.trafficToCanary()).isEqualTo(20);
      story.until("Failed");
    }

    @Test
    void restsWhileTheCanaryIsSuspended() {
      var story = longest(Duration.ofMinutes(20)).deploy(Story.V2);
      story.untilWeight(20);
      var from = started(story);
      var policy = ((Plan.Valid) story.cluster.plan).policy();

      story.edit(StoryTest.suspended(policy)).run(Duration.ofMinutes(30));
      story.restartController().edit(policy).run(Duration.ofMinutes(1));
      assertThat(story.trafficToCanary()).isEqualTo(20);

      story.until("no traffic", () -> story.trafficToCanary() == 0);
      assertThat(Duration.between(from, story.cluster.now()))
          .isBetween(Duration.ofMinutes(50), Duration.ofMinutes(50).plusSeconds(2));
    }

    @Test
    void restsWhileAPersonHasPausedTheRun() {
      var story = longest(Duration.ofMinutes(20)).deploy(Story.V2);
      story.untilWeight(20);
      var from = started(story);

      story.command(Command.Verb.PAUSE).run(Duration.ofMinutes(30));
      story.restartController().command(Command.Verb.RESUME).run(Duration.ofMinutes(1));
      assertThat(story.trafficToCanary()).isEqualTo(20);

      story.until("no traffic", () -> story.trafficToCanary() == 0);
      assertThat(Duration.between(from, story.cluster.now()))
          .isBetween(Duration.ofMinutes(50), Duration.ofMinutes(50).plusSeconds(2));
    }

    @Test
    void isNotOverForWhatAPersonTakesAStepFurtherInAPause() {
      var steps = Stepped.of(List.of(weight(20), weight(50), weight(60)));
      var story =
          Story.initialized(policy(steps, Optional.empty(), Optional.of(Duration.ofMinutes(20))));
      story.deploy(Story.V2).untilWeight(20);

      story.command(Command.Verb.PAUSE).run(Duration.ofMinutes(50));
      story.command(Command.Verb.PROMOTE).run(Duration.ofMinutes(2));

      assertThat(story.trafficToCanary()).isEqualTo(50);
    }

    @Test
    void neverEndsAPromotion() {
      var steps = Stepped.of(List.of(weight(20), weight(50)));
      var story =
          Story.initialized(policy(steps, Optional.empty(), Optional.of(Duration.ofMinutes(4))));
      story.deploy(Story.V2).untilWeight(50);
      story.primary().room = 0;
      story.cluster.primaryRoom = 0;
      story.until("Promoting").run(Duration.ofMinutes(20));

      assertThat(story.phase().name()).isEqualTo("Promoting");
      assertThat(story.trafficToCanary()).isEqualTo(50);
    }

    @Test
    void endsARunWhosePodsAreStillWaitedFor() {
      var story = longest(Duration.ofSeconds(50)).deploy(Story.NEVER_READY);

      story.until("Failed");

      assertThat(((Phase.Failed) story.phase()).cause().kind()).isEqualTo(Cause.Kind.TOO_LONG);
      assertThat(story.weights()).isEmpty();
    }
  }

  private static List<Evidence> evidence(String sentence) {
    return List.of(new Evidence("error-rate", 1.0, null, 1.0, 100L, sentence));
  }

  private static Comparing hasty() {
    return new Comparing(
        ComparisonPolicy.DEFAULT,
        true,
        Definition.TABLE,
        RiskBudget.DEFAULT,
        Duration.ofSeconds(20),
        Duration.ofMinutes(30),
        Unsure.HOLD,
        Duration.ofMinutes(5),
        Blind.HOLD);
  }
}
