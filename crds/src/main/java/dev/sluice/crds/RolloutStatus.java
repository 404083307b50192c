package dev.sluice.crds;

import dev.sluice.crds.shape.Field;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a release must remember to survive a restart of the controller at any moment. Times are
/// kept to the millisecond.
///
/// @param revision our own hash of the target's template and tracked config; says nothing about
///   Flagger's
/// @param promotedRevision the revision that serves as primary; outlives the run
public record RolloutStatus(
    @Field("Id of this run; new with every run.") @Nullable String id,
    @Field("Hash of the revision that is released.") @Nullable String revision,
    @Field("Hash of the revision that was promoted last.") @Nullable String promotedRevision,
    @Field("Generation of the target at which the revision was seen.")
        @Nullable Long targetGeneration,
    @Field("Commit that the revision came from.") @Nullable String commit,
    @Field("Commit of the revision that was promoted last.") @Nullable String promotedCommit,
    @Field("Number of the step under way, from 0.") @Nullable Integer step,
    @Field("When the run began.") @Nullable Instant started,
    @Field("When the next step is due.") @Nullable Instant nextStepAt,
    @Field("When the weight was last written.") @Nullable Instant weightWrittenAt,
    @Field("When the split of this step was in force.") @Nullable Instant stepReachedAt,
    @Field("When the revision got its first traffic; older samples never judge it.")
        @Nullable Instant firstTrafficAt,
    @Field("When the workload that is waited for must have made progress.")
        @Nullable Instant deadlineAt,
    @Field("When the run ended.") @Nullable Instant ended,
    @Field("Webhooks of this run that passed and are not called again.")
        List<String> passedWebhooks,
    @Field("Why the run is held, for machines.") @Nullable String heldReason,
    @Field("Why the run is held, for people.") @Nullable String heldMessage,
    @Field("Since when the run is held.") @Nullable Instant heldSince,
    @Field("Why the run failed.") @Nullable String failure,
    @Field("The last judgement, metric by metric.") List<Check> checks) {

  public static final RolloutStatus EMPTY =
      new RolloutStatus(
          null, null, null, null, null, null, null, null, null, null, null, null, null, null,
          List.of(), null, null, null, null, List.of());

  public RolloutStatus {
    passedWebhooks = List.copyOf(passedWebhooks);
    checks = List.copyOf(checks);
  }

  /// What one metric said.
  public record Check(
      @Field(value = "Name of the metric.", required = true) String metric,
      @Field(value = "`passed`, `failed`, `no-data` or `unavailable`.", required = true)
          String result,
      @Field("The canary's value.") @Nullable Double value,
      @Field("The primary's value.") @Nullable Double baseline,
      @Field("The bound, such as `at least 99`.") @Nullable String bound,
      @Field("Requests that the value rests on.") @Nullable Long samples) {}
}
