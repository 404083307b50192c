package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Phase.Progressing;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.mesh.Percent;
import java.time.Instant;
import java.util.Optional;

/// A revision under analysis: everything that must be right before a check means anything. What
/// endangers users comes first, then what ends the run, then what merely delays it.
final class Progress {
  private Progress() {}

  static Step decide(Progressing phase, Observation seen) {
    var step =
        ends(phase, seen)
            .or(() -> Analysis.givenUp(phase, seen))
            .or(() ->
                delays(phase, seen)
                    .map(delay -> Analysis.delayed(phase, delay, seen))
                    .map(delay -> stillHeld(delay, seen)))
            .orElseGet(() -> Analysis.decide(phase, seen));
    return TimeLimit.watched(Pace.held(step, seen), seen);
  }

  /// What leaves nothing to ask.
  static Optional<Step> ends(Progressing phase, Observation seen) {
    return targetIsAnother(phase, seen)
        .or(() -> changeIsComing(phase, seen))
        .or(() -> isImpossible(phase, seen))
        .or(() -> podsAreGone(phase, seen))
        .or(() -> podsAreLate(phase, seen))
        .or(() -> seen.planned() ? Optional.empty() : Optional.of(Step.stay(phase)))
        .or(() -> Weighing.ends(phase, seen))
        .or(() -> TimeLimit.ends(phase, seen));
  }

  /// What takes users away also while nothing else may go on.
  static Optional<Step> withdraws(Progressing phase, Observation seen) {
    return phase.split().isNone()
        ? Optional.empty()
        : targetIsAnother(phase, seen)
            .or(() -> changeIsComing(phase, seen))
            .or(() -> podsAreGone(phase, seen))
            .filter(step -> step.next().split().isNone());
  }

  /// What else comes before the next check; empty when it is due and nothing is in its way.
  static Optional<Step> delays(Progressing phase, Observation seen) {
    return podsAreNotReady(phase, seen)
        .or(() ->
            seen.policy().skipAnalysis() || seen.waives(Orders.Scope.RUN)
                ? Optional.of(seen.paused() ? Step.stay(phase) : Promotion.skip(phase, seen))
                : Optional.empty())
        .or(() ->
            seen.paused() && phase.stage().isStart()
                ? Optional.of(Step.stay(phase))
                : Optional.empty())
        .or(() -> trafficWasTaken(phase, seen))
        .or(() -> trafficIsElsewhere(phase, seen))
        .or(() -> podsAreNew(phase, seen))
        .or(() -> notYet(phase, seen));
  }

  /// Only what was analysed may have traffic: a target that was edited loses it at once, and one
  /// that was changed back has nothing left to prove.
  private static Optional<Step> targetIsAnother(Progressing phase, Observation seen) {
    if (seen.target().isEmpty()) {
      return Optional.of(Withdrawal.targetGone(phase.run(), seen));
    }
    if (seen.known().isEmpty()) {
      return Optional.of(Step.held(phase, Detection.unreadable(seen)));
    }
    var content = seen.known().get();
    if (content.sameAsPrimary()) {
      return Optional.of(Withdrawal.reverted(phase.run(), seen, content));
    }
    if (content.now().isNewerThan(phase.run().target())) {
      return Optional.of(restart(phase, seen, content));
    }
    return content.now().revision().equals(phase.run().revision())
        ? Optional.empty()
        : Optional.of(Step.to(renamed(phase, content)));
  }

  /// The API server shows the same content in other words; nobody changed anything.
  private static Progressing renamed(Progressing p, Content.Known content) {
    return p.with(p.run().seeing(content.now()));
  }

