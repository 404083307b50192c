package dev.sluice.controller.rollout;

import static dev.sluice.controller.rollout.Steps.evidence;
import static dev.sluice.controller.rollout.Steps.hasty;
import static dev.sluice.controller.rollout.Steps.lasts;
import static dev.sluice.controller.rollout.Steps.pause;
import static dev.sluice.controller.rollout.Steps.policy;
import static dev.sluice.controller.rollout.Steps.released;
import static dev.sluice.controller.rollout.Steps.step;
import static dev.sluice.controller.rollout.Steps.weight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.rollout.policy.Stepped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A pause of `spec.analysis.steps`.
class StepPausesTest {
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
    assertThat(story.events()).containsExactly("CommandTaken", "Resumed", "CheckFailed");
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
