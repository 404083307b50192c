package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.controller.rollout.Phase.Leaving;
import dev.sluice.controller.rollout.Phase.Terminated;
import dev.sluice.controller.rollout.Phase.Terminating;
import dev.sluice.controller.rollout.Step.Obstacle;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// The end of a Canary with `revertOnDeletion`: the target gets pods, then traffic, and only then
/// the primary goes. Where the target does not become ready in time the primary stays instead, so
/// that a deletion neither waits for ever nor takes the last pods that serve.
final class Departure {
  /// For a target that became ready at the last moment, to be given its traffic.
  private static final Duration GRACE = Duration.ofMinutes(1);

  private static final Split ALL = Split.of(Percent.ALL);

  private Departure() {}

  /// @return whether the Canary waits for us to let it go
  static boolean isUnderWay(Observation seen) {
    return seen.deletion().requested() && seen.deletion().guarded();
  }

  /// What keeps the finalizer as the spec wants it while nobody deletes the Canary.
  static List<Action> guard(Observation seen) {
    var deletion = seen.deletion();
    if (deletion.requested() || !seen.planned() || deletion.guarded() == deletion.revert()) {
      return List.of();
    }
    return List.of(deletion.revert() ? new Action.Guard() : new Action.Release());
  }

  static Step decide(Phase phase, Observation seen) {
    return switch (phase) {
      case Phase.Initializing _, Phase.Idle _, Phase.Running _ -> begin(phase, seen);
      case Terminating terminating -> decide(terminating, seen);
      case Terminated(var leftBehind) ->
          // Somebody led the traffic back to what is about to go.
          !leftBehind && seen.target().isPresent() && seen.routing().sides().any()
              ? Step.to(new Terminating(seen.now()))
              : Step.stay(phase);
    };
  }

  private static Step begin(Phase phase, Observation seen) {
    if (!seen.deletion().revert()) {
      return Step.stay(phase);
    }
    return Step.to(new Terminating(seen.now()))
        .tell(
            Reason.TERMINATING,
            "Terminating canary %s: %s gets its pods and then its traffic back, as it is now%s"
                .formatted(
                    seen.names().canaryIn(),
                    seen.names().targetIn(),
                    seen.known().filter(content -> !content.sameAsPrimary()).isPresent()
                        ? "; it is not what was promoted"
                        : ""));
  }

  private static Step decide(Terminating phase, Observation seen) {
    if (seen.target().isEmpty()) {
      return over(
          "%s does not exist any more, so %s and all else goes with the Canary"
              .formatted(seen.names().targetIn(), seen.names().primaryIn()));
    }
    if (!seen.routing().sides().any()) {
      return givenBack(phase, seen);
    }
    var deadline = phase.since().plus(seen.policy().progressDeadline());
    var last = canServe(seen) ? deadline.plus(GRACE) : deadline;
    if (!seen.now().isBefore(last)) {
      return late(seen);
    }
    var rivals = Gate.rivals(seen);
    if (rivals.isPresent()) {
      return Step.held(phase, rivals.get()).lookAgain(deadline);
    }
    if (!canServe(seen)) {
      var told = phase.since().plus(Traffic.PATIENCE);
      return seen.now().isBefore(told)
          ? Step.stay(phase).lookAgain(told)
          : Step.held(phase, notReady(seen, deadline)).lookAgain(deadline);
    }
    return Step.stay(phase).lookAgain(last).lookAgain(settled(seen));
  }

  private static Step givenBack(Terminating phase, Observation seen) {
    if (isAsleep(seen)) {
      return Step.stay(phase);
    }
    return seen.now().isBefore(settled(seen))
        ? Step.stay(phase).lookAgain(settled(seen))
        : over(
            "Terminated canary %s: %s serves for itself"
                .formatted(seen.names().canaryIn(), seen.names().targetIn()));
  }

  private static Step over(String message) {
    return Step.to(new Terminated(false)).tell(Reason.TERMINATED, message);
  }

  private static Step late(Observation seen) {
    var why =
        "%s could not take its traffic back within %ds; %s, its Services and routes stay and go on serving without a Canary"
            .formatted(
                seen.names().targetIn(),
                seen.policy().progressDeadline().toSeconds(),
                seen.names().primaryIn());
    return Step.to(new Terminated(true))
        .tell(
            Reason.LEFT_BEHIND,
            "Terminated canary %s: %s. Repair the target, lead the traffic to it, and delete them by hand"
                .formatted(seen.names().canaryIn(), why),
            Severity.ERROR,
            "Canary is deleted, but " + why);
  }

