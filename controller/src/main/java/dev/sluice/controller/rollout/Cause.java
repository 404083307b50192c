package dev.sluice.controller.rollout;

/// Why a run ended without promotion.
///
/// @param why one clause with the numbers, for the person on call
public record Cause(Kind kind, String why) {

  public enum Kind {
    FAILED_CHECKS(
        "Checks failed as often as the threshold allows, or a metric more often than its"
            + " `failureLimit`."),
    WORSE_THAN_PRIMARY(
        "The comparison with the primary found it worse than is tolerated; at once, whatever the"
            + " threshold of failed checks."),
    INCONCLUSIVE(
        "Not enough became known in time, and `spec.analysis.comparison.inconclusive.then` is"
            + " `rollback`."),
    METRICS_UNAVAILABLE(
        "The metrics could not be asked for too long, and"
            + " `spec.analysis.comparison.unavailable.then` is `rollback`; or a metric got no answer"
            + " more often in a row than its `consecutiveErrorLimit`."),
    DEADLINE("The target's pods did not become ready in time."),
    TOO_LONG("The analysis was not over within `spec.analysis.maxDuration`."),
    TARGET_GONE("The target was deleted."),
    SCALED_TO_ZERO("Somebody scaled the target to zero while it had traffic."),
    REQUESTED("A rollback webhook asked for it; the alert has severity `warn`."),
    ABORTED("Somebody ordered it by the command `abort`; the alert has severity `warn`."),
    SUPERSEDED("A newer change took its place; the run of that follows. No alert."),
    REVERTED("The target became what the primary already runs. No alert, and no failure.");

    private final String meaning;

    Kind(String meaning) {
      this.meaning = meaning;
    }

    /// As in status, such as `FailedChecks`.
    public String title() {
      return Reason.title(name());
    }

    String meaning() {
      return meaning;
    }
  }
}
