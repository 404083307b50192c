package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Step.Obstacle;
import java.util.Optional;

/// What keeps hands off a canary altogether, whatever its phase.
final class Gate {
  private Gate() {}

  static boolean isClosed(Observation seen) {
    return seen.deleted() || obstacle(seen).isPresent();
  }

  static Optional<Obstacle> obstacle(Observation seen) {
    if (seen.policy().suspended()) {
      return Optional.of(
          new Obstacle(
              HoldReason.SUSPENDED, "spec.suspend is true; nothing is written until it is not"));
    }
    return rivals(seen);
  }

  /// Others whose routes are obeyed instead of ours.
  static Optional<Obstacle> rivals(Observation seen) {
    var rivals = seen.routing().rivals();
    return rivals.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Obstacle(
                HoldReason.HOST_TAKEN,
                "%s owns a host of this canary, so weights would not be obeyed; remove the host there or in spec.service"
                    .formatted(String.join(", ", rivals))));
  }
}