  private static Obstacle notReady(Observation seen, Instant deadline) {
    var lacks = seen.target().map(t -> t.lacks(seen.policy().canaryReadyThreshold())).orElse("");
    var fewer =
        seen.target().filter(t -> t.wantsFewerThan(pods(seen))).isPresent()
            ? "it is being scaled to " + pods(seen)
            : lacks;
    return new Obstacle(
        HoldReason.TARGET_NOT_READY,
        "the Canary is deleted, but %s is not ready to take its traffic back: %s. %s serves until it is, and stays if that is not before %s"
            .formatted(seen.names().targetIn(), fewer, seen.names().primaryIn(), deadline));
  }

  /// What leads on, in safe order.
  static List<Action> actions(Leaving phase, Observation seen) {
    return switch (phase) {
      case Terminating _ -> seen.target().isEmpty() ? List.of() : handOver(seen);
      case Terminated(var leftBehind) when leftBehind ->
          List.of(new Action.LeaveBehind(), new Action.Release());
      case Terminated _ ->
          seen.target().isEmpty() && seen.routing().sides().any()
              ? List.of(new Action.GiveBackFound(), new Action.Release())
              : List.of(new Action.Release());
    };
  }

  private static List<Action> handOver(Observation seen) {
    var actions = new ArrayList<Action>();
    var routing = seen.routing();
    if (seen.autoscaling().rest() == Autoscaling.Rest.AT_ZERO) {
      actions.add(new Action.WakeAutoscaler());
    }
    if ((routing.sides().any() ? needsPods(seen) : isAsleep(seen)) && seen.mayStartTarget()) {
      actions.add(new Action.ScaleTarget(pods(seen)));
    }
    if (!routing.sides().any() || Gate.rivals(seen).isPresent()) {
      return actions;
    }
    if (!canServe(seen)) {
      if (hasTraffic(seen) && Safety.mayGoToPrimary(seen).isEmpty()) {
        actions.add(new Action.Route(Split.NONE));
      }
    } else if (!routing.sides().routes()) {
      // Given back already, or never made. Leading it to the sides again would never end.
      actions.add(new Action.GiveBack());
    } else if (!routing.is(ALL)) {
      if (!routing.services()) {
        actions.add(new Action.EnsureServices());
      }
      actions.add(new Action.Route(ALL));
    } else if (!seen.now().isBefore(settled(seen))) {
      actions.add(new Action.GiveBack());
    }
    return actions;
  }

  private static boolean hasTraffic(Observation seen) {
    return seen.routing().split().filter(split -> !split.isNone()).isPresent();
  }

  private static Instant settled(Observation seen) {
    return seen.routing().since().plus(seen.settings().settle());
  }

  /// Nothing leads to the primary, and yet the target still has the rest that we sent it to. The
  /// primary itself may be gone: `kubectl delete --cascade=foreground` takes it before the Canary.
  private static boolean isAsleep(Observation seen) {
    var hadPrimary =
        seen.primary().isPresent()
            || Capacity.lastPrimary(seen).isPresent()
            || !(seen.autoscaling() instanceof Autoscaling.None);
    return hadPrimary && seen.target().filter(t -> t.replicas() == 0).isPresent();
  }

  private static boolean needsPods(Observation seen) {
    return seen.target().filter(target -> target.wantsFewerThan(pods(seen))).isPresent();
  }

  private static boolean canServe(Observation seen) {
    return seen.canaryReady() && !needsPods(seen);
  }

  /// As many as Git wants, else as many as serve now, or did last.
  private static int pods(Observation seen) {
    var wish = seen.target().map(Workload::wish).orElse(OptionalInt.empty());
    var last = Capacity.lastPrimary(seen).orElse(1);
    var serving = Math.max(1, seen.primary().map(Workload::replicas).orElse(last));
    return seen.autoscaling() instanceof Autoscaling.Present scaler
        ? scaler.target().nearest(serving)
        : Math.max(1, wish.orElse(serving));
  }
}
