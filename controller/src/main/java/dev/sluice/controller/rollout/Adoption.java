package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Phase.Finalising;
import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.Phase.Promoting;
import dev.sluice.controller.rollout.Phase.Waiting;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Instant;
import java.util.Optional;

/// A run that Flagger began and nobody looks after any more.
///
/// Where it is, the route says, not the status: Flagger shows no share while it counts iterations,
/// and none while it waits for an approval. What it analysed it does not say at all: its hashes are
/// of its own making. So the run goes on only where nothing can have changed since Flagger wrote
/// last; otherwise it starts over without traffic, and people are told why.
final class Adoption {
  private Adoption() {}

  /// Whether this is a run that was not taken up yet; ours have an id.
  static boolean isForeign(Phase phase) {
    return switch (phase) {
      case Phase.RollingBack _ -> false;
      case Phase.Running running -> running.run().id().isEmpty();
      case Phase.Idle _, Phase.Initializing _, Phase.Leaving _ -> false;
    };
  }

  /// Whether somebody certainly changed the target, or its config, since Flagger wrote last.
  static boolean isEdited(Snapshot then, Content.Known content, Observation seen) {
    var left = left(seen);
    var isTracked = !then.configs().isEmpty();
    return left.isPresent()
        && ((isTracked && !content.now().configs().equals(then.configs()))
            || renewed(seen).filter(at -> at.isAfter(left.get())).isPresent());
  }

  /// Whether certainly nobody did. Within one second nobody can tell.
  private static boolean isAsLeft(
      Snapshot then, Instant left, Content.Known content, Observation seen) {
    return renewed(seen).filter(at -> at.isBefore(left)).isPresent()
        && content.now().configs().equals(then.configs());
  }

  private static Optional<Instant> renewed(Observation seen) {
    return seen.target().flatMap(Workload::renewed);
  }

  private static Optional<Instant> left(Observation seen) {
    return seen.standing().flatMap(Standing::left);
  }

  static Step decide(Phase.Running phase, Observation seen) {
    if (seen.target().isEmpty()) {
      return Withdrawal.targetGone(phase.run(), seen);
    }
    if (seen.known().isEmpty()) {
      return Step.held(phase, Detection.unreadable(seen));
    }
    var content = seen.known().get();
    var left = left(seen).orElse(seen.now());
    var run = run(content, left);
    return switch (phase) {
      // Nothing was analysed yet, and the webhooks are asked about what the target is now.
      case Waiting _ -> goesOn(new Waiting(run, left, next(seen, left)), seen);
      case Progressing progressing when seen.routing().split().isEmpty() ->
          startsOver(progressing, run, seen, content);
      case Progressing progressing ->
          progressing(progressing, run, seen.routing().split().get(), left, seen, content);
      // Before Flagger says that it promotes, it has copied.
      case Promoting promoting when content.sameAsPrimary() ->
          goesOn(new Promoting(run, routed(seen), seen.now(), next(seen, left)), seen);
      case Finalising _ when content.sameAsPrimary() ->
          goesOn(new Finalising(run, seen.now()), seen);
      case Promoting _, Finalising _ -> startsOver(phase, run, seen, content);
      case Phase.RollingBack back -> Step.stay(back);
    };
  }

  private static Step progressing(
      Progressing phase,
      Run run,
      Split routed,
      Instant left,
      Observation seen,
      Content.Known content) {
    var stage =
        new Stage(
            routed.mirrored().equals(Percent.NONE)
                ? Split.of(routed.canary())
                : Split.mirror(routed.mirrored()),
            phase.stage().iteration());
    if (content.sameAsPrimary()) {
      return Withdrawal.reverted(run, seen, content);
    }
    if (stage.isStart()) {
      return goesOn(
          new Progressing(run, stage, phase.failedChecks(), 0, seen.now(), seen.now()), seen);
    }
    if (!isAsLeft(phase.run().target(), left, content, seen)) {
      return startsOver(phase, run, seen, content);
    }
    if (phase.failedChecks() >= seen.policy().threshold() && seen.planned()) {
      var why = "%d checks had failed when Sluice took over".formatted(phase.failedChecks());
      return Withdrawal.begin(
          run,
          seen,
          new Cause(Cause.Kind.FAILED_CHECKS, why),
          "failed checks threshold reached %d".formatted(phase.failedChecks()),
          "Failed checks threshold reached %d".formatted(phase.failedChecks()));
    }
    return goesOn(
        new Progressing(
            run.withFirstTraffic(left),
            stage,
            phase.failedChecks(),
            0,
            seen.now(),
            next(seen, left)),
        seen);
  }

  private static String at(Phase.Running phase, Observation seen) {
    return phase instanceof Progressing progressing && !progressing.stage().isStart()
        ? " at " + seen.policy().strategy().title(progressing.stage())
        : " with %s of the traffic".formatted(routed(seen));
  }

  private static Percent routed(Observation seen) {
    return seen.routing().canary().orElse(Percent.NONE);
  }

  private static Run run(Content.Known content, Instant left) {
    return Run.of(content, left);
  }

  private static Instant next(Observation seen, Instant left) {
    return left.plus(seen.policy().interval());
  }

  private static Step goesOn(Phase.Running phase, Observation seen) {
    return Step.to(phase)
        .tell(
            Reason.ADOPTED,
            "Took %s over as Flagger left it: %s goes on in phase %s%s"
                .formatted(
                    seen.names().canaryIn(), phase.run().title(), phase.name(), at(phase, seen)));
  }

  private static Step startsOver(
      Phase.Running phase, Run run, Observation seen, Content.Known content) {
    var known = new Progressing(run, Stage.of(phase.weight()), 0, 0, seen.now(), seen.now());
    return Step.to(Progress.restart(known, seen, content).next())
        .tell(
            Reason.REVISION_RESTARTED,
            "Took %s over in phase %s with %s of the traffic, and it is not certain that %s is what Flagger analysed: Restarting analysis for %s"
                .formatted(
                    seen.names().canaryIn(),
                    phase.name(),
                    routed(seen),
                    run.title(),
                    seen.names().targetIn()));
  }
}
