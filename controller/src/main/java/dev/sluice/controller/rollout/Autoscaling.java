package dev.sluice.controller.rollout;

import java.util.OptionalInt;

/// Who decides how many pods there are, as read from the cluster.
public sealed interface Autoscaling {

  /// Whether a copy for the primary is still there that the spec no longer asks for.
  boolean leftover();

  /// What the target's autoscaler does about a target without pods.
  Rest rest();

  /// No autoscaler: the numbers are Git's, or stay as they are.
  record None(boolean leftover) implements Autoscaling {
    @Override
    public Rest rest() {
      return Rest.BY_ITSELF;
    }
  }

  /// The spec names one that is missing, or that cannot be copied.
  ///
  /// @param why one sentence, naming the object and what to change
  /// @param unseen whether nothing tells when that is over, so that it has to be looked for
  record Unusable(String why, boolean leftover, Rest rest, boolean unseen) implements Autoscaling {
    public Unusable(String why, boolean leftover) {
      this(why, leftover, Rest.BY_ITSELF, false);
    }
  }

  /// @param target how many pods the target's may ask for
  /// @param primary the same for its copy, as the spec says
  /// @param least lower bound of the copy in the cluster; empty when there is none
  /// @param current whether the copy is as wanted, its lower bound aside
  record Present(
      Bounds target,
      Bounds primary,
      OptionalInt least,
      boolean current,
      boolean leftover,
      Rest rest)
      implements Autoscaling {}

  /// What an autoscaler does about a workload without pods.
  enum Rest {
    /// Leaves it at none, as a HorizontalPodAutoscaler does, and one that was told to do nothing.
    BY_ITSELF,
    /// Starts pods, as KEDA does.
    AWAKE,
    /// Keeps it at none, since it was told to.
    AT_ZERO,
    /// Keeps it at another number, since somebody told it to.
    AT_SOME
  }

  /// @param least at least 1
  /// @param most not below `least`
  record Bounds(int least, int most) {
    public Bounds {
      if (least < 1 || most < least) {
        throw new IllegalArgumentException("no bounds: " + least + " to " + most);
      }
    }

    int nearest(int pods) {
      return Math.clamp(pods, least, most);
    }
  }
}
