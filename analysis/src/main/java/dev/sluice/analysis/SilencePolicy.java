package dev.sluice.analysis;

/// What a silence of the metrics costs.
///
/// @param noData when the source is healthy and has no value
/// @param unavailable when the source could not be asked
public record SilencePolicy(Cost noData, Cost unavailable) {

  /// No data is a failed check, as Flagger's users expect; an outage of the source only holds, so
  /// that it never rolls back a release by itself.
  public static final SilencePolicy DEFAULT = new SilencePolicy(Cost.FAIL, Cost.HOLD);

  public enum Cost {
    /// Counts as a failed check.
    FAIL,
    /// Holds the step and counts nothing.
    HOLD,
    /// As if the check had passed.
    PASS
  }
}
