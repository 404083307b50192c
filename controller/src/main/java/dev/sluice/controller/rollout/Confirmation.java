package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.controller.rollout.Answers.HookAnswer;
import dev.sluice.controller.rollout.Phase.Idle;
import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.Phase.Succeeded;
import dev.sluice.controller.rollout.Phase.Waiting;
import dev.sluice.controller.rollout.Step.Obstacle;
import dev.sluice.controller.rollout.policy.Policy.Hook;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.mesh.Split;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Before the first pod of a new revision is started: its confirm-rollout webhooks agree, or it
/// waits for them.
final class Confirmation {
  private Confirmation() {}

  /// About a revision that could be started now.
  static Questions questions(Idle phase, Observation seen, Content.Known content) {
    return Questions.hooks(
        content.now().revision(),
        phase.name(),
        List.of(),
        List.of(),
        seen.policy().hooks(HookType.CONFIRM_ROLLOUT),
        List.of());
  }

  static Step begin(Idle phase, Observation seen, Content.Known content) {
    var gates = seen.policy().hooks(HookType.CONFIRM_ROLLOUT);
    var run = Run.of(content, seen.now());
    var answers = seen.answersAbout(run.revision());
    var refused = answers.flatMap(said -> said.refused(gates));
    if (refused.isPresent()) {
      return waiting(new Waiting(run, seen.now(), seen.now()), seen, refused.get());
    }
    return answers.filter(said -> said.all(gates)).isPresent() || gates.isEmpty()
        ? start(run, seen, gates)
        : Step.stay(phase).lookAgain(Analysis.soon(seen));
  }

  static Questions questions(Waiting phase, Observation seen) {
    return ends(phase, seen).isPresent() || delays(phase, seen).isPresent()
        ? Questions.NONE
        : Questions.hooks(
            phase.run().revision(),
            phase.name(),
            seen.policy().hooks(HookType.ROLLBACK),
            List.of(),
            seen.paused() || seen.waives(Orders.Scope.STAGE)
                ? List.of()
                : seen.policy().hooks(HookType.CONFIRM_ROLLOUT),
            List.of());
  }

  static Step decide(Waiting phase, Observation seen) {
    return ends(phase, seen)
        .or(() -> Analysis.givenUp(phase, seen))
        .or(() -> delays(phase, seen))
        .orElseGet(() -> answered(phase, seen));
  }

  /// What leaves nothing to ask.
  private static Optional<Step> ends(Waiting phase, Observation seen) {
    if (seen.target().isEmpty()) {
      return Optional.of(Withdrawal.targetGone(phase.run(), seen));
    }
    if (seen.known().isEmpty()) {
      return Optional.of(Step.held(phase, Detection.unreadable(seen)));
    }
    var content = seen.known().get();
    if (content.sameAsPrimary()) {
      return Optional.of(
          Step.to(new Succeeded(content.now())).tell(Reason.REVERTED, Withdrawal.isAgain(seen)));
    }
    if (content.now().isNewerThan(phase.run().target())) {
      return Optional.of(replaced(phase, seen, content));
    }
    if (!content.now().equals(phase.run().target())) {
      return Optional.of(
          stillHeld(
              new Waiting(phase.run().seeing(content.now()), phase.since(), phase.nextCheck()),
              seen));
    }
    return seen.planned() ? Optional.empty() : Optional.of(Step.stay(phase));
  }

  /// What else comes before the webhooks are asked again; empty when they are to be asked.
  private static Optional<Step> delays(Waiting phase, Observation seen) {
    var unscalable = Capacity.obstacle(seen);
    if (unscalable.isPresent()) {
      return Optional.of(Step.held(phase, unscalable.get()));
    }
    if (!seen.reached(Split.NONE)) {
      var step = Traffic.notReached(phase, seen.routing().since(), seen);
      return Optional.of(
          step.obstacle().isPresent()
              ? step
              : step.lookAgain().map(stillHeld(phase, seen)::lookAgain).orElse(step));
    }
    if (seen.target().filter(target -> !target.isGone()).isPresent()) {
      return Optional.of(stillHeld(phase, seen));
    }
    var due = due(phase, seen);
    return seen.now().isBefore(due)
        ? Optional.of(stillHeld(phase, seen).lookAgain(due))
        : Optional.empty();
  }

