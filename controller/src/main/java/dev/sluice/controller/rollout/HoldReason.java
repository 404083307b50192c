package dev.sluice.controller.rollout;

/// The reasons of condition `Held`.
public enum HoldReason {
  SUSPENDED("Suspended", Tone.QUIET),
  TARGET_MISSING("TargetMissing", Tone.STALLED),
  TARGET_UNREADABLE("TargetUnreadable", Tone.STALLED),
  HOST_TAKEN("HostTaken", Tone.STALLED),
  PRIMARY_MISSING("PrimaryMissing", Tone.ALERT),
  PRIMARY_NOT_READY("PrimaryNotReady", Tone.ALERT),
  CANARY_NOT_READY("CanaryNotReady", Tone.PATIENT),
  ROUTE_NOT_REACHED("RouteNotReached", Tone.ALERT),
  METRICS_UNAVAILABLE("MetricsUnavailable", Tone.ALERT),
  WEIGHTS_NOT_OBEYED("WeightsNotObeyed", Tone.ALERT),
  CHANGE_INCOMPLETE("ChangeIncomplete", Tone.PATIENT);

  /// How loud a hold is.
  enum Tone {
    /// Asked for by somebody: an Event, no alert.
    QUIET,
    /// Often passes by itself and has a deadline of its own: an Event, no alert.
    PATIENT,
    /// An alert once it has lasted for an interval.
    ALERT,
    /// A person must edit something: an alert, and condition `Stalled`.
    STALLED
  }

  private final String title;
  private final Tone tone;

  HoldReason(String title, Tone tone) {
    this.title = title;
    this.tone = tone;
  }

  /// As in the condition's `reason`.
  public String title() {
    return title;
  }

  Tone tone() {
    return tone;
  }
}
