package dev.sluice.controller.lease;

import java.time.Duration;

/// How long a lease holds and how often it is renewed.
///
/// @param duration after which others may take a lease that is not renewed; whole seconds
/// @param renewDeadline after which a leader that could not renew stops writing; what is left of
///   the duration is the time that a write under way has to end
/// @param retry between two tries
public record Timing(Duration duration, Duration renewDeadline, Duration retry) {
  public static final Timing DEFAULT =
      new Timing(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));

  /// @throws IllegalArgumentException saying which of them must be longer
  public Timing {
    if (duration.compareTo(Duration.ofSeconds(1)) < 0 || duration.toNanosPart() != 0) {
      throw new IllegalArgumentException("the lease duration must be whole seconds, at least 1s");
    }
    if (duration.compareTo(renewDeadline) <= 0) {
      throw new IllegalArgumentException(
          "the lease duration must be longer than the renew deadline");
    }
    if (retry.isNegative() || retry.isZero()) {
      throw new IllegalArgumentException("the retry period must be longer than 0");
    }
    if (renewDeadline.compareTo(retry.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "the renew deadline must be at least twice the retry period");
    }
  }

  /// How long one request about the lease may take: two of them fit before the deadline.
  public Duration requestTimeout() {
    return renewDeadline.dividedBy(2);
  }
}
