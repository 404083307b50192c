package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.Step.Obstacle;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.controller.rollout.policy.Stage.Position;
import dev.sluice.controller.rollout.policy.Stay;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// When a stage is checked, and how long it lasts whatever the checks say.
final class Pace {
  private Pace() {}

  /// When the check after the present one is due.
  ///
  /// @param since when the stage began
  static Instant next(Stage stage, Instant since, Observation seen) {
    var interval = interval(stage, seen);
    var due = seen.now().plus(interval);
    // What is left of a pause is not worth a check of its own where it is short.
    return seen.policy().strategy().stay(stage).pause() instanceof Stay.Pause.For(var time)
        ? Optional.of(since.plus(time))
            .filter(seen.now()::isBefore)
            .filter(due.plus(interval.dividedBy(2))::isAfter)
            .orElse(due)
        : due;
  }

  /// Time between two checks of a stage.
  static Duration interval(Stage stage, Observation seen) {
    var policy = seen.policy();
    return policy.strategy().stay(stage).interval().orElse(policy.interval());
  }

  /// Whether the stage is not to be left yet, even by a check that passes.
  static boolean lasts(Progressing phase, Observation seen) {
    return seen.paused() || (!seen.waives(Orders.Scope.CHECK) && pauses(phase, seen));
  }

  /// Whether the specification has it pause, and nobody has ended that.
  private static boolean pauses(Progressing phase, Observation seen) {
    return !isResumed(phase.stage())
        && switch (seen.policy().strategy().stay(phase.stage()).pause()) {
          case Stay.Pause.None _ -> false;
          case Stay.Pause.For(var time) -> seen.now().isBefore(phase.since().plus(time));
          case Stay.Pause.UntilResumed _ -> true;
        };
  }

  private static boolean isResumed(Stage stage) {
    return stage.position().filter(Position::resumed).isPresent();
  }

  private static boolean awaitsPerson(Stage stage, Observation seen) {
    return !isResumed(stage)
        && seen.policy().strategy().stay(stage).pause() instanceof Stay.Pause.UntilResumed;
  }

  /// A person ends the pause: the next check that passes takes the next step, and it is due.
  ///
  /// @return empty where the specification has it pause no longer
  static Optional<Progressing> resumed(Progressing phase, Observation seen) {
    return phase
        .stage()
        .position()
        .filter(_ -> pauses(phase, seen))
        .map(p -> new Position(p.step(), p.of(), p.look(), true))
        .map(p -> new Stage(phase.stage().split(), phase.stage().iteration(), Optional.of(p)))
        .map(stage -> phase.with(stage).checking(seen.now()));
  }

  /// Whoever may end the pause is told, also while a refused spec keeps everything as it is.
  static Step held(Step step, Observation seen) {
    if (step.obstacle().isPresent() || !(step.next() instanceof Progressing next)) {
      return step;
    }
    if (!seen.planned()) {
      return seen.standing()
          .flatMap(Standing::hold)
          .filter(hold -> hold.reason() == HoldReason.PAUSED_AT_STEP)
          .map(hold -> step.held(new Obstacle(hold.reason(), hold.message())))
          .orElse(step);
    }
    return awaitsPerson(next.stage(), seen) ? step.held(obstacle(next, seen)) : step;
  }

  private static Obstacle obstacle(Progressing phase, Observation seen) {
    return new Obstacle(
        HoldReason.PAUSED_AT_STEP,
        "%s at %s is paused by step %s until somebody resumes it"
            .formatted(
                phase.run().title(),
                seen.share(phase),
                phase.stage().position().map(Position::title).orElse("?")));
  }
}
