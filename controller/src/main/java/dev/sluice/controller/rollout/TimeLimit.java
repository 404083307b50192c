package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.crds.GoDuration;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// How long the analysis of a run may take. Its clock runs from when the run began, also while
/// webhooks, steps or evidence are waited for; only while people have stopped it, by a command or
/// by `spec.suspend`, does it rest. A promotion that has begun is finished.
final class TimeLimit {
  private TimeLimit() {}

  /// A run that took too long is rolled back; one that is to be promoted unchecked is not analysed
  /// any more.
  static Optional<Step> ends(Progressing phase, Observation seen) {
    return end(phase, seen)
        .filter(end -> !seen.now().isBefore(end))
        .map(_ ->
            Withdrawal.begin(
                phase.run(), seen, cause(phase, seen), "took too long", "Took too long"));
  }

  /// The same step, which is looked at again when the time is over.
  static Step watched(Step step, Observation seen) {
    return step.next() instanceof Progressing next
        ? end(next, seen).map(step::lookAgain).orElse(step)
        : step;
  }

  /// When the analysis under way is over at the latest, as it stands; empty where there is no limit
  /// and while none counts.
  static Optional<Instant> end(Policy policy, Standing standing) {
    return standing.phase() instanceof Progressing phase && !policy.suspended()
        ? end(phase, policy, standing.orders())
        : Optional.empty();
  }

  private static Optional<Instant> end(Progressing phase, Observation seen) {
    return end(phase, seen.policy(), seen.orders());
  }

  private static Optional<Instant> end(Progressing phase, Policy policy, Orders orders) {
    var isIdle =
        policy.skipAnalysis() || orders.waives(Orders.Scope.RUN) || orders.pause().isPresent();
    return isIdle
        ? Optional.empty()
        : policy
            .longest()
            .map(longest -> phase.run().started().plus(longest).plus(phase.run().stopped()));
  }

  private static Cause cause(Progressing phase, Observation seen) {
    return new Cause(
        Cause.Kind.TOO_LONG,
        "the analysis was at %s%s and not over within %s%s"
            .formatted(
                seen.share(phase),
                phase.stage().position().map(at -> ", step " + at.title()).orElse(""),
                seen.policy().longest().map(GoDuration::format).orElseThrow(),
                seen.standing()
                    .flatMap(Standing::hold)
                    .map(hold -> "; it was held (%s)".formatted(hold.reason().title()))
                    .orElse("")));
  }

  /// The same phase after a time in which people had stopped everything, where that is just over.
  /// What they had paused before is counted when they resume it.
  static Phase counted(Phase phase, Observation seen) {
    return seen.orders().pause().isPresent()
        ? phase
        : seen.heldSince(HoldReason::stopsTheClock)
            .map(since -> stopped(phase, since, seen))
            .orElse(phase);
  }

  /// The same phase, whose clock was stopped since then.
  static Phase stopped(Phase phase, Instant since, Observation seen) {
    if (!(phase instanceof Progressing p)) {
      return phase;
    }
    var from = since.isBefore(p.run().started()) ? p.run().started() : since;
    return p.with(p.run().stoppedFor(Duration.between(from, seen.now())));
  }
}
