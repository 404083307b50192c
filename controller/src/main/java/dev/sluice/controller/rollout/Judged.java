package dev.sluice.controller.rollout;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Look;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.Step.Obstacle;
import java.util.List;

/// What the verdict on the metrics of a check means for a revision under analysis.
final class Judged {
  private Judged() {}

  /// What a metric may not do more often comes first, and whoever is to decide is waited for
  /// whatever the others say.
  static Step decide(Progressing phase, Observation seen, Verdict verdict, List<Look> looks) {
    return MetricLimits.exceeded(phase, seen, looks)
        .orElseGet(() -> {
          var step = judged(phase, seen, verdict, looks);
          return step.next() instanceof Progressing && step.obstacle().isEmpty()
              ? MetricLimits.undecided(phase, seen, looks).map(step::held).orElse(step)
              : step;
        });
  }

  private static Step judged(
      Progressing phase, Observation seen, Verdict verdict, List<Look> looks) {
    var why = verdict.sentence() + MetricLimits.nearness(phase, looks);
    return switch (verdict) {
      case Verdict.Safe _ ->
          MetricLimits.obstacle(phase, seen, looks)
              .map(obstacle -> heldBy(phase, seen, obstacle))
              .orElseGet(() -> Analysis.passed(phase.looked(), seen));
      case Verdict.Continue _ -> Step.to(Analysis.waiting(phase, seen));
      case Verdict.Rollback rollback when isFirstSilence(phase, rollback) ->
          firstSilence(phase, seen, rollback);
      case Verdict.Rollback _ -> Analysis.failed(phase.looked(), seen, why);
      case Verdict.Hold hold when isOfNoData(hold, looks) && isFirstSilence(phase, hold) ->
          firstSilence(phase, seen, hold);
      case Verdict.Hold hold when hold.failedCheck() -> Analysis.failed(phase.looked(), seen, why);
      case Verdict.Hold hold when looks.stream().anyMatch(Look::failsForItself) ->
          borne(phase, seen, hold.reason(), why);
      case Verdict.Hold hold when hold.reason() == Verdict.Reason.INCONCLUSIVE ->
          MetricLimits.undecided(phase, seen, looks)
              .map(obstacle -> heldBy(phase, seen, obstacle))
              .orElseGet(() -> borne(phase, seen, hold.reason(), why));
      case Verdict.Hold hold -> held(phase, seen, hold, why);
    };
  }

  private static Step heldBy(Progressing phase, Observation seen, Obstacle obstacle) {
    return Step.held(Analysis.waiting(phase.looked(), seen), obstacle)
        .lookAgain(Analysis.later(phase, seen));
  }

  /// Whether nothing but missing data is what is wrong, and would be counted.
  private static boolean isOfNoData(Verdict.Hold hold, List<Look> looks) {
    return hold.reason() == Verdict.Reason.INCONCLUSIVE
        || (hold.reason() == Verdict.Reason.NO_DATA
            && (hold.failedCheck() || looks.stream().anyMatch(Look::failsForItself)));
  }

  private static Step held(Progressing phase, Observation seen, Verdict.Hold hold, String why) {
    var reason = HoldReason.of(hold.reason());
    var blind =
        reason == HoldReason.WEIGHTS_NOT_OBEYED && !seen.settings().seesAllRoutes()
            ? ". Only routes in "
                + seen.names().namespace()
                + " are seen (--namespace);"
                + " one in another namespace may own a host of this canary"
            : "";
    return heldBy(phase, seen, new Obstacle(reason, why + blind));
  }

  /// A load test that this very check started has had no time to make any traffic: the first
  /// silence of a run is not counted.
  private static boolean isFirstSilence(Progressing phase, Verdict verdict) {
    return phase.checks() == 0
        && verdict.evidence().stream().findFirst().map(Evidence::value).isEmpty();
  }

  private static Step firstSilence(Progressing phase, Observation seen, Verdict verdict) {
    return Step.to(Analysis.waiting(phase.looked(), seen))
        .tell(
            Reason.NO_DATA,
            "Halt %s advancement at %s: %s. This first silence is not counted"
                .formatted(seen.names().canaryIn(), seen.share(phase), verdict.sentence()))
        .lookAgain(Analysis.later(phase, seen));
  }

  /// Counted to a limit of the metric alone, which is not exceeded.
  private static Step borne(
      Progressing phase, Observation seen, Verdict.Reason reason, String why) {
    return Step.to(Analysis.waiting(phase.looked(), seen))
        .tell(
            reason == Verdict.Reason.CHECK_FAILED ? Reason.CHECK_FAILED : Reason.NO_DATA,
            "Halt %s advancement at %s: %s"
                .formatted(seen.names().canaryIn(), seen.share(phase), why))
        .lookAgain(Analysis.later(phase, seen));
  }
}