  /// The analysis starts over with what the target is now. Where it has tracked config, its pods
  /// are stopped first: a changed ConfigMap or Secret alone restarts none, and which of its
  /// contents a pod started with cannot be seen.
  static Step restart(Phase.Running phase, Observation seen, Content.Known content) {
    var run = Run.of(content, seen.now());
    var message =
        "New revision detected! Restarting analysis for %s: %s replaces %s, which had %s"
            .formatted(
                seen.names().targetIn(),
                run.title(),
                phase.run().revision(),
                seen.policy()
                    .strategy()
                    .share(
                        phase instanceof Progressing progressing
                            ? progressing.stage()
                            : Stage.of(phase.weight())));
    var superseded = new Cause(Cause.Kind.SUPERSEDED, "a newer change took its place");
    var hasConfig = !content.now().configs().isEmpty() || !phase.run().target().configs().isEmpty();
    return Step.to(
            hasConfig
                ? new Phase.RollingBack(phase.run(), superseded, seen.now())
                : Progressing.starting(run, seen.now()))
        .tell(Reason.REVISION_RESTARTED, message);
  }

  /// A Git sync is about to change the target: its pods will be replaced under the traffic they
  /// have.
  private static Optional<Step> changeIsComing(Progressing phase, Observation seen) {
    var coming = Detection.coming(seen);
    if (coming.isEmpty() || phase.weight().equals(Percent.NONE)) {
      return Optional.empty();
    }
    return Optional.of(
        Step.to(withoutTraffic(phase, seen))
            .tell(
                Reason.MAKING_WAY,
                "Commit %s changes %s; the canary's share (%s) goes to the primary first"
                    .formatted(
                        coming.get().commit(), seen.names().targetIn(), seen.traffic(phase))));
  }

  /// The spec was edited in mid-run, and nothing can give the canary what it has any more.
  private static Optional<Step> isImpossible(Progressing phase, Observation seen) {
    if (seen.policy().strategy().isPossible(phase.stage())) {
      return Optional.empty();
    }
    return Optional.of(
        Step.to(withoutTraffic(phase, seen))
            .tell(
                Reason.ANALYSIS_RESTARTED,
                "Restarting analysis for %s: its provider cannot give the canary %s of the requests; all of them go to the primary"
                    .formatted(seen.names().targetIn(), phase.split())));
  }

  /// The same run, all of whose traffic goes to the primary from now on.
  private static Progressing withoutTraffic(Progressing phase, Observation seen) {
    return phase.entering(Stage.START, seen.now(), seen.now());
  }

  /// Pods with traffic that are no more, by somebody's hand or by themselves.
  private static Optional<Step> podsAreGone(Progressing phase, Observation seen) {
    if (phase.weight().equals(Percent.NONE) || seen.available(seen.target()) > 0) {
      return Optional.empty();
    }
    if (seen.target().filter(t -> t.replicas() == 0).isPresent()) {
      var why =
          "somebody scaled %s to zero while it had %s"
              .formatted(seen.names().targetIn(), seen.traffic(phase));
      return Optional.of(
          Withdrawal.begin(
              phase.run(),
              seen,
              new Cause(Cause.Kind.SCALED_TO_ZERO, why),
              "scaled to zero",
              "Rolled back: " + why));
    }
    var why =
        "no pod of %s is left to take its %s".formatted(seen.names().targetIn(), seen.share(phase));
    var step = Analysis.failed(withoutTraffic(phase, seen), seen, why);
    return Optional.of(
        step.next() instanceof Progressing next
            ? Step.to(next)
                .tell(Reason.CANARY_LOST, lostMessage(seen, why, next))
                .lookAgain(next.nextCheck())
            : step);
  }

  private static String lostMessage(Observation seen, String why, Progressing next) {
    return "Halt %s advancement: %s; all traffic goes to the primary (%s)"
        .formatted(seen.names().canaryIn(), why, Analysis.count(seen, next.failedChecks()));
  }

  private static Optional<Step> podsAreLate(Progressing phase, Observation seen) {
    if (seen.canaryReady()) {
      return Optional.empty();
    }
    var target = seen.target().orElseThrow();
    var own =
        target.observedGeneration() >= target.generation()
            ? target.deadlineExceeded()
            : Optional.<String>empty();
    if (own.isEmpty() && seen.now().isBefore(deadline(phase, seen))) {
      return Optional.empty();
    }
    var why =
        "%s did not become ready within %ds: %s"
            .formatted(
                seen.names().targetIn(),
                seen.policy().progressDeadline().toSeconds(),
                target.lacks(seen.policy().canaryReadyThreshold()));
    return Optional.of(
        Withdrawal.begin(
            phase.run(),
            seen,
            new Cause(Cause.Kind.DEADLINE, why),
            "progress deadline exceeded",
            "Progress deadline exceeded " + why));
  }

