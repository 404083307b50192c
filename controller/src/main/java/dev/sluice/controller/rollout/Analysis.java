package dev.sluice.controller.rollout;

import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.Answers.HookAnswer;
import dev.sluice.controller.rollout.Orders.Scope;
import dev.sluice.controller.rollout.Phase.Approval;
import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.Step.Obstacle;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Policy.Hook;
import dev.sluice.controller.rollout.policy.Policy.HookType;
import dev.sluice.controller.rollout.policy.Strategy.Consent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A revision under analysis: what the answers of a check that was due mean.
final class Analysis {
  private Analysis() {}

  /// What must be asked before the next step. While something else is in its way, only whether the
  /// run is to be given up.
  static Questions questions(Progressing phase, Observation seen) {
    if (Progress.ends(phase, seen).isPresent()) {
      return Questions.NONE;
    }
    return Progress.delays(phase, seen).isEmpty() ? check(phase, seen) : delayed(phase, seen);
  }

  private static Questions delayed(Progressing phase, Observation seen) {
    var hasBegun = !phase.stage().isStart();
    return hasBegun && !seen.policy().skipAnalysis() && !seen.now().isBefore(phase.nextCheck())
        ? Questions.hooks(
            phase.run().revision(),
            phase.name(),
            seen.policy().hooks(HookType.ROLLBACK),
            List.of(),
            List.of(),
            List.of())
        : Questions.NONE;
  }

  private static Questions check(Progressing phase, Observation seen) {
    var policy = seen.policy();
    var waived = seen.waives(Scope.CHECK);
    var unjudged = phase.stage().isStart() || waived;
    var hooks =
        Questions.hooks(
            phase.run().revision(),
            phase.name(),
            waived ? List.of() : policy.hooks(HookType.ROLLBACK),
            waived ? List.of() : checks(phase, policy),
            mayGoOn(phase, seen) ? gates(phase, seen) : List.of(),
            List.of());
    var chosen = policy.strategy().stay(phase.stage()).metrics();
    return unjudged
            || chosen.filter(List::isEmpty).isPresent()
            || (policy.metrics().isEmpty() && policy.comparison().isEmpty())
        ? hooks
        : hooks
            .metrics(phase.run().firstTraffic(), phase.failedChecks(), policy.threshold())
            .only(chosen);
  }

  /// Whether a check that passes leads to the next stage, if people agree.
  private static boolean mayGoOn(Progressing phase, Observation seen) {
    return !Pace.lasts(phase, seen) && (seen.waives(Scope.CHECK) || Weighing.allows(phase, seen));
  }

  /// What agreed to the first traffic once is not asked again while somebody else has not.
  private static List<Hook> checks(Progressing phase, Policy policy) {
    if (!phase.stage().isStart()) {
      return policy.hooks(HookType.ROLLOUT);
    }
    return phase.awaits() == Approval.TRAFFIC_INCREASE
        ? List.of()
        : policy.hooks(HookType.PRE_ROLLOUT);
  }

  /// A promotion gives the revision all traffic, so it needs both; once only the promotion is
  /// waited for, only that is asked.
  private static List<Hook> gates(Progressing phase, Observation seen) {
    if (seen.waives(Scope.STAGE)) {
      return List.of();
    }
    var policy = seen.policy();
    var consent =
        phase.stage().isStart() ? Consent.TRAFFIC : policy.strategy().consent(phase.stage());
    return switch (consent) {
      case GIVEN -> List.of();
      case TRAFFIC -> policy.hooks(HookType.CONFIRM_TRAFFIC_INCREASE);
      case PROMOTION -> {
        var gates = new ArrayList<Hook>();
        if (phase.awaits() != Approval.PROMOTION) {
          gates.addAll(policy.hooks(HookType.CONFIRM_TRAFFIC_INCREASE));
        }
        gates.addAll(policy.hooks(HookType.CONFIRM_PROMOTION));
        yield gates;
      }
    };
  }

  /// A rollback webhook agreed.
  static Optional<Step> givenUp(Phase.Running phase, Observation seen) {
    return seen.answersAbout(phase.run().revision())
        .flatMap(said -> said.agreed(seen.policy().hooks(HookType.ROLLBACK)))
        .map(answer -> Withdrawal.requested(phase.run(), seen, answer));
  }

  /// What is in the way of a check, until the next is due.
  static Step delayed(Progressing phase, Step step, Observation seen) {
    var rollback = delayed(phase, seen).rollback();
    if (rollback.isEmpty()) {
      return seen.policy().has(HookType.ROLLBACK) && seen.now().isBefore(phase.nextCheck())
          ? step.lookAgain(phase.nextCheck())
          : step;
    }
    if (answers(phase, seen).filter(said -> said.all(rollback)).isEmpty()) {
      return step.lookAgain(soon(seen));
    }
    var next =
        new Step(waiting(phase, seen), step.obstacle(), step.announcements(), step.lookAgain());
    return next.lookAgain(later(phase, seen));
  }

