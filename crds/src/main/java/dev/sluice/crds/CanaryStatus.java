package dev.sluice.crds;

import dev.sluice.crds.shape.Binding;
import dev.sluice.crds.shape.Field;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Flagger's status with our own fields beside it.
///
/// @param phase null before the controller has seen the Canary
/// @param observedGeneration 0 before the controller has seen the Canary
public record CanaryStatus(
    @Field(value = "Where the release stands.", orEmpty = true) @Nullable Phase phase,
    @Field(value = "Failed checks of this run.", type = "number") int failedChecks,
    @Field(value = "Share of the traffic that the canary was given, in percent.", type = "number")
        int canaryWeight,
    @Field(value = "Passed iterations of this run.", type = "number") int iterations,
    @Field("Hashes of the tracked ConfigMaps and Secrets.") Map<String, String> trackedConfigs,
    @Field("Flagger's hash of the target as last taken in.") @Nullable String lastAppliedSpec,
    @Field("Flagger's hash of the target as last promoted.") @Nullable String lastPromotedSpec,
    @Field("When this status was last written.") @Nullable Instant lastTransitionTime,
    @Field("Cookie of this run's canary.") @Nullable String sessionAffinityCookie,
    @Field("Cookie of the last run's canary.") @Nullable String previousSessionAffinityCookie,
    @Field("Cookie of the primary.") @Nullable String primarySessionAffinityCookie,
    @Field("What people and tools wait for.") List<Condition> conditions,
    @Field("Sluice: the generation of the spec that this status speaks of.")
        long observedGeneration,
    @Field("Sluice: the release under way, or the last one.") @Nullable RolloutStatus rollout) {

  public static final CanaryStatus EMPTY =
      new CanaryStatus(
          null, 0, 0, 0, Map.of(), null, null, null, null, null, null, List.of(), 0, null);

  /// The time of the last write is kept in whole seconds, as the API conventions have it.
  public CanaryStatus {
    lastTransitionTime =
        lastTransitionTime == null ? null : lastTransitionTime.truncatedTo(ChronoUnit.SECONDS);
    trackedConfigs = Map.copyOf(trackedConfigs);
    conditions = List.copyOf(conditions);
  }

  public Optional<Condition> condition(String type) {
    return Condition.find(conditions, type);
  }

  /// This status with a condition put in the place of the one of its type.
  public CanaryStatus with(Condition condition) {
    return withConditions(Condition.put(conditions, condition));
  }

  public CanaryStatus withConditions(List<Condition> newConditions) {
    return with(newConditions, rollout);
  }

  public CanaryStatus withRollout(RolloutStatus newRollout) {
    return with(conditions, newRollout);
  }

  private CanaryStatus with(List<Condition> newConditions, @Nullable RolloutStatus newRollout) {
    return new CanaryStatus(
        phase,
        failedChecks,
        canaryWeight,
        iterations,
        trackedConfigs,
        lastAppliedSpec,
        lastPromotedSpec,
        lastTransitionTime,
        sessionAffinityCookie,
        previousSessionAffinityCookie,
        primarySessionAffinityCookie,
        newConditions,
        observedGeneration,
        newRollout);
  }

  /// The whole status as the API server takes it.
  public Map<String, Object> toMap() {
    return Binding.writeMap(this);
  }

  /// Flagger's phases.
  public enum Phase {
    INITIALIZING("Initializing"),
    INITIALIZED("Initialized"),
    WAITING("Waiting"),
    PROGRESSING("Progressing"),
    WAITING_PROMOTION("WaitingPromotion"),
    PROMOTING("Promoting"),
    FINALISING("Finalising"),
    SUCCEEDED("Succeeded"),
    FAILED("Failed"),
    TERMINATING("Terminating"),
    TERMINATED("Terminated");

    private final String wire;

    Phase(String wire) {
      this.wire = wire;
    }

    @Override
    public String toString() {
      return wire;
    }
  }
}
