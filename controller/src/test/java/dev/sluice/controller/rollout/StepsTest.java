package dev.sluice.controller.rollout;

import static dev.sluice.controller.rollout.Steps.every;
import static dev.sluice.controller.rollout.Steps.evidence;
import static dev.sluice.controller.rollout.Steps.hasty;
import static dev.sluice.controller.rollout.Steps.lasts;
import static dev.sluice.controller.rollout.Steps.look;
import static dev.sluice.controller.rollout.Steps.pause;
import static dev.sluice.controller.rollout.Steps.policy;
import static dev.sluice.controller.rollout.Steps.released;
import static dev.sluice.controller.rollout.Steps.step;
import static dev.sluice.controller.rollout.Steps.weight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.policy.GradualShift;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.controller.rollout.policy.Stage.Position;
import dev.sluice.controller.rollout.policy.Stepped;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
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
      story.until("the second look", () -> Steps.look(story) == 2);

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
}
