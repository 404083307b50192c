package dev.sluice.controller.lease;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What to do about a lease, decided from what was seen of it. Pure; all durations are readings of
/// one stopwatch of this process, because a clock can be set and two clocks never agree: a lease
/// has expired when *we* have seen it unchanged for as long as it lasts.
final class Election {
  private Election() {}

  sealed interface Standing {
    /// Somebody else holds the lease, or it is not known who does.
    ///
    /// @param seen the lease as last read
    /// @param since when it was first read like that
    record Following(Optional<LeaseRecord> seen, Duration since) implements Standing {}

    /// We hold the lease.
    ///
    /// @param record as last written
    /// @param renewed when the last renewal that worked was begun
    record Leading(LeaseRecord record, Duration renewed) implements Standing {}
  }

  sealed interface Move {
    /// There is no Lease: create it.
    record Create(LeaseRecord wanted) implements Move {}

    /// Write this, if nobody has written the Lease since it was read.
    record Replace(LeaseRecord wanted) implements Move {}

    /// Somebody holds the lease.
    record Wait(Standing.Following next) implements Move {}

    /// Stop at once: the lease is somebody else's.
    record Step(Standing.Following next, String why) implements Move {}
  }

  /// @param live the lease as just read; empty when there is none
  /// @param now of the stopwatch
  /// @param wall for people who read the Lease
  static Move decide(
      Timing timing,
      String me,
      Standing standing,
      Optional<LeaseRecord> live,
      Duration now,
      Instant wall) {
    if (live.isEmpty()) {
      return new Move.Create(LeaseRecord.NONE.takenBy(me, timing.duration(), wall));
    }
    LeaseRecord seen = live.get();
    return switch (standing) {
      case Standing.Leading _ when seen.holder().equals(me) ->
          new Move.Replace(seen.renewed(timing.duration(), wall));
      case Standing.Leading _ ->
          new Move.Step(
              new Standing.Following(live, now),
              seen.holder().isEmpty()
                  ? "somebody released the lease"
                  : "the lease is held by " + seen.holder());
      case Standing.Following(var before, var since) -> {
        Duration unchanged = before.equals(live) ? since : now;
        yield seen.holder().isEmpty() || expired(timing, seen, unchanged, now)
            ? new Move.Replace(seen.takenBy(me, timing.duration(), wall))
            : new Move.Wait(new Standing.Following(live, unchanged));
      }
    };
  }

  /// Also one that bears our own name: it was written by a process of that name that may be alive.
  private static boolean expired(Timing timing, LeaseRecord seen, Duration since, Duration now) {
    Duration lasts = seen.duration().isZero() ? timing.duration() : seen.duration();
    return now.minus(since).compareTo(lasts) >= 0;
  }

  /// Whether a leader has gone without renewal for so long that it must stop.
  static boolean overdue(Timing timing, Duration renewed, Duration now) {
    return now.minus(renewed).compareTo(timing.renewDeadline()) >= 0;
  }
}