  private static Optional<Answers> answers(Progressing phase, Observation seen) {
    return seen.answersAbout(phase.run().revision());
  }

  /// Nothing is in the way of the next step but the answers.
  static Step decide(Progressing phase, Observation seen) {
    var step = answered(phase, seen);
    var isHeldByGate =
        phase.awaits() != Approval.NONE
            && step.obstacle().isEmpty()
            && step.next() instanceof Progressing next
            && next.awaits() == phase.awaits();
    return isHeldByGate ? stillWaiting(step, seen) : step;
  }

  /// A check that fails, or says nothing, while an approval is waited for ends the waiting for
  /// nobody.
  private static Step stillWaiting(Step step, Observation seen) {
    var forEvidence = step.next() instanceof Progressing next && next.awaits() == Approval.EVIDENCE;
    return seen.standing()
        .flatMap(Standing::hold)
        .filter(hold ->
            forEvidence ? hold.reason().isAnswer() : hold.reason().tone() == HoldReason.Tone.GATE)
        .map(hold -> step.held(new Obstacle(hold.reason(), hold.message())))
        .orElse(step);
  }

  private static Step answered(Progressing phase, Observation seen) {
    var questions = check(phase, seen);
    var answers = answers(phase, seen).filter(said -> said.all(questions.rollback()));
    if (answers.isEmpty()) {
      return questions.any() ? unanswered(phase, seen) : passed(phase, seen);
    }
    var said = answers.get();
    var refused = said.refused(questions.checks());
    if (refused.isPresent()) {
      return refused(phase, seen, refused.get());
    }
    if (!said.all(questions.checks()) || (questions.metrics() && said.verdict().isEmpty())) {
      return unanswered(phase, seen);
    }
    return questions.metrics()
        ? Judged.decide(
            phase.counting(said.looks(), seen.policy()), seen, said.verdict().get(), said.looks())
        : passed(phase, seen);
  }

  /// A check at a stage that has to last longer is not its last.
  static Step passed(Progressing phase, Observation seen) {
    if (Pace.lasts(phase, seen)) {
      return Step.to(waiting(phase, seen)).lookAgain(later(phase, seen));
    }
    return seen.waives(Scope.CHECK) ? confirmed(phase, seen) : weighed(phase, seen);
  }

  /// The checks passed; it goes on if the comparison with the primary knows enough for that.
  private static Step weighed(Progressing phase, Observation seen) {
    return switch (Weighing.of(phase, seen)) {
      case Weighing.Enough _ -> confirmed(phase, seen);
      case Weighing.Lacking(var reason, var message) ->
          Step.held(waiting(phase, seen).awaiting(Approval.EVIDENCE), reason, message)
              .lookAgain(later(phase, seen));
    };
  }

  /// What was to be asked was not, or is another question by now.
  private static Step unanswered(Progressing phase, Observation seen) {
    return Step.stay(phase).lookAgain(soon(seen));
  }

  /// The checks passed; it goes on if everybody who is to agree does.
  private static Step confirmed(Progressing phase, Observation seen) {
    var gates = gates(phase, seen);
    if (gates.isEmpty()) {
      return advance(phase, seen, gates);
    }
    var answers = answers(phase, seen).orElseThrow();
    return answers
        .refused(gates)
        .map(refused -> awaiting(phase, seen, refused))
        .orElseGet(
            () -> answers.all(gates) ? advance(phase, seen, gates) : unanswered(phase, seen));
  }

  private static Step awaiting(Progressing phase, Observation seen, HookAnswer refused) {
    var promotion = refused.hook().type() == HookType.CONFIRM_PROMOTION;
    var what = promotion ? "confirm-promotion" : "confirm-traffic-increase";
    return Step.held(
            waiting(phase, seen)
                .awaiting(promotion ? Approval.PROMOTION : Approval.TRAFFIC_INCREASE),
            new Obstacle(
                promotion
                    ? HoldReason.PROMOTION_NOT_CONFIRMED
                    : HoldReason.TRAFFIC_INCREASE_NOT_CONFIRMED,
                "%s at %s waits for %s webhook %s: %s"
                    .formatted(
                        phase.run().title(),
                        seen.share(phase),
                        what,
                        refused.hook().name(),
                        refused.refusal()),
                refused.hook().muted()))
        .lookAgain(later(phase, seen));
  }

  private static Step refused(Progressing phase, Observation seen, HookAnswer answer) {
    var what =
        switch (answer.hook().type()) {
          case PRE_ROLLOUT -> "pre-rollout check";
          case ROLLOUT,
              CONFIRM_ROLLOUT,
              CONFIRM_TRAFFIC_INCREASE,
              CONFIRM_PROMOTION,
              ROLLBACK,
              POST_ROLLOUT ->
              "external check";
        };
    return failed(
        phase, seen, "%s %s failed: %s".formatted(what, answer.hook().name(), answer.refusal()));
  }

