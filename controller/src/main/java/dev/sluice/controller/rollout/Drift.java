package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Step.Obstacle;
import dev.sluice.mesh.Split;
import java.time.Instant;
import java.util.Optional;

/// Somebody else's hand on the route.
final class Drift {
  private Drift() {}

  /// The step with the edit noted, where nothing graver is in the way. The route itself is set back
  /// because the phase wants it so. One that is only now taken over, from another mesh, was no
  /// edit.
  static Step noted(Phase phase, Step step, Observation seen) {
    var routing = seen.routing();
    var edited =
        step.obstacle().isEmpty()
            && step.next().equals(phase)
            && routing.editor().isPresent()
            && routing.former().isEmpty()
            && !routing.is(Cookies.split(phase, seen))
            && routing.since().isAfter(askedAt(phase));
    if (!edited) {
      return step;
    }
    var message =
        "the route of %s was changed by %s (%s for the canary); it is set back to %s"
            .formatted(
                seen.names().apex(),
                routing.editor().orElseThrow(),
                routing.split().map(Split::toString).orElse("no readable share"),
                phase.split());
    return new Step(
        step.next(),
        Optional.of(new Obstacle(HoldReason.ROUTE_EDITED, message)),
        step.announcements(),
        step.lookAgain());
  }

  /// Since when the route should be as the phase wants it; before initialisation it is not ours.
  private static Instant askedAt(Phase phase) {
    return switch (phase) {
      case Phase.Initializing _, Phase.Leaving _ -> Instant.MAX;
      case Phase.Idle _ -> Instant.MIN;
      case Phase.Waiting _ -> Instant.MIN;
      case Phase.Progressing progressing -> progressing.since();
      case Phase.Promoting promoting -> promoting.since();
      case Phase.Finalising finalising -> finalising.since();
      case Phase.RollingBack rollingBack -> rollingBack.since();
    };
  }
}
