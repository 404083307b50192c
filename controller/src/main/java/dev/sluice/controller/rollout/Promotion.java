package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.controller.rollout.Phase.Finalising;
import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.Phase.Promoting;
import dev.sluice.controller.rollout.Phase.Succeeded;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.util.Optional;

/// From an analysed revision to a primary that runs it and serves all traffic.
final class Promotion {
  private Promotion() {}

  /// @param grounds what was seen and who agreed to it, for the message; may be empty
  static Step begin(Progressing phase, Observation seen, String grounds) {
    return Step.to(new Promoting(phase.run(), phase.weight(), seen.now(), seen.now()))
        .tell(
            Reason.PROMOTING,
            "Copying %s template spec to %s: %s passed its analysis at %s%s"
                .formatted(
                    seen.names().targetIn(),
                    seen.names().primaryIn(),
                    phase.run().title(),
                    seen.share(phase),
                    grounds));
  }

  /// As somebody ordered, without the check of the last stage.
  static Step begin(Progressing phase, Observation seen, Orders.Waiver waiver) {
    return Step.to(new Promoting(phase.run(), phase.weight(), seen.now(), seen.now()))
        .tell(
            Reason.PROMOTING,
            "Copying %s template spec to %s: %s at %s goes past its last check (%s)"
                .formatted(
                    seen.names().targetIn(),
                    seen.names().primaryIn(),
                    phase.run().title(),
                    seen.share(phase),
                    waiver.title()));
  }

  static Step skip(Progressing phase, Observation seen) {
    var grounds = seen.orders().waiver().map(Orders.Waiver::title).orElse("skipAnalysis");
    return Step.to(new Promoting(phase.run(), phase.weight(), seen.now(), seen.now()))
        .tell(
            Reason.ANALYSIS_SKIPPED,
            "Copying %s template spec to %s: the analysis of %s is skipped (%s)"
                .formatted(
                    seen.names().targetIn(),
                    seen.names().primaryIn(),
                    phase.run().title(),
                    grounds));
  }

  static Step decide(Promoting phase, Observation seen) {
    var run = phase.run();
    if (!seen.primaryRuns(run.revision())) {
      return notCopied(phase, seen);
    }
    var withdrawal = withdraws(phase, seen);
    if (withdrawal.isPresent()) {
      return withdrawal.get();
    }
    if (!seen.primaryReady()) {
      return waitForPrimary(phase, seen);
    }
    if (!seen.reached(phase.split())) {
      return Traffic.notReached(phase, phase.nextStep(), seen);
    }
    if (seen.now().isBefore(phase.nextStep())) {
      return Step.stay(phase).lookAgain(phase.nextStep());
    }
    return giveBack(phase, seen);
  }

  /// What takes users away also while nothing else may go on.
  static Optional<Step> withdraws(Promoting phase, Observation seen) {
    return seen.primaryRuns(phase.run().revision()) && mustLeave(phase, seen)
        ? Optional.of(Step.to(new Promoting(phase.run(), Percent.NONE, phase.since(), seen.now())))
        : Optional.empty();
  }

  /// Promotes exactly what was analysed, or nothing: a target that moved on before it was copied
  /// starts over.
  private static Step notCopied(Promoting phase, Observation seen) {
    if (seen.known().isEmpty()) {
      return seen.target().isEmpty()
          ? Withdrawal.targetGone(phase.run(), seen)
          : Step.held(phase, Detection.unreadable(seen));
    }
    var content = seen.known().get();
    if (content.now().revision().equals(phase.run().revision())) {
      return Step.stay(phase);
    }
    if (!content.now().isNewerThan(phase.run().target())) {
      var run = phase.run().seeing(content.now());
      return Step.to(new Promoting(run, phase.weight(), phase.since(), phase.nextStep()));
    }
    return content.sameAsPrimary()
        ? Withdrawal.reverted(phase.run(), seen, content)
        : Progress.restart(phase, seen, content);
  }

  /// The primary has the analysed revision, but the target no longer has, is about to change, has
  /// no pods, or can have no share any more: its share goes back as soon as the primary can take
  /// it.
  private static boolean mustLeave(Promoting phase, Observation seen) {
    var changed =
        seen.known().filter(c -> c.now().revision().equals(phase.run().revision())).isEmpty();
    return !phase.weight().equals(Percent.NONE)
        && (changed
            || Detection.coming(seen).isPresent()
            || seen.available(seen.target()) == 0
            || !seen.policy().strategy().isPossible(Stage.of(phase.weight())))
        && Safety.mayGoToPrimary(seen).isEmpty();
  }

  private static Step waitForPrimary(Promoting phase, Observation seen) {
    var deadline = phase.since().plus(seen.policy().progressDeadline());
    var late =
        !seen.now().isBefore(deadline)
            || seen.primary().flatMap(Workload::deadlineExceeded).isPresent();
    return late
        ? Step.held(
            phase,
            Safety.primaryNotReady(
                seen,
                "the promotion of %s waits and the canary keeps its share (%s). Repair the"
                        .formatted(phase.run().title(), seen.traffic(phase))
                    + " primary's pods, or push a fix and set skipAnalysis: true"))
        : Step.stay(phase).lookAgain(deadline);
  }

  private static Step giveBack(Promoting phase, Observation seen) {
    var step = seen.policy().promotionStep();
    var rest = new Percent(Math.max(0, phase.weight().value() - step.value()));
    if (rest.equals(Percent.NONE)) {
      return Step.to(new Finalising(phase.run(), seen.now()))
          .tell(
              Reason.FINALISING,
              "Routing all traffic to primary %s, which now runs %s"
                  .formatted(seen.names().primaryIn(), phase.run().title()));
    }
    var next = seen.now().plus(seen.policy().interval());
    return Step.to(new Promoting(phase.run(), rest, phase.since(), next))
        .tell(
            Reason.PRIMARY_ADVANCED,
            "Advance %s primary weight %d".formatted(seen.names().canaryIn(), rest.rest().value()))
        .lookAgain(next);
  }

  static Step decide(Finalising phase, Observation seen) {
    if (!seen.primaryReady()) {
      return Step.held(
          phase, Safety.primaryNotReady(seen, "the canary's pods are kept until it is"));
    }
    if (!seen.reached(Split.NONE)) {
      return Traffic.notReached(phase, phase.since(), seen);
    }
    if (seen.target().filter(t -> t.replicas() > 0).isPresent()) {
      return Step.stay(phase);
    }
    return Step.to(new Succeeded(promoted(phase, seen), Withdrawal.mustTell(seen)))
        .tell(
            Reason.PROMOTED,
            "Promotion completed! %s runs %s and serves all traffic; %s"
                .formatted(seen.names().primaryIn(), phase.run().title(), seen.names().atRest()),
            Severity.INFO,
            "Canary analysis completed successfully, promotion finished.");
  }

  private static Snapshot promoted(Finalising phase, Observation seen) {
    return Optional.of(seen)
        .flatMap(Observation::known)
        .map(Content.Known::now)
        .filter(now -> now.revision().equals(phase.run().revision()))
        .orElse(phase.run().target());
  }
}
