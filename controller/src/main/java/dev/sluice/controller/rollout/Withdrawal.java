package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.controller.rollout.Answers.HookAnswer;
import dev.sluice.controller.rollout.Phase.Failed;
import dev.sluice.controller.rollout.Phase.RollingBack;
import dev.sluice.controller.rollout.Phase.Succeeded;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.mesh.Split;
import java.util.Optional;

/// A revision that will not be promoted: its traffic goes first, then its pods.
final class Withdrawal {
  private Withdrawal() {}

  /// @param event what is said after "Rolling back"
  /// @param alert the text for chat
  static Step begin(Run run, Observation seen, Cause cause, String event, String alert) {
    return begin(run, seen, cause, event, Severity.ERROR, alert);
  }

  /// A rollback webhook asked for it.
  static Step requested(Run run, Observation seen, HookAnswer answer) {
    var why = "rollback webhook %s agreed".formatted(answer.hook().name());
    return begin(
        run,
        seen,
        new Cause(Cause.Kind.REQUESTED, why),
        "manual webhook invoked",
        Severity.WARN,
        "Rolling back manual webhook invoked");
  }

  /// Somebody on call ordered it.
  static Step aborted(Run run, Observation seen, Command command) {
    var why =
        "aborted by %s%s"
            .formatted(command.who(), command.why().isEmpty() ? "" : ": " + command.why());
    return begin(
        run, seen, new Cause(Cause.Kind.ABORTED, why), "on command", Severity.WARN, "Rolled back");
  }

  private static Step begin(
      Run run, Observation seen, Cause cause, String event, Severity severity, String alert) {
    return Step.to(new RollingBack(run, cause, seen.now()))
        .tell(
            Reason.ROLLING_BACK,
            "Rolling back %s %s: %s. %s"
                .formatted(seen.names().canaryIn(), event, cause.why(), capital(run.title())),
            severity,
            "%s: %s (%s)".formatted(alert, cause.why(), run.title()));
  }

  static Step targetGone(Run run, Observation seen) {
    return begin(
        run,
        seen,
        new Cause(Cause.Kind.TARGET_GONE, seen.names().targetIn() + " was deleted"),
        "target deleted",
        "Rolled back: the target was deleted");
  }

  static String isAgain(Observation seen) {
    return "%s is again what %s runs; there is nothing left to analyse"
        .formatted(seen.names().targetIn(), seen.names().primaryIn());
  }

  static Step reverted(Run run, Observation seen, Content.Known content) {
    var why = isAgain(seen);
    return Step.to(
            new RollingBack(
                run.seeing(content.now()), new Cause(Cause.Kind.REVERTED, why), seen.now()))
        .tell(Reason.REVERTED, why, Severity.INFO, "Reverted: " + why);
  }

  static Step decide(RollingBack phase, Observation seen) {
    if (!seen.reached(Split.NONE)) {
      return Traffic.notReached(phase, phase.since(), seen);
    }
    if (seen.target().filter(t -> t.replicas() > 0).isPresent()) {
      return Step.stay(phase);
    }
    return switch (phase.cause().kind()) {
      case REVERTED -> Step.to(new Succeeded(phase.run().target(), mustTell(seen)));
      case SUPERSEDED -> startOver(phase, seen);
      case FAILED_CHECKS,
          WORSE_THAN_PRIMARY,
          INCONCLUSIVE,
          METRICS_UNAVAILABLE,
          DEADLINE,
          TOO_LONG,
          TARGET_GONE,
          SCALED_TO_ZERO,
          REQUESTED,
          ABORTED ->
          rolledBack(phase, seen);
    };
  }

  private static Step rolledBack(RollingBack phase, Observation seen) {
    return Step.to(new Failed(seenLast(phase, seen), phase.cause(), mustTell(seen)))
        .tell(
            Reason.ROLLED_BACK,
            "Canary failed! %s, %s serves all traffic: %s"
                .formatted(seen.names().atRest(), seen.names().primaryIn(), phase.cause().why()));
  }

  private static Step startOver(RollingBack phase, Observation seen) {
    if (seen.known().isEmpty()) {
      return Step.held(phase, Detection.unreadable(seen));
    }
    if (seen.target().filter(target -> !target.isGone()).isPresent()) {
      return Step.stay(phase);
    }
    var content = seen.known().get();
    return content.sameAsPrimary()
        ? Step.to(new Succeeded(content.now()))
        : Step.to(Phase.Progressing.starting(Run.of(content, seen.now()), seen.now()));
  }

  /// A spec that is refused at the moment may have post-rollout webhooks once it is not.
  static boolean mustTell(Observation seen) {
    return !seen.planned() || seen.policy().has(HookType.POST_ROLLOUT);
  }

  /// The revision that failed, with the fence as it is after scaling.
  private static Snapshot seenLast(RollingBack phase, Observation seen) {
    return Optional.of(seen)
        .flatMap(Observation::known)
        .map(Content.Known::now)
        .filter(now -> now.revision().equals(phase.run().revision()))
        .orElse(phase.run().target());
  }

  private static String capital(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }
}