  /// Before the first traffic the pods' time runs from the start, later from when they were last
  /// all there.
  private static Instant deadline(Progressing phase, Observation seen) {
    var since =
        phase.stage().isStart()
            ? phase.since()
            : seen.heldSince(HoldReason::isAboutCanaryPods).orElse(seen.now());
    return since.plus(seen.policy().progressDeadline());
  }

  private static Optional<Step> podsAreNotReady(Progressing phase, Observation seen) {
    if (seen.canaryReady()) {
      return Optional.empty();
    }
    var step =
        phase.stage().isStart()
            ? Step.stay(phase)
            : Step.held(
                phase,
                Capacity.isGrowing(seen)
                    ? Safety.canaryGrowing(phase, seen)
                    : Safety.canaryNotReady(seen));
    var settled = seen.routing().since().plus(seen.settings().settle());
    if (!seen.mayStartTarget() && seen.now().isBefore(settled)) {
      return Optional.of(step.lookAgain(settled));
    }
    return Optional.of(step.lookAgain(deadline(phase, seen)));
  }

  /// Another object had the host until now, and what was counted meanwhile says nothing of the
  /// release: users meet it for an interval before the next check.
  private static Optional<Step> trafficWasTaken(Progressing phase, Observation seen) {
    if (phase.stage().isStart() || seen.heldSince(HoldReason.HOST_TAKEN::equals).isEmpty()) {
      return Optional.empty();
    }
    var next = Analysis.later(phase, seen);
    return Optional.of(Step.to(phase.checking(next)).lookAgain(next));
  }

  private static Optional<Step> trafficIsElsewhere(Progressing phase, Observation seen) {
    if (!seen.primaryReady()) {
      var obstacle = Safety.primaryNotReady(seen, "the traffic stays as it is");
      return Optional.of(Step.held(phase, obstacle));
    }
    return seen.reached(phase.split())
        ? Optional.empty()
        : Optional.of(Traffic.notReached(phase, phase.since(), seen));
  }

  /// Pods that have just become ready are known to proxies a moment later; until then a request for
  /// them finds nobody.
  private static Optional<Step> podsAreNew(Progressing phase, Observation seen) {
    if (!phase.stage().isStart() || phase.nextCheck().isAfter(phase.since())) {
      return Optional.empty();
    }
    var first = seen.now().plus(seen.settings().settle());
    return Optional.of(
        Step.to(phase.checking(first).awaiting(Phase.Approval.NONE)).lookAgain(first));
  }

  private static Optional<Step> notYet(Progressing phase, Observation seen) {
    if (seen.waives(Orders.Scope.STAGE) && !phase.stage().isStart()) {
      return Optional.empty();
    }
    var settled = seen.known().map(content -> Detection.settled(content, seen)).orElse(seen.now());
    var due =
        phase.stage().isStart() && settled.isAfter(phase.nextCheck()) ? settled : phase.nextCheck();
    if (!seen.now().isBefore(due) || Weighing.isDue(phase, seen)) {
      return Optional.empty();
    }
    var soonest = Weighing.soonest(phase, seen).filter(seen.now()::isBefore);
    return Optional.of(Step.stay(phase).lookAgain(soonest.filter(due::isAfter).orElse(due)));
  }

  /// What the last check said holds until the next one says something else, whatever delays that.
  private static Step stillHeld(Step step, Observation seen) {
    return step.obstacle().isPresent() || !(step.next() instanceof Progressing)
        ? step
        : seen.standing()
            .flatMap(Standing::hold)
            .filter(hold -> hold.reason().isAnswer())
            .map(hold -> step.held(new Step.Obstacle(hold.reason(), hold.message())))
            .orElse(step);
  }
}
