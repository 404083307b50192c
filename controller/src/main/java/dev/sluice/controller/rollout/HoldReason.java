package dev.sluice.controller.rollout;

import dev.sluice.analysis.Verdict;

/// The reasons of condition `Held`.
///
/// The texts here are in the reference page `docs/reference/events.md`.
public enum HoldReason {
  SUSPENDED(
      Tone.QUIET,
      "`spec.suspend` is true: nothing is read or written, whatever happens.",
      "Set it to false to go on."),
  PAUSED(
      Tone.QUIET,
      "Somebody gave the command `pause`: no revision is started, gets more traffic or is promoted."
          + " Checks go on, and those that fail count; what takes traffic away works as always.",
      "Give the command `resume`; `promote` takes one step and leaves the pause."),
  TARGET_MISSING(
      Tone.STALLED,
      "The workload in `spec.targetRef` does not exist.",
      "Create it, or correct the reference."),
  TARGET_UNREADABLE(
      Tone.STALLED,
      "A ConfigMap or Secret that the target's pods need is missing or cannot be read, so nobody"
          + " can say what the target runs.",
      "Create the object that the message names."),
  AUTOSCALER_UNUSABLE(
      Tone.STALLED,
      "The autoscaler in `spec.autoscalerRef` is missing, or cannot be copied for the primary. No"
          + " new run starts; one that is under way goes on.",
      "Create or edit the object that the message names."),
  HOST_TAKEN(
      Tone.STALLED,
      "Another object of the mesh owns a host of this canary; weights written beside it would not be"
          + " obeyed. Only users are still taken away from a release that may not have them any more,"
          + " since the other may own the host for some callers only.",
      "Remove the host from that object, or from `spec.service.hosts`."),
  PRIMARY_MISSING(
      Tone.ALERT,
      "Somebody deleted the primary, and the target no longer is what it ran.",
      "Change the target back to the promoted version, or set `skipAnalysis: true` to make the"
          + " primary from the target as it is."),
  PRIMARY_NOT_READY(
      Tone.ALERT,
      "The primary has not enough ready pods. Traffic never goes to a primary that is not ready, and"
          + " nothing is compared with it.",
      "Look at the primary's pods. A fix can be pushed with `skipAnalysis: true`."),
  CANARY_NOT_READY(
      Tone.PATIENT,
      "Some of the canary's pods are not ready. No step is taken; the progress deadline runs.",
      "Look at the target's pods."),
  CANARY_GROWING(
      Tone.PATIENT_AT_FIRST,
      "An autoscaler, or somebody, gives the canary more pods, which are not ready yet; as many are"
          + " ready as were before. The next step waits for them; the progress deadline runs.",
      "Look at the target's pods, and at the room that nodes and quotas have for more."),
  TARGET_NOT_READY(
      Tone.PATIENT,
      "The Canary is deleted, and the target is not ready to take its traffic back. The primary"
          + " serves until it is; the progress deadline runs.",
      "Look at the target's pods."),
  ROUTE_NOT_REACHED(
      Tone.ALERT,
      "The route in the cluster is not what was written, was refused, or is not accepted by a"
          + " gateway.",
      "Look at who else writes the route, at the controller's log for a refusal, and at the gateway"
          + " that the message names."),
  WRITE_REFUSED(
      Tone.ALERT,
      "The API server refuses something that Sluice has to write (quota, admission, a missing"
          + " right). It is tried again.",
      "Read the refusal in the message."),
  ROUTE_EDITED(
      Tone.QUIET,
      "Somebody else wrote the route; it is being set back.",
      "Change the Canary instead, or suspend it."),
  ROLLOUT_NOT_CONFIRMED(
      Tone.GATE,
      "A confirm-rollout webhook has not agreed to a new revision. None of its pods is started.",
      "Open the gate, or change the target back. A rollback webhook that agrees gives the revision"
          + " up.",
      "Canary is waiting for approval."),
  TRAFFIC_INCREASE_NOT_CONFIRMED(
      Tone.GATE,
      "The checks passed, and a confirm-traffic-increase webhook has not agreed to more traffic. The"
          + " checks go on; those that fail count.",
      "Open the gate. A rollback webhook that agrees, or a change back, ends the rollout.",
      "Canary traffic increase is waiting for approval."),
  PROMOTION_NOT_CONFIRMED(
      Tone.GATE,
      "The analysis passed, and a confirm-promotion webhook has not agreed. The traffic stays as it"
          + " is and the checks go on; those that fail count.",
      "Open the gate. A rollback webhook that agrees, or a change back, ends the rollout.",
      "Canary promotion is waiting for approval."),
  PAUSED_AT_STEP(
      Tone.GATE,
      "The run has come to a step `pause: {}` of `spec.analysis.steps`, which only a person ends. The"
          + " traffic stays as it is and the checks go on; those that fail count.",
      "Give the command `resume`: the next step follows the next check that passes, which is made at"
          + " once. `promote` needs no check; `abort` gives the revision up.",
      "Canary is paused:"),
  METRICS_UNAVAILABLE(
      Tone.ALERT,
      "The metric source cannot be asked. That says nothing about the release: no step is taken and"
          + " nothing is counted.",
      "Look at the metric source that the message names. Refused credentials are in the Secret of"
          + " its MetricTemplate."),
  QUERY_REFUSED(
      Tone.STALLED,
      "A metric will never be answered as it is: its source refuses the query, or the credentials in"
          + " its Secret cannot be used.",
      "Edit what the message names; the next check uses it."),
  NO_DATA(
      Tone.ALERT,
      "The source is well but has no series about the canary, and the policy says to wait for them.",
      "Send traffic, or check the metric's labels."),
  METRIC_INCONCLUSIVE(
      Tone.ALERT,
      "A metric had no data at more looks of this run than its `inconclusiveLimit` bears. The checks"
          + " go on, and those that fail count; it does not go on by itself, whatever they say.",
      "Look why there is no data. Let the rollout go on with the command `promote`, which begins the"
          + " count again, or by a higher `inconclusiveLimit`; or give it up with `abort`."),
  INITIAL_DELAY(
      Tone.PATIENT,
      "All other checks passed, and a metric whose `initialDelay` is not over has not been looked at"
          + " once. It is promoted after that look at the earliest.",
      "Nothing."),
  WEIGHTS_NOT_OBEYED(
      Tone.ALERT,
      "The metrics show another split of the traffic than the route asks for.",
      "Look for other routes of the host, and for callers outside the mesh."),
  AWAITING_EVIDENCE(
      Tone.PATIENT_AT_FIRST,
      "The comparison with the primary does not know enough yet to give the canary more traffic;"
          + " nothing speaks against it. It goes on as soon as enough requests were seen.",
      "Wait, or send it traffic. The message says what is known and what the step needs."),
  SUSPICIOUS(
      Tone.PATIENT_AT_FIRST,
      "The comparison with the primary has some evidence against the canary, too little to roll it"
          + " back. It passes or becomes a rollback.",
      "Read the numbers in the message."),
  INCONCLUSIVE(
      Tone.ALERT,
      "The evidence for the next step has not come for as long as"
          + " `spec.analysis.comparison.inconclusive.after` says. The canary keeps its weight and is"
          + " compared on; it goes on when the evidence comes.",
      "Decide by the numbers in the message: send it traffic, set `inconclusive.then`, or give the"
          + " release up by a change of the target."),
  NO_CANARY_DATA(
      Tone.ALERT,
      "The comparison with the primary has had no sample, or no request, of the canary for six looks."
          + " That is no evidence of anything.",
      "Send traffic. Where there is some, look whether the canary's proxies are scraped."),
  NO_PRIMARY_DATA(
      Tone.ALERT,
      "The comparison has had no sample, or no request, of the primary for three looks. Only the"
          + " least success rate judges the canary meanwhile.",
      "Look whether the primary serves, and whether its proxies are scraped."),
  SHARED_DEGRADATION(
      Tone.ALERT,
      "The primary itself fails far more than it usually does, so whatever is wrong hits both and says"
          + " nothing of the release.",
      "Look at what both depend on. If the release may have broken it, change the target back."),
  LATENCY_UNAVAILABLE(
      Tone.ALERT,
      "`requireLatency` is set, and there is no histogram of durations with the same bounds of both"
          + " canary and primary.",
      "Look whether both have `istio_request_duration_milliseconds`, or do without `requireLatency`.");

