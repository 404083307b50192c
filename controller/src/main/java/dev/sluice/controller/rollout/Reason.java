package dev.sluice.controller.rollout;

import static dev.sluice.controller.rollout.Reason.Type.NORMAL;
import static dev.sluice.controller.rollout.Reason.Type.WARNING;

import java.util.Locale;

/// The reasons of our Events: one for every transition, so that none is folded into another.
///
/// The texts here are the reference page `docs/reference/events.md`.
public enum Reason {
  INITIALIZING(
      NORMAL,
      "A Canary was found and its primary is being made. The target keeps all traffic meanwhile.",
      "Nothing. If it lasts, look at the primary's pods."),
  INITIALIZED(
      NORMAL,
      "The primary serves the traffic and the target is scaled to zero.",
      "Nothing. The next change of the target starts a rollout."),
  NEW_REVISION(NORMAL, "The target was changed; its pods are started without traffic.", "Nothing."),
  REVISION_RESTARTED(
      NORMAL,
      "The target was changed again during a rollout. The canary's traffic was taken away and the"
          + " analysis starts over with the new revision.",
      "Nothing."),
  ADOPTED(
      NORMAL,
      "A run that Flagger had begun goes on where it was, with the next check. See [come from"
          + " Flagger](../how-to/come-from-flagger.md).",
      "Nothing."),
  MAKING_WAY(
      NORMAL,
      "A Git sync is about to change the target in mid-run. The canary's traffic goes to the primary"
          + " before its pods are replaced.",
      "Nothing."),
  ANALYSIS_RESTARTED(
      NORMAL,
      "The spec was edited in mid-run to one whose provider cannot give the canary the requests that"
          + " it had. They go to the primary, and the same revision is analysed from the beginning.",
      "Nothing."),
  POST_ROLLOUT_PASSED(NORMAL, "A post-rollout webhook agreed.", "Nothing."),
  POST_ROLLOUT_FAILED(
      WARNING,
      "A post-rollout webhook refused or could not be asked. It changes nothing and is not called"
          + " again.",
      "Do by hand what the webhook would have done, if it matters."),
  PRE_ROLLOUT_PASSED(NORMAL, "The pre-rollout webhooks agreed; traffic follows.", "Nothing."),
  WEIGHT_ADVANCED(NORMAL, "The checks passed and the canary gets more traffic.", "Nothing."),
  STEP_ADVANCED(
      NORMAL,
      "The checks passed and the next of `spec.analysis.steps`, or of its checks, has begun. The"
          + " canary gets no more traffic by it.",
      "Nothing."),
  CHECK_FAILED(
      WARNING,
      "A metric or webhook says that the release is not well. The weight stays; as many failures as"
          + " the threshold allows roll it back.",
      "Look at the value and bound in the message."),
  NO_DATA(
      WARNING,
      "The metric source is well but knows nothing about the canary, usually because it gets no"
          + " traffic. Counts as a failed check from the second check on.",
      "Send traffic (a load test as a rollout webhook), or check the metric's labels."),
  CANARY_LOST(
      WARNING,
      "The canary had traffic and no pod left to take it. The traffic went back to the primary; the"
          + " loss counts as a failed check.",
      "Look at the target's pods: crashes, evictions, a full node."),
  PROMOTING(
      NORMAL,
      "The analysis passed. The primary is updated with exactly the revision that was analysed.",
      "Nothing."),
  PRIMARY_ADVANCED(NORMAL, "The promoted primary gets more of the traffic back.", "Nothing."),
  FINALISING(
      NORMAL, "The promoted primary gets all traffic; the target is scaled down next.", "Nothing."),
  PROMOTED(NORMAL, "The rollout is done; the target is scaled to zero.", "Nothing."),
  ANALYSIS_SKIPPED(
      WARNING,
      "`skipAnalysis` is set, or somebody gave the command `promote-fully`: the revision is promoted"
          + " unchecked.",
      "Nothing."),
  ROLLING_BACK(
      WARNING,
      "The release is given up. Its traffic goes to the primary first, its pods are stopped after.",
      "Read why, fix the release, and change the target again."),
  ROLLED_BACK(
      WARNING,
      "The primary has all traffic and the target is scaled to zero.",
      "Fix the release and change the target; the same revision is not tried again."),
  REVERTED(
      NORMAL,
      "The target is again what the primary runs, so there is nothing left to analyse.",
      "Nothing."),
  TERMINATING(
      NORMAL,
      "The Canary is deleted and `revertOnDeletion` is set: the target is scaled up and gets the"
          + " traffic once it is ready.",
      "Nothing."),
  TERMINATED(
      NORMAL,
      "The target serves for itself; the primary and its parts go with the Canary.",
      "Nothing."),
  LEFT_BEHIND(
      WARNING,
      "The Canary was deleted, but the target did not become ready within the progress deadline."
          + " The primary, its Services and routes stay without an owner and go on serving.",
      "Repair the target, lead the traffic to it, then delete what was left."),
  ROUTE_CORRECTED(
      WARNING,
      "Somebody changed the weights or rules of the route; they were set back.",
      "Change the Canary instead, or suspend it."),
  COMMAND_TAKEN(
      NORMAL,
      "Somebody gave a command: the message says who, why and what follows from it.",
      "Nothing."),
  COMMAND_REFUSED(
      WARNING,
      "Somebody gave a command that makes no sense at this moment. Nothing follows from it, now or"
          + " later.",
      "Read why in the message."),
  HELD(
      WARNING,
      "The rollout does not go on, and the traffic stays as it is; condition `Held` says why.",
      "See the conditions below."),
  RESUMED(NORMAL, "What held the rollout is over.", "Nothing."),
  SPEC_REFUSED(
      WARNING,
      "The spec cannot work. Nothing new is started; condition `Stalled` names the field.",
      "Edit the field."),
  SPEC_ACCEPTED(NORMAL, "A spec that was refused before can work now.", "Nothing."),
  SPEC_WARNING(
      WARNING, "Something in the spec works, but perhaps not as meant.", "Read the message.");

  /// The `type` of the Event.
  public enum Type {
    NORMAL("Normal"),
    WARNING("Warning");

    private final String title;

    Type(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }
  }

  private final Type type;
  private final String meaning;
  private final String advice;

  Reason(Type type, String meaning, String advice) {
    this.type = type;
    this.meaning = meaning;
    this.advice = advice;
  }

  public Type type() {
    return type;
  }

  /// As in the Event's `reason`, such as `WeightAdvanced`.
  public String title() {
    return title(name());
  }

  static String title(String name) {
    var title = new StringBuilder();
    for (String word : name.split("_", -1)) {
      title.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return title.toString();
  }

  String meaning() {
    return meaning;
  }

  String advice() {
    return advice;
  }
}
