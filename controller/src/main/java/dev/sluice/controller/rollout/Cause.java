package dev.sluice.controller.rollout;

/// Why a run ended without promotion.
///
/// @param why one clause with the numbers, for the person on call
public record Cause(Kind kind, String why) {

  public enum Kind {
    /// Checks failed as often as the threshold allows.
    FAILED_CHECKS,
    /// The target's pods did not become ready in time.
    DEADLINE,
    /// The target was deleted.
    TARGET_GONE,
    /// A newer change of its config took its place.
    SUPERSEDED,
    /// Somebody scaled the target to zero while it had traffic.
    SCALED_TO_ZERO,
    /// The target became what the primary already runs.
    REVERTED;

    /// As in status, such as `FailedChecks`.
    public String title() {
      return Reason.title(name());
    }
  }
}
