package dev.sluice.crds;

import dev.sluice.crds.shape.Field;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One fact about an object that people and tools wait for, as kstatus has them.
///
/// @param lastTransitionTime when `status` last changed
/// @param lastUpdateTime when anything of the condition last changed
/// @param observedGeneration the generation it speaks of; absent in what Flagger wrote
public record Condition(
    @Field(value = "What it speaks of, such as `Ready` or `Promoted`.", required = true)
        String type,
    @Field(value = "Whether it holds.", required = true, type = "string") Status status,
    @Field(value = "One word for machines: why.", required = true) String reason,
    @Field("One sentence for people: what happened, what was expected, what to do.")
        @Nullable String message,
    @Field("When the status last changed.") @Nullable Instant lastTransitionTime,
    @Field("When anything here last changed.") @Nullable Instant lastUpdateTime,
    @Field("The generation of the object it speaks of.") @Nullable Long observedGeneration) {

  public static final String READY = "Ready";
  public static final String RECONCILING = "Reconciling";
  public static final String STALLED = "Stalled";

  /// Flagger's: true after a promotion, false after a rollback, unknown in between.
  public static final String PROMOTED = "Promoted";

  /// The rollout waits for something outside of it; the reason says for what.
  public static final String HELD = "Held";

  /// `True`, `False` or `Unknown`.
  public enum Status {
    TRUE("True"),
    FALSE("False"),
    UNKNOWN("Unknown");

    private final String wire;

    Status(String wire) {
      this.wire = wire;
    }

    public static Status of(boolean holds) {
      return holds ? TRUE : FALSE;
    }

    @Override
    public String toString() {
      return wire;
    }
  }

  /// Times are kept in whole seconds, as the API conventions have it.
  public Condition {
    lastTransitionTime = seconds(lastTransitionTime);
    lastUpdateTime = seconds(lastUpdateTime);
  }

  /// A condition as of now; [#put] keeps the older times where nothing changed.
  public static Condition of(
      String type, Status status, String reason, String message, long generation, Instant now) {
    return new Condition(type, status, reason, message, now, now, generation);
  }

  public boolean isTrue() {
    return status == Status.TRUE;
  }

  /// Puts a condition in the place of the one of its type. A status that did not change keeps its
  /// transition time; a condition in which nothing changed is kept whole, so that writing it again
  /// is no write.
  public static List<Condition> put(List<Condition> conditions, Condition wanted) {
    var result = new ArrayList<Condition>(conditions.size() + 1);
    boolean placed = false;
    for (Condition old : conditions) {
      if (old.type.equals(wanted.type)) {
        result.add(old.updatedTo(wanted));
        placed = true;
      } else {
        result.add(old);
      }
    }
    if (!placed) {
      result.add(wanted);
    }
    return List.copyOf(result);
  }

  /// The conditions without the one of that type.
  public static List<Condition> remove(List<Condition> conditions, String type) {
    return conditions.stream().filter(condition -> !condition.type.equals(type)).toList();
  }

  public static Optional<Condition> find(List<Condition> conditions, String type) {
    return conditions.stream().filter(condition -> condition.type.equals(type)).findFirst();
  }

  private Condition updatedTo(Condition wanted) {
    boolean same =
        status == wanted.status
            && reason.equals(wanted.reason)
            && java.util.Objects.equals(message, wanted.message)
            && java.util.Objects.equals(observedGeneration, wanted.observedGeneration);
    if (same) {
      return this;
    }
    return new Condition(
        type,
        wanted.status,
        wanted.reason,
        wanted.message,
        status == wanted.status && lastTransitionTime != null
            ? lastTransitionTime
            : wanted.lastTransitionTime,
        wanted.lastUpdateTime,
        wanted.observedGeneration);
  }

  private static @Nullable Instant seconds(@Nullable Instant time) {
    return time == null ? null : time.truncatedTo(ChronoUnit.SECONDS);
  }
}
