package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Autoscaling.Rest;
import dev.sluice.controller.rollout.Routing.Apex;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What a phase wants to be true. Empty means that it does not care.
///
/// @param services whether the `-canary` and `-primary` Services are to be there
/// @param primaryRuns what the primary is to be a copy of
/// @param routed what the canary gets; the apex Service and the mesh give the primary the rest
/// @param targetReplicas pods of the target
/// @param primaryReplicas pods of the primary
/// @param primaryLeast the pods that the primary's autoscaler never goes below
/// @param targetScaler what the target's autoscaler is to do; one that is to rest leaves a target
///   at none
public record World(
    boolean services,
    Optional<Revision> primaryRuns,
    Optional<Split> routed,
    OptionalInt targetReplicas,
    OptionalInt primaryReplicas,
    OptionalInt primaryLeast,
    TargetScaler targetScaler) {

  /// What the target's autoscaler is to do.
  public enum TargetScaler {
    AS_IT_IS,
    ACTS,
    RESTS
  }

  /// Nothing at all.
  static final World ANY =
      new World(
          false,
          Optional.empty(),
          Optional.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          OptionalInt.empty(),
          TargetScaler.AS_IT_IS);

  /// The world that a phase wants, given how far the present one has come.
  static World of(Phase phase, Observation seen) {
    return switch (phase) {
      case Phase.Initializing initializing -> initial(initializing, seen);
      case Phase.Idle idle -> resting(idle(idle, seen).withLeast(idle, seen), seen);
      case Phase.Leaving _ -> ANY;
      case Phase.Running running -> running(running, seen).withLeast(running, seen);
    };
  }

  /// What is still done where nothing else may be: users go to the primary where a phase wants them
  /// there.
  static World withdrawn(Phase phase, Observation seen) {
    return phase instanceof Phase.Running && phase.split().isNone()
        ? ANY.withRoute(Cookies.split(phase, seen))
        : ANY;
  }

  private static World running(Phase.Running phase, Observation seen) {
    return switch (phase) {
      case Phase.Waiting _ -> routed(phase, seen).withTarget(stopped(seen));
      case Phase.Progressing progressing ->
          routed(phase, seen).withTarget(pods(progressing.weight(), seen)).with(TargetScaler.ACTS);
      case Phase.Promoting promoting ->
          routed(phase, seen).withPrimary(promoting.run().revision()).with(TargetScaler.ACTS);
      case Phase.Finalising(var run, _) ->
          routed(phase, seen)
              .withTarget(seen.primaryReady() ? stopped(seen) : OptionalInt.empty())
              .withPrimary(run.revision());
      case Phase.RollingBack back ->
          madeAgain(routed(phase, seen).withTarget(stopped(seen)), back, seen);
    };
  }

  /// The primary comes first; it takes the traffic once it is ready, and only when it has all of it
  /// the target may go.
  private static World initial(Phase.Initializing phase, Observation seen) {
    var made =
        new World(
            true,
            phase.copied().map(Snapshot::revision),
            Optional.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            OptionalInt.empty(),
            TargetScaler.AS_IT_IS);
    var takesOver =
        seen.primaryReady()
            && Initialisation.isPrimaryRight(phase, seen)
            && Capacity.obstacle(seen).isEmpty();
    if (!takesOver) {
      return made;
    }
    var taken = made.withRoute(Split.NONE).withTarget(stopped(seen));
    // Before it has the traffic, an autoscaler would see a primary without load and shrink it.
    return seen.routing().reached(Split.NONE, Instant.MAX, Duration.ZERO)
        ? taken.withLeast(phase, seen)
        : taken;
  }

  /// A primary that somebody deleted is made again, if the target still is what it ran.
  private static World idle(Phase.Idle idle, Observation seen) {
    var stopping = Detection.mayKeepOldConfig(idle, seen) ? stopped(seen) : OptionalInt.empty();
    var routed = routed(idle, seen).withTarget(stopping);
    var promoted =
        switch (idle) {
          case Phase.Initialized(var snapshot) -> Optional.of(snapshot.revision());
          case Phase.Succeeded succeeded -> Optional.of(succeeded.seen().revision());
          case Phase.Failed _ -> Optional.<Revision>empty();
        };
    return seen.primary().isEmpty() && promoted.isPresent()
        ? routed.withPrimary(promoted.get())
        : routed;
  }

  /// Somebody deleted the primary in mid-run, and the target is again what it ran.
  private static World madeAgain(World world, Phase.RollingBack phase, Observation seen) {
    return seen.primary().isEmpty() && phase.cause().kind() == Cause.Kind.REVERTED
        ? world.withPrimary(phase.run().revision())
        : world;
  }

  private static World routed(Phase phase, Observation seen) {
    return new World(
        true,
        Optional.empty(),
        Optional.of(Cookies.split(phase, seen)),
        OptionalInt.empty(),
        wished(seen),
        OptionalInt.empty(),
        TargetScaler.AS_IT_IS);
  }

  /// Pods stop once their traffic is seen to have left.
  private static OptionalInt stopped(Observation seen) {
    return seen.reached(Split.NONE) ? OptionalInt.of(0) : OptionalInt.empty();
  }

  /// Between releases nobody is to start the target's pods; those that are there lose the traffic
  /// first.
  private static World resting(World world, Observation seen) {
    return seen.reached(Split.NONE) ? world.with(TargetScaler.RESTS) : world;
  }

  /// As many pods as there are, else as an autoscaler would start with, else as Git wants, else as
  /// the primary has.
  private static OptionalInt pods(Percent weight, Observation seen) {
    var target = seen.target();
    if (target.isEmpty()
        || target.get().replicas() > 0
        || weight.compareTo(Percent.NONE) > 0
        || !seen.mayStartTarget()) {
      return OptionalInt.empty();
    }
    if (seen.autoscaling() instanceof Autoscaling.Present scaler) {
      return OptionalInt.of(Capacity.start(scaler, seen));
    }
    var primary = seen.primary().map(Workload::replicas).filter(n -> n > 0).orElse(1);
    return OptionalInt.of(Math.max(1, target.get().wish().orElse(primary)));
  }

  /// Two that scale one workload would never come to rest.
  private static OptionalInt wished(Observation seen) {
    if (!(seen.autoscaling() instanceof Autoscaling.None)) {
      return OptionalInt.empty();
    }
    var wish = seen.target().map(Workload::wish).orElse(OptionalInt.empty());
    return wish.isPresent() && wish.getAsInt() > 0 ? wish : OptionalInt.empty();
  }

  private World withRoute(Split split) {
    return new World(
        services,
        primaryRuns,
        Optional.of(split),
        targetReplicas,
        primaryReplicas,
        primaryLeast,
        targetScaler);
  }

  private World withTarget(OptionalInt replicas) {
    return new World(
        services, primaryRuns, routed, replicas, primaryReplicas, primaryLeast, targetScaler);
  }

  private World withPrimary(Revision revision) {
    return new World(
        services,
        Optional.of(revision),
        routed,
        targetReplicas,
        primaryReplicas,
        primaryLeast,
        targetScaler);
  }

  private World with(TargetScaler scaler) {
    return new World(
        services, primaryRuns, routed, targetReplicas, primaryReplicas, primaryLeast, scaler);
  }

  private World withLeast(Phase phase, Observation seen) {
    return new World(
        services,
        primaryRuns,
        routed,
        targetReplicas,
        primaryReplicas,
        Capacity.least(phase, seen),
        targetScaler);
  }

  /// What leads from the observed world to this one, in safe order: what takes traffic exists
  /// before traffic is sent, and traffic leaves before pods do.
  List<Action> actions(Observation seen) {
    var actions = new ArrayList<Action>();
    if (services && !seen.routing().services()) {
      actions.add(new Action.EnsureServices());
    }
    primaryRuns
        .filter(revision -> !seen.primaryRuns(revision))
        .filter(
            revision -> seen.known().filter(c -> c.now().revision().equals(revision)).isPresent())
        .ifPresent(
            revision -> actions.add(new Action.CopyToPrimary(revision, Capacity.primary(seen))));
    routed
        .filter(split -> Safety.forbids(seen, split).isEmpty())
        .ifPresent(split -> {
          if (seen.routing().apex() != Apex.PRIMARY) {
            actions.add(new Action.PointApexAtPrimary());
          }
          if (!seen.routing().is(split)) {
            actions.add(new Action.Route(split));
          }
          if (Traffic.hasTakenOver(seen, split)) {
            actions.add(new Action.GiveBackFormer());
          }
        });
    scalers(seen).forEach(actions::add);
    if (primaryReplicas.isPresent()
        && seen.primary().filter(p -> !p.wants(primaryReplicas.getAsInt())).isPresent()) {
      actions.add(new Action.ScalePrimary(primaryReplicas.getAsInt()));
    }
    if (targetReplicas.isPresent()
        && seen.target().filter(t -> !t.wants(targetReplicas.getAsInt())).isPresent()) {
      actions.add(new Action.ScaleTarget(targetReplicas.getAsInt()));
    }
    if (services && !seen.protection().alike()) {
      actions.add(new Action.CopyBudget());
    }
    return actions;
  }

  /// Two autoscalers of one workload make each other stop, so the old one goes first.
  private List<Action> scalers(Observation seen) {
    var actions = new ArrayList<Action>();
    if (!equals(ANY) && seen.autoscaling().leftover()) {
      actions.add(new Action.DropAutoscalers());
    }
    if (primaryLeast.isPresent()
        && seen.autoscaling() instanceof Autoscaling.Present(_, _, var live, var current, _, _)
        && !(current && live.equals(primaryLeast))) {
      actions.add(new Action.CopyAutoscaler(primaryLeast.getAsInt()));
    }
    if (targetScaler == TargetScaler.ACTS && seen.autoscaling().rest() == Rest.AT_ZERO) {
      actions.add(new Action.WakeAutoscaler());
    }
    if (mustRest(seen)) {
      actions.add(new Action.RestAutoscaler());
    }
    return actions;
  }

  /// It goes to rest before its target does, or it would start the pods again. One that somebody
  /// told to keep some is overruled only where they stand in the way.
  private boolean mustRest(Observation seen) {
    var stops = targetReplicas.equals(OptionalInt.of(0));
    return switch (seen.autoscaling().rest()) {
      case AWAKE -> stops || targetScaler == TargetScaler.RESTS;
      case AT_SOME -> stops && seen.target().filter(t -> t.replicas() > 0).isPresent();
      case BY_ITSELF, AT_ZERO -> false;
    };
  }
}
