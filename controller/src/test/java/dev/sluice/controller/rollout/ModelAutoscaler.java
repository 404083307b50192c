package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Autoscaling.Bounds;
import dev.sluice.controller.rollout.Autoscaling.Rest;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// An autoscaler and the copy that the rollout made of it: each sets the pods of its workload to
/// what the load needs, within its bounds. One of Kubernetes' own rests while there are none; one
/// like KEDA's starts pods then, unless it is told to keep the target at none.
final class ModelAutoscaler {
  /// What everybody's traffic needs at the moment.
  int needed = 2;

  /// Whether somebody deleted it.
  boolean missing;

  /// Whether the cluster does not know its kind.
  boolean undefined;

  /// What it does about a target without pods.
  Rest rest = Rest.BY_ITSELF;

  private Bounds bounds;
  private int copiedLeast;
  private int copiedMost;

  ModelAutoscaler(int least, int most) {
    bounds = new Bounds(least, most);
  }

  void edit(int least, int most) {
    bounds = new Bounds(least, most);
  }

  void copy(int least) {
    copiedLeast = least;
    copiedMost = bounds.most();
  }

  int copiedLeast() {
    return copiedLeast;
  }

  Autoscaling seen() {
    if (undefined) {
      return new Autoscaling.Unusable("the cluster has no ScaledObjects", false, rest, true);
    }
    if (missing) {
      return new Autoscaling.Unusable("HorizontalPodAutoscaler shop/web does not exist", false);
    }
    return new Autoscaling.Present(
        bounds,
        bounds,
        copiedLeast == 0 ? OptionalInt.empty() : OptionalInt.of(copiedLeast),
        copiedMost == bounds.most(),
        false,
        rest);
  }

  /// Both look at their workloads.
  ///
  /// @param canary the share of the load that the target has, in percent
  void act(
      @Nullable ModelDeployment target, @Nullable ModelDeployment primary, int canary, long now) {
    if (!missing && rest == Rest.AT_ZERO && target != null) {
      target.scale(0, now);
    } else if (!missing) {
      if (rest == Rest.AWAKE && target != null && target.replicas == 0) {
        target.scale(bounds.least(), now);
      }
      scale(target, canary, bounds.least(), bounds.most(), now);
    }
    if (copiedLeast > 0) {
      scale(primary, 100 - canary, copiedLeast, copiedMost, now);
    }
  }

  private void scale(@Nullable ModelDeployment pods, int share, int least, int most, long now) {
    if (pods != null && pods.replicas > 0) {
      pods.scale(Math.clamp(Math.ceilDiv(needed * share, 100), least, Math.max(least, most)), now);
    }
  }
}
