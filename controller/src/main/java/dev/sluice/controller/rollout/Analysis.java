package dev.sluice.controller.rollout;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.Answers.HookAnswer;
import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.Policy.HookType;
import dev.sluice.mesh.Percent;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A revision under analysis: what the answers of a check that was due mean.
final class Analysis {
  private Analysis() {}

  /// What must be asked before the next step; nothing while anything else is in its way.
  static Questions questions(Progressing phase, Observation seen) {
    if (!seen.planned() || Progress.obstructs(phase, seen).isPresent()) {
      return Questions.NONE;
    }
    var policy = seen.policy();
    if (phase.weight().equals(Percent.NONE)) {
      return Questions.hooks(policy, HookType.PRE_ROLLOUT);
    }
    var hooks = Questions.hooks(policy, HookType.ROLLOUT);
    return new Questions(
        hooks.hooks(),
        !policy.metrics().isEmpty(),
        phase.run().firstTraffic(),
        phase.failedChecks(),
        policy.threshold());
  }

  /// Nothing is in the way of the next step but the answers.
  static Step decide(Progressing phase, Observation seen) {
    var answers = seen.answers().filter(a -> a.about().equals(phase.run().revision()));
    if (questions(phase, seen).any() && answers.isEmpty()) {
      return Step.stay(phase).lookAgain(seen.now());
    }
    var refused = answers.map(Answers::hooks).orElse(List.of()).stream().filter(h -> !h.agreed());
    return refused
        .findFirst()
        .map(hook -> refused(phase, seen, hook))
        .orElseGet(() -> judged(phase, seen, answers.flatMap(Answers::verdict)));
  }

  private static Step judged(Progressing phase, Observation seen, Optional<Verdict> verdict) {
    if (verdict.isEmpty()) {
      return advance(phase, seen);
    }
    return switch (verdict.get()) {
      case Verdict.Safe _ -> advance(looked(phase), seen);
      case Verdict.Continue _ -> Step.to(waiting(phase, seen));
      case Verdict.Rollback rollback when isSilence(rollback) -> silence(phase, seen, rollback);
      case Verdict.Rollback rollback -> failed(looked(phase), seen, rollback.sentence());
      case Verdict.Hold hold -> held(phase, seen, hold);
    };
  }

  private static Step held(Progressing phase, Observation seen, Verdict.Hold hold) {
    if (hold.reason() == Verdict.Reason.NO_DATA && hold.failedCheck()) {
      return silence(phase, seen, hold);
    }
    if (hold.failedCheck()) {
      return failed(looked(phase), seen, hold.sentence());
    }
    var reason =
        switch (hold.reason()) {
          case SOURCE_UNAVAILABLE -> HoldReason.METRICS_UNAVAILABLE;
          case QUERY_REFUSED -> HoldReason.QUERY_REFUSED;
          case WEIGHTS_NOT_OBEYED -> HoldReason.WEIGHTS_NOT_OBEYED;
          case NO_DATA, CHECK_FAILED -> HoldReason.NO_DATA;
        };
    return Step.held(waiting(looked(phase), seen), reason, hold.sentence()).lookAgain(later(seen));
  }

  /// A load test that this very check started has had no time to make any traffic: the first
  /// silence of a run is not counted.
  private static Step silence(Progressing phase, Observation seen, Verdict verdict) {
    if (phase.checks() > 0) {
      return failed(looked(phase), seen, verdict.sentence());
    }
    return Step.to(waiting(looked(phase), seen))
        .tell(
            Reason.NO_DATA,
            "Halt %s advancement at %s: %s. This first silence is not counted"
                .formatted(seen.names().canaryIn(), phase.weight(), verdict.sentence()))
        .lookAgain(later(seen));
  }

  private static boolean isSilence(Verdict verdict) {
    return verdict.evidence().stream().findFirst().map(Evidence::value).isEmpty();
  }

  private static Step refused(Progressing phase, Observation seen, HookAnswer answer) {
    var what =
        switch (answer.hook().type()) {
          case PRE_ROLLOUT -> "pre-rollout check";
          case ROLLOUT -> "external check";
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
    var next =
        new Progressing(
            phase.run(), phase.weight(), count, phase.checks(), phase.since(), later(seen));
    return Step.to(next)
        .tell(
            Reason.CHECK_FAILED,
            "Halt %s advancement at %s: %s (%s)"
                .formatted(seen.names().canaryIn(), phase.weight(), why, count(seen, count)))
        .lookAgain(later(seen));
  }

  /// `failed check 2 of 5`; a spec that is refused has no threshold.
  static String count(Observation seen, int failed) {
    var of = seen.planned() ? " of " + seen.policy().threshold() : "";
    return "failed check " + failed + of;
  }

  /// The next share of the traffic, or promotion after the last.
  private static Step advance(Progressing phase, Observation seen) {
    var policy = seen.policy();
    var started = phase.weight().equals(Percent.NONE);
    if (!started && policy.isLast(phase.weight())) {
      return Promotion.begin(phase.run(), phase.weight(), seen);
    }
    var weight = policy.after(phase.weight());
    var run = phase.run().withFirstTraffic(seen.now()).seeing(target(phase, seen));
    var next =
        new Progressing(run, weight, phase.failedChecks(), phase.checks(), seen.now(), later(seen));
    var step = Step.to(next);
    if (started && policy.has(HookType.PRE_ROLLOUT)) {
      step =
          step.tell(
              Reason.PRE_ROLLOUT_PASSED,
              "Pre-rollout checks of %s passed".formatted(seen.names().canaryIn()));
    }
    return step.tell(
            Reason.WEIGHT_ADVANCED,
            "Advance %s canary weight %d%s"
                .formatted(
                    seen.names().canaryIn(),
                    weight.value(),
                    started ? " for " + run.title() : evidence(seen)))
        .lookAgain(later(seen));
  }

  private static String evidence(Observation seen) {
    return seen.answers()
        .flatMap(Answers::verdict)
        .map(Verdict::sentence)
        .filter(sentence -> !sentence.isEmpty())
        .map(sentence -> ": " + sentence)
        .orElse("");
  }

  private static Snapshot target(Progressing phase, Observation seen) {
    return seen.known()
        .map(Content.Known::now)
        .filter(now -> now.revision().equals(phase.run().revision()))
        .orElse(phase.run().target());
  }

  private static Progressing looked(Progressing p) {
    return new Progressing(
        p.run(), p.weight(), p.failedChecks(), p.checks() + 1, p.since(), p.nextCheck());
  }

  private static Progressing waiting(Progressing p, Observation seen) {
    return new Progressing(
        p.run(), p.weight(), p.failedChecks(), p.checks(), p.since(), later(seen));
  }

  private static Instant later(Observation seen) {
    return seen.now().plus(seen.policy().interval());
  }
}
