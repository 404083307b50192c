package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.rollout.policy.AbTest;
import dev.sluice.controller.rollout.policy.BlueGreen;
import dev.sluice.controller.rollout.policy.GradualShift;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Policy.Hook;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.controller.rollout.policy.Rehearsal;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.controller.rollout.policy.Strategy;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Ways to the users, and what an edit on the way makes of them.
class StrategyTest {
  private static final Strategy GRADUAL =
      GradualShift.of(List.of(new Percent(10), new Percent(50)));
  private static final Strategy AB_TEST = new AbTest(3);
  private static final Strategy BLUE_GREEN = new BlueGreen(2, Percent.NONE);
  private static final Strategy MIRRORED = new BlueGreen(2, new Percent(40));
  private static final Strategy WITHOUT_USERS = new Rehearsal(2);

  private static Stage at(int weight, int iteration) {
    return new Stage(Split.of(new Percent(weight)), iteration);
  }

  static Stream<Arguments> edits() {
    return Stream.of(
        Arguments.of("an A/B test becomes a canary", GRADUAL, at(100, 2), at(10, 0)),
        Arguments.of("a canary becomes an A/B test", AB_TEST, at(50, 0), at(100, 1)),
        Arguments.of("blue/green becomes an A/B test", AB_TEST, at(0, 2), at(100, 1)),
        Arguments.of("a canary becomes blue/green", BLUE_GREEN, at(50, 0), at(0, 1)),
        Arguments.of("an A/B test becomes blue/green", BLUE_GREEN, at(100, 2), at(0, 1)),
        Arguments.of(
            "a mirror is switched on",
            MIRRORED,
            at(0, 1),
            new Stage(Split.mirror(new Percent(40)), 2)),
        Arguments.of("the mesh is taken away from a canary", WITHOUT_USERS, at(50, 0), at(0, 1)),
        Arguments.of(
            "the mesh is taken away from an A/B test", WITHOUT_USERS, at(100, 2), at(0, 1)),
        Arguments.of("blue/green loses its users", WITHOUT_USERS, at(0, 1), at(0, 2)),
        Arguments.of("fewer looks are wanted", BLUE_GREEN, at(0, 9), at(100, 3)),
        Arguments.of("a step was taken out", GRADUAL, at(30, 0), at(50, 0)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("edits")
  void anEditOnTheWayLeadsToTheUsersByChecksOfItsOwn(
      String edit, Strategy strategy, Stage before, Stage after) {
    assertThat(strategy.after(before)).as(edit).isEqualTo(Optional.of(after));
  }

  @Test
  void everyStrategyEnds() {
    for (Strategy strategy : List.of(GRADUAL, AB_TEST, BLUE_GREEN, MIRRORED, WITHOUT_USERS)) {
      assertThat(
              Stream.iterate(
                      Optional.of(Stage.START),
                      Optional::isPresent,
                      stage -> strategy.after(stage.get()))
                  .limit(20))
          .as("%s", strategy)
          .hasSizeBetween(3, 5);
    }
  }

  /// Flagger asks twice, and a second no moves live traffic back.
  @Test
  void blueGreenAsksForThePromotionBeforeUsersComeAndNotAgain() {
    var hook = new Hook("go", HookType.CONFIRM_PROMOTION, false, 0);
    var story =
        Story.initialized(Edited.from(Story.with(hook)).strategy(BLUE_GREEN).policy()).close("go");

    story.deploy(Story.V2).until("WaitingPromotion");
    assertThat(story.weights()).doesNotContain(100);

    story.open("go").untilWeight(100);
    story.close("go").until("Succeeded");
    assertThat(story.weights()).containsExactly(100, 0);
  }

  @Test
  void aRunThatIsEditedInMidAbTestTakesItsTrafficAway() {
    var story = Story.initialized(Edited.from(Story.POLICY).strategy(AB_TEST).policy());

    story.deploy(Story.V2).untilWeight(100);
    story.deploy(Story.V3).untilWeight(0);
    story.until("Succeeded");

    assertThat(story.weights()).containsExactly(100, 0, 100, 0);
    assertThat(story.events()).contains("RevisionRestarted");
  }

  @Test
  void nobodyReadsThatAnAbTestHasAllTraffic() {
    var policy = Edited.from(Story.POLICY).strategy(AB_TEST).policy();
    var gate = Story.hook("go", HookType.CONFIRM_PROMOTION);
    var stories =
        List.of(
            Story.initialized(policy).deploy(Story.V2).until("Succeeded"),
            Story.initialized(policy).deploy(Story.BAD).until("Failed"),
            Story.initialized(policy).deploy(Story.V2).untilWeight(100).deploy(Story.V3).run(60),
            Story.initialized(policy)
                .everyVerdictIs(Story.noData())
                .deploy(Story.V2)
                .untilWeight(100)
                .run(90),
            Story.initialized(Edited.from(Story.with(gate)).strategy(AB_TEST).policy())
                .close("go")
                .deploy(Story.V2)
                .until("WaitingPromotion"),
            scaledToZero(policy),
            lost(policy),
            promoting(policy),
            commanded(policy, Command.Verb.PAUSE),
            commanded(policy, Command.Verb.SKIP),
            commanded(policy, Command.Verb.PROMOTE),
            commanded(policy, Command.Verb.ABORT));

    for (var story : stories) {
      var said =
          Stream.concat(story.messages().stream(), story.alerts().stream())
              .map(message -> message.replace("request-success-rate is 100%", ""))
              .toList();
      assertThat(said).anyMatch(message -> message.contains("those who match"));
      assertThat(said)
          .noneMatch(message -> message.matches(".*100%(?! of those who match).*"))
          .noneMatch(message -> message.matches(".*of those who match of the traffic.*"));
    }
  }

  private static Story scaledToZero(Policy policy) {
    return Story.initialized(policy)
        .deploy(Story.V2)
        .untilWeight(100)
        .scaleTarget(0)
        .until("Failed");
  }

  private static Story lost(Policy policy) {
    var story = Story.initialized(policy).deploy(Story.V2).untilWeight(100).run(5);
    story.target().crash(2, story.cluster.second, 60);
    return story.run(10);
  }

  private static Story commanded(Policy policy, Command.Verb verb) {
    return Story.initialized(policy).deploy(Story.V2).untilWeight(100).command(verb).run(10);
  }

  private static Story promoting(Policy policy) {
    var story = Story.initialized(policy).deploy(Story.V2).until("Promoting");
    story.primary().crash(2, story.cluster.second, 3000);
    return story.run(Duration.ofMinutes(15));
  }

  @Test
  void withoutAMeshNoUserEverMeetsTheRevision() {
    assertThat(
            Stream.iterate(
                    Optional.of(Stage.START),
                    Optional::isPresent,
                    stage -> WITHOUT_USERS.after(stage.orElseThrow()))
                .flatMap(Optional::stream))
        .hasSize(3)
        .allMatch(stage -> stage.split().equals(Split.NONE));
  }

  @Test
  void aRunWhoseMeshIsTakenAwayGivesItsTrafficToThePrimaryAndBeginsAgain() {
    var story = Story.initialized(Edited.from(Story.POLICY).strategy(GRADUAL).policy());

    story.deploy(Story.V2).untilWeight(10);
    story.edit(Edited.from(Story.POLICY).strategy(WITHOUT_USERS).policy()).untilWeight(0);
    story.until("Succeeded");

    assertThat(story.weights()).containsExactly(10, 0);
    assertThat(story.events()).containsOnlyOnce("AnalysisRestarted");
  }
}