  /// How loud a hold is.
  enum Tone {
    /// Somebody's own doing, or over in a moment: an Event, no alert.
    QUIET,
    /// Often passes by itself and has a deadline of its own: an Event, no alert.
    PATIENT,
    /// Comes and goes with the load: an Event once it has lasted for two minutes, no alert.
    PATIENT_AT_FIRST,
    /// Somebody was asked and has not agreed: an Event, and an alert of severity `warn` at once.
    GATE,
    /// An alert once it has lasted for an interval.
    ALERT,
    /// A person must edit something: an alert, and condition `Stalled`.
    STALLED
  }

  private final Tone tone;
  private final String meaning;
  private final String advice;
  private final String alert;

  HoldReason(Tone tone, String meaning, String advice) {
    this(tone, meaning, advice, "Rollout is held:");
  }

  HoldReason(Tone tone, String meaning, String advice, String alert) {
    this.tone = tone;
    this.meaning = meaning;
    this.advice = advice;
    this.alert = alert;
  }

  /// As in the condition's `reason`, such as `PrimaryNotReady`.
  public String title() {
    return Reason.title(name());
  }

  /// Whether a person must edit something before it can go on.
  public boolean isStalled() {
    return tone == Tone.STALLED;
  }

  /// Whether people have stopped everything, so that the time does not count as the run's.
  boolean stopsTheClock() {
    return this == SUSPENDED;
  }

