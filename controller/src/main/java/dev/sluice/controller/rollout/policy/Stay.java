package dev.sluice.controller.rollout.policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What is particular to a stage while it lasts.
///
/// @param interval time between two checks; empty for that of the policy
/// @param pause what must be over before it is left, beside its check
/// @param metrics names of those that are judged; empty for all of the policy
/// @param mayBeShort whether a release that is very well known may leave it before its first check
public record Stay(
    Optional<Duration> interval, Pause pause, Optional<List<String>> metrics, boolean mayBeShort) {

  /// Until a check has passed.
  static final Stay USUAL = new Stay(Optional.empty(), new Pause.None(), Optional.empty(), true);

  public Stay {
    metrics = metrics.map(List::copyOf);
  }

  /// How long the specification makes it last, whatever the checks say.
  public sealed interface Pause {
    /// No longer than its check.
    record None() implements Pause {}

    /// From when the stage began.
    record For(Duration time) implements Pause {}

    /// Until a person says otherwise.
    record UntilResumed() implements Pause {}
  }
}
