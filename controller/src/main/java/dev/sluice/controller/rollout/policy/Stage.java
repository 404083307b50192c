package dev.sluice.controller.rollout.policy;

import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.util.Optional;

/// How far a revision has come on the way of its [Strategy].
///
/// @param split what it gets
/// @param iteration which look this is, from 1 on, where a strategy counts looks instead of shares;
///   0 where it does not
/// @param position in a list of steps; empty where there is none, or its first is still to come
public record Stage(Split split, int iteration, Optional<Position> position) {
  /// Its pods are started; nobody's requests reach them.
  public static final Stage START = of(Percent.NONE);

  /// @throws IllegalArgumentException when the iteration is negative
  public Stage {
    if (iteration < 0) {
      throw new IllegalArgumentException("there is no iteration " + iteration);
    }
  }

  /// Of a way without a list of steps.
  public Stage(Split split, int iteration) {
    this(split, iteration, Optional.empty());
  }

  public static Stage of(Percent canary) {
    return new Stage(Split.of(canary), 0);
  }

  public Percent weight() {
    return split.canary();
  }

  /// Whether nothing has been shown to the revision yet.
  public boolean isStart() {
    return split.isNone() && iteration == 0 && position.isEmpty();
  }

  /// Which of the steps that the specification lists is under way.
  ///
  /// @param step from 1 on
  /// @param of how many there were when it began
  /// @param look which of the checks that the step wants is waited for, from 1 on
  /// @param resumed whether a person has ended the pause that the step is
  public record Position(int step, int of, int look, boolean resumed) {
    /// @throws IllegalArgumentException when there is no such step or look
    public Position {
      if (step < 1 || of < step || look < 1) {
        throw new IllegalArgumentException(
            "there is no look %d at step %d of %d".formatted(look, step, of));
      }
    }

    /// `3/7`
    public String title() {
      return step + "/" + of;
    }
  }
}