  /// Whether it is about pods of the canary that are not ready: two of these, one after the other,
  /// are one wait.
  boolean isAboutCanaryPods() {
    return this == CANARY_NOT_READY || this == CANARY_GROWING;
  }

  /// Whether it is about what the comparison with the primary does not know: several of these, one
  /// after the other, are one wait.
  boolean isAboutEvidence() {
    return switch (this) {
      case AWAITING_EVIDENCE,
          SUSPICIOUS,
          INCONCLUSIVE,
          NO_CANARY_DATA,
          NO_PRIMARY_DATA,
          SHARED_DEGRADATION,
          LATENCY_UNAVAILABLE ->
          true;
      case SUSPENDED,
          PAUSED,
          TARGET_MISSING,
          TARGET_UNREADABLE,
          AUTOSCALER_UNUSABLE,
          HOST_TAKEN,
          PRIMARY_MISSING,
          PRIMARY_NOT_READY,
          CANARY_NOT_READY,
          CANARY_GROWING,
          TARGET_NOT_READY,
          ROUTE_NOT_REACHED,
          WRITE_REFUSED,
          ROUTE_EDITED,
          ROLLOUT_NOT_CONFIRMED,
          TRAFFIC_INCREASE_NOT_CONFIRMED,
          PROMOTION_NOT_CONFIRMED,
          PAUSED_AT_STEP,
          METRICS_UNAVAILABLE,
          QUERY_REFUSED,
          NO_DATA,
          METRIC_INCONCLUSIVE,
          INITIAL_DELAY,
          WEIGHTS_NOT_OBEYED ->
          false;
    };
  }

  /// What a verdict holds for.
  static HoldReason of(Verdict.Reason reason) {
    return switch (reason) {
      case SOURCE_UNAVAILABLE -> METRICS_UNAVAILABLE;
      case QUERY_REFUSED -> QUERY_REFUSED;
      case WEIGHTS_NOT_OBEYED -> WEIGHTS_NOT_OBEYED;
      case NO_DATA, INCONCLUSIVE, CHECK_FAILED -> NO_DATA;
      case NO_CANARY_DATA -> NO_CANARY_DATA;
      case NO_PRIMARY_DATA -> NO_PRIMARY_DATA;
      case LATENCY_UNAVAILABLE -> LATENCY_UNAVAILABLE;
      case SHARED_DEGRADATION -> SHARED_DEGRADATION;
      case SUSPICIOUS -> SUSPICIOUS;
    };
  }

  /// Whether it came from the answers of a check, and so lasts until the next one.
  boolean isAnswer() {
    return switch (this) {
      case METRICS_UNAVAILABLE,
          QUERY_REFUSED,
          NO_DATA,
          METRIC_INCONCLUSIVE,
          INITIAL_DELAY,
          WEIGHTS_NOT_OBEYED,
          AWAITING_EVIDENCE,
          SUSPICIOUS,
          INCONCLUSIVE,
          NO_CANARY_DATA,
          NO_PRIMARY_DATA,
          SHARED_DEGRADATION,
          LATENCY_UNAVAILABLE,
          ROLLOUT_NOT_CONFIRMED,
          TRAFFIC_INCREASE_NOT_CONFIRMED,
          PROMOTION_NOT_CONFIRMED ->
          true;
      case SUSPENDED,
          PAUSED,
          TARGET_MISSING,
          TARGET_UNREADABLE,
          AUTOSCALER_UNUSABLE,
          HOST_TAKEN,
          PRIMARY_MISSING,
          PRIMARY_NOT_READY,
          CANARY_NOT_READY,
          CANARY_GROWING,
          TARGET_NOT_READY,
          ROUTE_NOT_REACHED,
          WRITE_REFUSED,
          ROUTE_EDITED,
          PAUSED_AT_STEP ->
          false;
    };
  }

  /// How an alert about it begins.
  String alert() {
    return alert;
  }

  Tone tone() {
    return tone;
  }

  String meaning() {
    return meaning;
  }

  String advice() {
    return advice;
  }
}
