package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Announcement.Alert;
import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.controller.rollout.HoldReason.Tone;
import dev.sluice.controller.rollout.Step.Obstacle;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Gives an obstacle its history: told once when it begins, alerted once when it lasts, told once
/// when it is over.
record Holding(Optional<Hold> hold, List<Announcement> announcements, Optional<Instant> lookAgain) {

  static Holding of(Optional<Obstacle> obstacle, Observation seen) {
    var before = seen.standing().flatMap(Standing::hold);
    if (obstacle.isEmpty()) {
      return new Holding(
          Optional.empty(),
          before.map(hold -> List.of(over(hold, seen))).orElse(List.of()),
          Optional.empty());
    }
    var now = obstacle.get();
    return before
        .filter(hold -> hold.reason() == now.reason())
        .map(hold -> lasting(hold, now, seen))
        .orElseGet(() -> beginning(now, seen));
  }

  private static Holding beginning(Obstacle obstacle, Observation seen) {
    var atOnce =
        switch (obstacle.reason().tone()) {
          case STALLED, GATE -> true;
          case QUIET, PATIENT, ALERT -> false;
        };
    var alert = atOnce && !obstacle.muted();
    var hold = new Hold(obstacle.reason(), obstacle.message(), seen.now(), alert);
    return new Holding(Optional.of(hold), List.of(told(hold, seen, alert)), alertAt(hold, seen));
  }

  private static Holding lasting(Hold before, Obstacle obstacle, Observation seen) {
    var due = alertAt(before, seen).filter(at -> !seen.now().isBefore(at)).isPresent();
    var hold =
        new Hold(before.reason(), obstacle.message(), before.since(), before.alerted() || due);
    return new Holding(
        Optional.of(hold), due ? List.of(told(hold, seen, true)) : List.of(), alertAt(hold, seen));
  }

  /// A hold that often passes by itself alerts once it has lasted for an interval.
  private static Optional<Instant> alertAt(Hold hold, Observation seen) {
    return hold.alerted() || hold.reason().tone() != Tone.ALERT
        ? Optional.empty()
        : Optional.of(hold.since().plus(seen.policy().interval()));
  }

  private static Announcement told(Hold hold, Observation seen, boolean alert) {
    var reason = hold.reason() == HoldReason.ROUTE_EDITED ? Reason.ROUTE_CORRECTED : Reason.HELD;
    var message = "Halt %s: %s".formatted(seen.names().canaryIn(), hold.message());
    return new Announcement(
        reason,
        message,
        alert
            ? Optional.of(
                new Alert(
                    hold.reason().tone() == Tone.GATE ? Severity.WARN : Severity.ERROR,
                    hold.reason().alert() + " " + hold.message(),
                    true))
            : Optional.empty());
  }

  private static Announcement over(Hold hold, Observation seen) {
    return new Announcement(
        Reason.RESUMED,
        "%s is not held any more (%s since %s)"
            .formatted(seen.names().canaryIn(), hold.reason().title(), hold.since()),
        hold.alerted() && hold.reason().tone() != Tone.GATE
            ? Optional.of(
                new Alert(
                    Severity.INFO,
                    "Rollout is not held any more (%s)".formatted(hold.reason().title()),
                    false))
            : Optional.empty());
  }
}