  /// One more failed check, and perhaps the last.
  static Step failed(Progressing phase, Observation seen, String why) {
    var count = phase.failedChecks() + 1;
    var threshold = seen.policy().threshold();
    if (count >= threshold) {
      return Withdrawal.begin(
          phase.run(),
          seen,
          new Cause(Cause.Kind.FAILED_CHECKS, why),
          "failed checks threshold reached %d".formatted(count),
          "Failed checks threshold reached %d".formatted(count));
    }
    var next = waiting(phase, seen).failed(count);
    return Step.to(next)
        .tell(
            Reason.CHECK_FAILED,
            "Halt %s advancement at %s: %s (%s)"
                .formatted(seen.names().canaryIn(), seen.share(phase), why, count(seen, count)))
        .lookAgain(later(phase, seen));
  }

  /// `failed check 2 of 5`; a spec that is refused has no threshold.
  static String count(Observation seen, int failed) {
    var of = seen.planned() ? " of " + seen.policy().threshold() : "";
    return "failed check " + failed + of;
  }

  /// The next share of the traffic, or promotion after the last.
  ///
  /// @param agreed webhooks that were asked for it
  private static Step advance(Progressing phase, Observation seen, List<Hook> agreed) {
    var policy = seen.policy();
    var started = phase.stage().isStart();
    var after = policy.strategy().after(phase.stage());
    var waiver = seen.orders().waiver();
    if (after.isEmpty() && waiver.isPresent()) {
      return Promotion.begin(phase, seen, waiver.get());
    }
    if (after.isEmpty()) {
      return Promotion.begin(
          phase,
          seen,
          evidence(phase, seen) + rehearsed(phase, seen) + Confirmation.confirmed(agreed));
    }
    var stage = after.get();
    var counts = phase.run().counts();
    var run =
        phase
            .run()
            .withFirstTraffic(seen.now())
            .seeing(target(phase, seen))
            .counting(waiver.isPresent() ? counts.decided() : counts);
    var due = Pace.next(stage, seen.now(), seen);
    var next = phase.with(run).entering(stage, seen.now(), due);
    var step = Step.to(next);
    if (started && policy.has(HookType.PRE_ROLLOUT) && waiver.isEmpty()) {
      step =
          step.tell(
              Reason.PRE_ROLLOUT_PASSED,
              "Pre-rollout checks of %s passed".formatted(seen.names().canaryIn()));
    }
    return step.tell(
            stage.position().isPresent() && stage.weight().compareTo(phase.weight()) <= 0
                ? Reason.STEP_ADVANCED
                : Reason.WEIGHT_ADVANCED,
            "Advance %s %s%s%s%s"
                .formatted(
                    seen.names().canaryIn(),
                    policy.strategy().title(stage),
                    started ? " for " + run.title() : "",
                    waiver
                        .map(waived -> "; " + waived.title())
                        .orElseGet(() -> started ? "" : evidence(phase, seen)),
                    Confirmation.confirmed(agreed)))
        .lookAgain(due);
  }

  private static String evidence(Progressing phase, Observation seen) {
    var told =
        Stream.of(
                Weighing.about(phase, seen).map(Weighing::words),
                seen.answers().flatMap(Answers::verdict).map(Verdict::sentence))
            .flatMap(Optional::stream)
            .filter(sentence -> !sentence.isEmpty())
            .collect(Collectors.joining("; "));
    return told.isEmpty() ? "" : ": " + told;
  }

  private static String rehearsed(Progressing phase, Observation seen) {
    return answers(phase, seen)
        .map(said ->
            MetricLimits.rehearsed(phase, said.looks())
                .map("; "::concat)
                .collect(Collectors.joining()))
        .orElse("");
  }

  private static Snapshot target(Progressing phase, Observation seen) {
    return seen.known()
        .map(Content.Known::now)
        .filter(now -> now.revision().equals(phase.run().revision()))
        .orElse(phase.run().target());
  }

  static Progressing waiting(Progressing p, Observation seen) {
    return p.checking(later(p, seen)).awaiting(unproven(p));
  }

  /// Evidence is only waited for while all else has passed; otherwise it would call for a check at
  /// every look.
  private static Approval unproven(Progressing p) {
    return p.awaits() == Approval.EVIDENCE ? Approval.NONE : p.awaits();
  }

  /// When to ask again what was not answered.
  static Instant soon(Observation seen) {
    return seen.now().plusSeconds(1);
  }

  static Instant later(Progressing phase, Observation seen) {
    return Pace.next(phase.stage(), phase.since(), seen);
  }
}
