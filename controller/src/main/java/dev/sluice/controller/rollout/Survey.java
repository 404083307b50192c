package dev.sluice.controller.rollout;

import dev.sluice.analysis.Look;
import dev.sluice.controller.rollout.policy.Comparing;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Says what must be asked outside before deciding, so that metrics and webhooks are only asked
/// when a step waits for them.
public final class Survey {
  private Survey() {}

  /// A run that is to be compared with the primary from its first traffic on.
  ///
  /// @param run its id
  public record ToCompare(String run, Instant firstTraffic, Comparing how) {}

  /// What is to be followed from now on, and nothing else.
  ///
  /// @return empty when nothing is to be compared
  public static Optional<ToCompare> comparison(Observation seen) {
    return Weighing.wanted(seen);
  }

  /// @param seen everything but the answers
  public static Questions of(Observation seen) {
    // Nobody on call waits for a slow webhook.
    return Gate.isClosed(seen) || Ordering.isNew(seen)
        ? Questions.NONE
        : seen.standing().map(standing -> of(standing.phase(), seen)).orElse(Questions.NONE);
  }

  /// Whether those who must agree to the next step are to be asked, once the verdict on the metrics
  /// is safe: not where a limit of a single metric keeps the revision from going on.
  ///
  /// @param seen everything but the answers
  /// @param looks what the verdict is made of
  public static boolean mayGoOn(Observation seen, List<Look> looks) {
    return seen.standing()
        .map(Standing::phase)
        .filter(phase ->
            phase instanceof Phase.Progressing progressing
                && MetricLimits.obstacle(progressing.counting(looks, seen.policy()), seen, looks)
                    .isPresent())
        .isEmpty();
  }

  private static Questions of(Phase phase, Observation seen) {
    return switch (phase) {
      case Phase.Running running when Adoption.isForeign(running) -> Questions.NONE;
      case Phase.Idle idle when idle.ending() -> Ending.questions(idle, seen);
      case Phase.Idle idle -> Detection.questions(idle, seen);
      case Phase.Waiting waiting -> Confirmation.questions(waiting, seen);
      case Phase.Progressing progressing -> Analysis.questions(progressing, seen);
      case Phase.Initializing _,
          Phase.Promoting _,
          Phase.Finalising _,
          Phase.RollingBack _,
          Phase.Leaving _ ->
          Questions.NONE;
    };
  }
}
