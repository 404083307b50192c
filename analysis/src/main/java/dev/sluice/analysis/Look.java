package dev.sluice.analysis;

import org.jspecify.annotations.Nullable;

/// What one look at a metric came to, once it is clear what a silence costs.
///
/// @param limits of the metric
/// @param reason why the step must not be taken; null where nothing is wrong
/// @param evidence its metric is the name of this look, too
public record Look(
    Limits limits, Outcome outcome, Verdict.@Nullable Reason reason, Evidence evidence) {

  public enum Outcome {
    /// Good, or a silence that costs nothing.
    PASSED,

    /// Not looked at on purpose: its initial delay is not over.
    DELAYED,

    /// Not looked at: the revision has had traffic for too short a time.
    EARLY,

    /// The source is healthy and has no value, and that is borne for a while.
    INCONCLUSIVE,

    /// The source is healthy and has no value, which holds.
    SILENT,

    /// The source had no answer.
    ERROR,

    /// A value outside its bound, or a silence that costs as much.
    FAILED
  }

  public String metric() {
    return evidence.metric();
  }

  /// Whether there was a value.
  public boolean isMeasured() {
    return evidence.value() != null;
  }

  /// Whether this is a failure that counts to the limit of the metric alone.
  public boolean failsForItself() {
    return outcome == Outcome.FAILED && !limits.dryRun() && limits.failures().isPresent();
  }

  /// Whether this is a failure that counts to the threshold of the whole analysis.
  boolean failsForAll() {
    return outcome == Outcome.FAILED && !limits.dryRun() && limits.failures().isEmpty();
  }
}
