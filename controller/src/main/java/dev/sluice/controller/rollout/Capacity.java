package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Autoscaling.Present;
import dev.sluice.controller.rollout.Autoscaling.Unusable;
import dev.sluice.controller.rollout.Step.Obstacle;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/// How many pods, where an autoscaler decides it. The rollout only moves the bounds within which it
/// may: a primary that gives its traffic away step by step would be shrunk, and could not take it
/// back.
final class Capacity {
  /// How long traffic must have been where it is before the primary may be shrunk again. An
  /// autoscaler learns of new load a minute late, and by itself waits as long before it shrinks.
  static final Duration CALM = Duration.ofMinutes(5);

  /// How often is looked for what no watch shows.
  private static final Duration UNSEEN = Duration.ofMinutes(1);

  private Capacity() {}

  /// The lower bound that the primary's copy is to have; empty without a usable autoscaler. From
  /// the first traffic of a run on it never is below the pods that the primary began with.
  static OptionalInt least(Phase phase, Observation seen) {
    if (!(seen.autoscaling() instanceof Present scaler)) {
      return OptionalInt.empty();
    }
    var live = scaler.least().orElse(0);
    var kept =
        switch (phase) {
          case Phase.Initializing _, Phase.Leaving _ -> 0;
          case Phase.Idle _, Phase.Waiting _ -> isCalm(seen) ? 0 : live;
          case Phase.Progressing progressing ->
              progressing.weight().equals(Percent.NONE) ? Math.max(live, pods(seen)) : live;
          case Phase.Promoting _, Phase.Finalising _, Phase.RollingBack _ -> live;
        };
    return OptionalInt.of(scaler.primary().nearest(kept));
  }

  /// When the primary may be shrunk again, if that is still to come, or when an autoscaler may have
  /// become usable.
  static Optional<Instant> lookAgain(Phase phase, Observation seen) {
    if (seen.autoscaling() instanceof Unusable(_, _, _, var unseen) && unseen) {
      return Optional.of(seen.now().plus(UNSEEN));
    }
    return phase instanceof Phase.Idle
            && !isCalm(seen)
            && seen.routing().reached(Split.NONE, Instant.MAX, Duration.ZERO)
            && seen.autoscaling() instanceof Present scaler
            && scaler.least().orElse(0) > scaler.primary().least()
        ? Optional.of(seen.routing().since().plus(CALM))
        : Optional.empty();
  }

  /// The pods that a target starts its run with: what its autoscaler never goes below, and enough
  /// for the first share of a load that the primary needs so many pods for.
  static int start(Present scaler, Observation seen) {
    var policy = seen.policy();
    var share = policy.skipAnalysis() ? 0 : policy.strategy().load().value();
    return scaler.target().nearest(Math.ceilDiv(pods(seen) * share, 100));
  }

  /// The pods of a primary that has to be made: as many as the last one had, else as the target
  /// has, or Git wants. An autoscaler goes on from its bounds.
  static int primary(Observation seen) {
    var target = seen.target().map(Workload::replicas).orElse(0);
    if (seen.autoscaling() instanceof Present scaler) {
      return scaler.primary().nearest(Math.max(scaler.least().orElse(0), target));
    }
    var last = lastPrimary(seen);
    var wish = seen.target().map(Workload::wish).orElse(OptionalInt.empty());
    return Math.max(1, last.orElse(target > 0 ? target : wish.orElse(1)));
  }

  /// The pods that the primary had when it was seen last; empty when it never was, or had an
  /// autoscaler.
  static OptionalInt lastPrimary(Observation seen) {
    return pods(seen.standing()).primary();
  }

  /// What the status is to say. Nothing is noted of what nobody looks after at the moment.
  static Pods remembered(Phase next, World world, Observation seen) {
    var before = pods(seen.standing());
    if (world.equals(World.ANY)) {
      return before;
    }
    var primary =
        seen.autoscaling() instanceof Autoscaling.None
            ? seen.primary()
                .filter(p -> p.sizable() && p.replicas() > 0)
                .map(p -> OptionalInt.of(p.replicas()))
                .orElse(before.primary())
            : OptionalInt.empty();
    if (!(next instanceof Phase.Progressing)) {
      return new Pods(primary, OptionalInt.empty());
    }
    return new Pods(primary, seen.canaryReady() ? OptionalInt.of(needed(seen)) : before.canary());
  }

  /// Whether the target is to have more pods than are ready yet, while as many are ready as were
  /// enough when it got its traffic.
  static boolean isGrowing(Observation seen) {
    var enough = pods(seen.standing()).canary();
    return enough.isPresent()
        && needed(seen) > enough.getAsInt()
        && seen.available(seen.target()) >= enough.getAsInt()
        && seen.target().filter(t -> t.existing() <= t.updated()).isPresent();
  }

  private static int needed(Observation seen) {
    return seen.target().map(t -> t.needed(seen.policy().canaryReadyThreshold())).orElse(0);
  }

  private static Pods pods(Optional<Standing> standing) {
    return standing.map(Standing::pods).orElse(Pods.UNKNOWN);
  }

  /// What keeps a primary from being scaled as the spec wants.
  static Optional<Obstacle> obstacle(Observation seen) {
    return seen.autoscaling() instanceof Unusable(var why, _, _, _)
        ? Optional.of(new Obstacle(HoldReason.AUTOSCALER_UNUSABLE, why))
        : Optional.empty();
  }

  /// Whether the primary has its autoscaler, where it is to have one.
  static boolean isArranged(Observation seen) {
    return !(seen.autoscaling() instanceof Present scaler)
        || (scaler.current() && scaler.least().isPresent());
  }

  private static int pods(Observation seen) {
    return seen.primary().map(Workload::replicas).orElse(0);
  }

  private static boolean isCalm(Observation seen) {
    return seen.routing().reached(Split.NONE, seen.now(), CALM);
  }
}