  private static Instant due(Waiting phase, Observation seen) {
    var settled = Detection.settled(seen.known().orElseThrow(), seen);
    return settled.isAfter(phase.nextCheck()) ? settled : phase.nextCheck();
  }

  /// Nobody has agreed to what the target is now.
  private static Step replaced(Waiting phase, Observation seen, Content.Known content) {
    var run = Run.of(content, seen.now());
    return stillHeld(new Waiting(run, seen.now(), seen.now()), seen)
        .tell(
            Reason.REVISION_RESTARTED,
            "New revision detected! %s replaces %s, which waited for approval"
                .formatted(run.title(), phase.run().revision()));
  }

  /// Between two calls nothing is known to have changed.
  private static Step stillHeld(Waiting phase, Observation seen) {
    return seen.standing()
        .flatMap(Standing::hold)
        .filter(hold -> hold.reason() == HoldReason.ROLLOUT_NOT_CONFIRMED || isLost(seen))
        .map(hold -> Step.held(phase, obstacle(seen, hold.message(), false)))
        .orElseGet(() -> Step.stay(phase));
  }

  private static Step answered(Waiting phase, Observation seen) {
    var questions = questions(phase, seen);
    var answers = seen.answersAbout(phase.run().revision());
    var asked = answers.filter(said -> said.all(questions.rollback()));
    if (seen.paused() && (asked.isPresent() || !questions.any())) {
      var next = seen.now().plus(seen.policy().interval());
      return Step.to(new Waiting(phase.run(), phase.since(), next)).lookAgain(next);
    }
    var refused = asked.flatMap(said -> said.refused(questions.gates()));
    if (refused.isPresent()) {
      return waiting(phase, seen, refused.get());
    }
    return asked.filter(said -> said.all(questions.gates())).isPresent() || !questions.any()
        ? start(phase.run(), seen, questions.gates())
        : stillHeld(phase, seen).lookAgain(Analysis.soon(seen));
  }

  private static Step waiting(Waiting phase, Observation seen, HookAnswer refused) {
    var next = seen.now().plus(seen.policy().interval());
    return Step.held(
            new Waiting(phase.run(), phase.since(), next),
            obstacle(
                seen,
                "%s waits for confirm-rollout webhook %s: %s"
                    .formatted(phase.run().title(), refused.hook().name(), refused.refusal()),
                refused.hook().muted()))
        .lookAgain(next);
  }

  /// That nobody serves users is graver, and starting the revision may be what helps.
  private static Obstacle obstacle(Observation seen, String message, boolean muted) {
    return isLost(seen)
        ? Safety.primaryNotReady(seen, "nobody serves until it is")
        : new Obstacle(HoldReason.ROLLOUT_NOT_CONFIRMED, message, muted);
  }

  private static boolean isLost(Observation seen) {
    return seen.available(seen.primary()) == 0;
  }

  private static Step start(Run run, Observation seen, List<Hook> agreed) {
    return Step.to(Progressing.starting(run.startedAt(seen.now()), seen.now()))
        .tell(
            Reason.NEW_REVISION,
            "New revision detected! Scaling up %s for %s%s"
                .formatted(
                    seen.names().targetIn(),
                    run.title(),
                    seen.orders()
                        .waiver()
                        .map(waiver -> "; " + waiver.title())
                        .orElseGet(() -> confirmed(agreed))),
            Severity.INFO,
            "New revision detected, progressing canary analysis.");
  }

  /// `; confirmed by gate`, for a message; empty when nobody was asked.
  static String confirmed(List<Hook> agreed) {
    return agreed.isEmpty()
        ? ""
        : agreed.stream().map(Hook::name).collect(Collectors.joining(", ", "; confirmed by ", ""));
  }
}
