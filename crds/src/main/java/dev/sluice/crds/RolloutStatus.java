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
        @Nullable Integer mirrored) {

  public RolloutStatus {
    problems = List.copyOf(problems);
    news = List.copyOf(news);
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
        mirrored);
  }

  /// Names that must not change while objects bear them.
  public record Subject(
      @Field(value = "Name of the target.", required = true) String target,
      @Field(value = "Name of the apex Service.", required = true) String apex) {}

  /// What of the past says how many pods there are to be, and what a change of their number means.
  public record Pods(
      @Field("Of the primary when it last was there, for one that has to be made again.")
          @Nullable Integer primary,
      @Field("Of the canary that were enough for the traffic it has.") @Nullable Integer canary) {}

  /// Why a run does not go on.
  public record Held(
      @Field(value = "For machines.", required = true) String reason,
      @Field(value = "For people.", required = true) String message,
      @Field(value = "Since when.", required = true) Instant since,
      @Field("Whether an alert, or where none is due an Event, has told people.")
          boolean alerted) {}

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

  /// A field of the spec that a person must edit.
  public record Problem(
      @Field(value = "The field, such as `spec.analysis.stepWeight`.", required = true)
          String field,
      @Field(value = "Why it cannot work.", required = true) String why) {}
}
