package dev.sluice.controller.rollout;

import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;

/// How far a revision has come on the way of its [Strategy].
///
/// @param split what it gets
/// @param iteration which look this is, from 1 on, where a strategy counts looks instead of shares;
///   0 where it does not
public record Stage(Split split, int iteration) {
  /// Its pods are started; nobody's requests reach them.
  static final Stage START = of(Percent.NONE);

  /// @throws IllegalArgumentException when the iteration is negative
  public Stage {
    if (iteration < 0) {
      throw new IllegalArgumentException("there is no iteration " + iteration);
    }
  }

  static Stage of(Percent canary) {
    return new Stage(Split.of(canary), 0);
  }

  Percent weight() {
    return split.canary();
  }

  /// Whether nothing has been shown to the revision yet.
  boolean isStart() {
    return split.isNone() && iteration == 0;
  }
}
