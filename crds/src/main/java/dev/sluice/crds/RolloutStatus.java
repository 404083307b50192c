package dev.sluice.crds;

import dev.sluice.crds.shape.Field;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a release must remember to survive a restart of the controller at any moment, beside what
/// Flagger's own fields say. Times are kept to the millisecond.
///
/// @param revision our own hash of the target's template and tracked config; says nothing about
///   Flagger's
public record RolloutStatus(
    @Field("Id of the run under way.") @Nullable String id,
    @Field("What the phase is busy with, where the phase alone does not say.")
        @Nullable String stage,
    @Field("Hash of the revision that is released, or of the one last dealt with.")
        @Nullable String revision,
    @Field("The incarnation of the target at which the revision was seen.")
        @Nullable String targetUid,
    @Field("Generation of the target at which the revision was seen.")
        @Nullable Long targetGeneration,
    @Field("Commit that the revision came from.") @Nullable String commit,
    @Field("When the run began.") @Nullable Instant started,
    @Field("When the present weight, or else the present phase, was asked for.")
        @Nullable Instant since,
    @Field("When the next step is due, not before.") @Nullable Instant nextStepAt,
    @Field("When the revision got its first traffic; older samples never judge it.")
        @Nullable Instant firstTrafficAt,
    @Field("How many checks of this run looked at metrics.") @Nullable Integer checks,
    @Field("What kind of failure ended, or is ending, the run.") @Nullable String cause,
    @Field("Why the run failed.") @Nullable String failure,
    @Field("Why the run is held.") @Nullable Held held,
    @Field("What of the spec cannot work.") List<Problem> problems,
    @Field("What people were told last, kept so that a crash loses none of it.") List<News> news,
    @Field("What the Canary looks after, from when it took its traffic over.")
        @Nullable Subject subject,
    @Field("How many pods there were.") @Nullable Pods pods,
    @Field("The canary's share, in percent, where iterations are counted instead.")
        @Nullable Integer share,
    @Field("Share of the requests that are copied to the canary, in percent.")
        @Nullable Integer mirrored,
    @Field("What people ordered beside the manifest.") @Nullable Orders orders,
    @Field(
            "What the looks of this run at metrics with limits of their own, or in dry run, came to.")
        List<MetricLooks> metrics,
    @Field("Where of `spec.analysis.steps` the run is.") @Nullable Step step,
    @Field("How long people have stopped the clock of the run, in seconds.") @Nullable Long stopped,
    @Field("What the last look at the metrics saw.") @Nullable LastCheck lastCheck,
    @Field("Hash of the revision that the primary runs, as far as it is known.")
        @Nullable String promoted,
    @Field("Receivers that did not take the last alert that was meant for them.")
        List<Undelivered> alerts) {

  public RolloutStatus {
    problems = List.copyOf(problems);
    news = List.copyOf(news);
    alerts = List.copyOf(alerts);
    metrics = List.copyOf(metrics);
  }

  /// The same with other news.
  public RolloutStatus with(List<News> latest) {
    return with(latest, subject);
  }

  /// The same about another subject, or none.
  public RolloutStatus with(@Nullable Subject other) {
    return with(news, other);
  }

  private RolloutStatus with(List<News> latest, @Nullable Subject other) {
    return new RolloutStatus(
        id,
        stage,
        revision,
        targetUid,
        targetGeneration,
        commit,
        started,
        since,
        nextStepAt,
        firstTrafficAt,
        checks,
        cause,
        failure,
        held,
        problems,
        latest,
        other,
        pods,
        share,
        mirrored,
        orders,
        metrics,
        step,
        stopped,
        lastCheck,
        promoted,
        alerts);
  }

  /// Names that must not change while objects bear them.
  public record Subject(
      @Field(value = "Name of the target.", required = true) String target,
      @Field(value = "Name of the apex Service.", required = true) String apex,
      @Field("Kind of the target; a Deployment when absent.") @Nullable String kind) {}

  /// What of the past says how many pods there are to be, and what a change of their number means.
  public record Pods(
      @Field("Of the primary when it last was there, for one that has to be made again.")
          @Nullable Integer primary,
      @Field("Of the canary that were enough for the traffic it has.") @Nullable Integer canary) {}

  /// The looks of a run at one metric. Each look counts in one of the last three at the most.
  public record MetricLooks(
      @Field(value = "Name of the metric in the analysis.", required = true) String name,
      @Field("Looks that had a value.") int measured,
      @Field("Looks that failed.") int failed,
      @Field("Looks, one after the other and the last one included, that got no answer.")
          int errorsInRow,
      @Field("Looks that found no data.") int inconclusive) {}

  /// Where of a list of steps a run is.
  public record Step(
      @Field(value = "Which step is under way, such as `3/7`.", required = true) String at,
      @Field("Which check of the step is waited for, where it wants several.")
          @Nullable Integer look,
      @Field("Whether a person has ended the pause that this step is.") boolean resumed) {}

  /// Why a run does not go on.
  public record Held(
      @Field(value = "For machines.", required = true) String reason,
      @Field(value = "For people.", required = true) String message,
      @Field(value = "Since when.", required = true) Instant since,
      @Field("Whether an alert, or where none is due an Event, has told people.")
          boolean alerted) {}

  /// What the last look of a run at its metrics saw.
  public record LastCheck(
      @Field(value = "Id of the run.", required = true) String run,
      @Field(value = "When it was.", required = true) Instant at,
      @Field("Metric by metric, the most important first; not more than twelve.")
          List<Finding> findings) {

    public LastCheck {
      findings = List.copyOf(findings);
    }
  }

  /// What was seen of one metric.
  public record Finding(
      @Field(value = "Name of the metric in the analysis.", required = true) String metric,
      @Field("Whether nothing is wrong with it.") boolean well,
      @Field("Its value, with its unit.") @Nullable String value,
      @Field("What is allowed, such as `at least 99%`.") @Nullable String bound,
      @Field("The primary's value at the same time.") @Nullable String baseline,
      @Field("How many requests are behind the value.") @Nullable Long samples,
      @Field("In words, where the rest does not say it.") @Nullable String note) {}

  /// What people ordered by commands, and what still holds of it.
  public record Orders(
      @Field("The command that was answered last.") @Nullable Command command,
      @Field("Set while nothing goes forward because somebody wants it so.") @Nullable Pause paused,
      @Field("What the run under way need not pass, because somebody wants it so.")
          @Nullable Waiver waived) {}

  /// A command, and what became of it.
  public record Command(
      @Field(value = "Tells it from the same command given again.", required = true) String id,
      @Field(value = "What was asked for, such as `promote`.", required = true) String what,
      @Field("Who gave it, as they said themselves.") @Nullable String by,
      @Field("The client that wrote it, as the API server noted.") @Nullable String through,
      @Field("Why it was given.") @Nullable String reason,
      @Field(value = "When it was answered.", required = true) Instant at,
      @Field(value = "`Taken` or `Refused`.", required = true) String outcome,
      @Field(value = "What follows from it, or why it was refused.", required = true)
          String message,
      @Field("Whether its annotation may still be on the Canary.") boolean open) {}

  /// A pause.
  public record Pause(
      @Field(value = "Who wants it.", required = true) String by,
      @Field("Why.") @Nullable String reason,
      @Field(value = "Since when.", required = true) Instant since) {}

  /// What a run need not pass.
  public record Waiver(
      @Field(
              value = "`Check` of the present step, its whole `Stage`, or the whole `Run`.",
              required = true)
          String scope,
      @Field(value = "Id of the run that it is for.", required = true) String run,
      @Field(value = "Who wants it.", required = true) String by,
      @Field("Why.") @Nullable String reason) {}

  /// One Event, and the alert that goes with it.
  public record News(
      @Field(value = "When it happened.", required = true) Instant at,
      @Field(value = "The Event's reason.", required = true) String reason,
      @Field(value = "The Event's message.", required = true) String message,
      @Field("The alert that goes with it.") @Nullable Alert alert) {}

  /// What is sent to chat.
  public record Alert(
      @Field(value = "How urgent: `INFO`, `WARN` or `ERROR`.", required = true) String severity,
      @Field(value = "What is said.", required = true) String text,
      @Field("Whether facts about the specification go with it.") boolean details) {}

  /// A receiver of alerts that does not take them.
  public record Undelivered(
      @Field(value = "Who, such as `AlertProvider production/on-call`.", required = true) String to,
      @Field(value = "Since when.", required = true) Instant since,
      @Field(value = "What is wrong, without secrets.", required = true) String why) {}

  /// A field of the spec that a person must edit.
  public record Problem(
      @Field(value = "The field, such as `spec.analysis.stepWeight`.", required = true)
          String field,
      @Field(value = "Why it cannot work.", required = true) String why) {}
}
