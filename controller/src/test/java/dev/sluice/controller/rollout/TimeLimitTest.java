package dev.sluice.controller.rollout;

import static dev.sluice.controller.rollout.Steps.pause;
import static dev.sluice.controller.rollout.Steps.policy;
import static dev.sluice.controller.rollout.Steps.weight;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.controller.rollout.policy.Stepped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// `spec.analysis.maxDuration`.
class TimeLimitTest {
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
  void aRollbackOutOfAHoldIsNotToldAsGoingOn() {
    var story = longest(Duration.ofMinutes(20)).deploy(Story.V2);
    story.until("a hold", () -> story.held().isPresent()).forget();

    story.until("Failed");

    assertThat(story.events()).containsExactly("RollingBack", "RolledBack");
    assertThat(story.alerts()).singleElement().asString().startsWith("ERROR Took too long: ");
    assertThat(story.held()).isEmpty();
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

    story.edit(Edited.from(policy).suspended(true).policy()).run(Duration.ofMinutes(30));
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
