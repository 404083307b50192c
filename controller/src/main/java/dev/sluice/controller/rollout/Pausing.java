package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Step.Obstacle;

/// A pause that somebody ordered: nothing goes forward, and all that keeps users safe goes on.
final class Pausing {
  private Pausing() {}

  /// @param orders with a pause
  static Obstacle obstacle(Orders orders) {
    var pause = orders.pause().orElseThrow();
    return new Obstacle(
        HoldReason.PAUSED,
        "paused by %s since %s%s; nothing goes forward until it is resumed"
            .formatted(
                pause.by(), pause.since(), pause.why().isEmpty() ? "" : " (" + pause.why() + ")"));
  }

  /// The step with the pause as what holds it, unless something graver does. Who has not agreed,
  /// and what is not known yet, only matters to a step forward.
  static Step shown(Step step, Orders orders) {
    var stops = step.next() instanceof Phase.Waiting || step.next() instanceof Phase.Progressing;
    var isOutranked =
        step.obstacle()
            .map(Obstacle::reason)
            .filter(reason -> !reason.isAboutEvidence() && reason.tone() != HoldReason.Tone.GATE)
            .isPresent();
    return orders.pause().isPresent() && stops && !isOutranked ? step.held(obstacle(orders)) : step;
  }
}
