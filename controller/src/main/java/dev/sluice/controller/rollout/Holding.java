package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Announcement.Alert;
import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.controller.rollout.HoldReason.Tone;
import dev.sluice.controller.rollout.Step.Obstacle;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Gives an obstacle its history: told once when it begins, alerted once when it lasts, told once
/// when it is over.
record Holding(Optional<Hold> hold, List<Announcement> announcements, Optional<Instant> lookAgain) {
  /// How long what comes and goes with the load may last before anybody is told. Pods that an
  /// autoscaler adds are pulled and started in less.
  static final Duration PATIENCE = Duration.ofMinutes(2);

  static Holding of(Optional<Obstacle> obstacle, Observation seen) {
    var before = seen.standing().flatMap(Standing::hold);
    if (obstacle.isEmpty()) {
      return new Holding(
          Optional.empty(),
          before.filter(Holding::isTold).map(hold -> List.of(over(hold, seen))).orElse(List.of()),
          Optional.empty());
    }
    var now = obstacle.get();
    return before
        .filter(hold -> hold.reason() == now.reason())
        .map(hold -> lasting(hold, now, seen))
        .orElseGet(() -> beginning(before, now, seen));
  }

  private static Holding beginning(Optional<Hold> before, Obstacle obstacle, Observation seen) {
    var since =
        before
            .filter(hold -> isSameWait(hold.reason(), obstacle.reason()))
            .map(Hold::since)
            .orElse(seen.now());
    var atOnce =
        switch (obstacle.reason().tone()) {
          case STALLED, GATE -> !obstacle.muted();
          // Whoever was told of another hold must not take it for over.
          case PATIENT_AT_FIRST -> before.filter(Holding::isTold).isPresent();
          // A wait that has only changed its reason has lasted already.
          case ALERT -> !seen.now().isBefore(since.plus(seen.policy().interval()));
          case QUIET, PATIENT -> false;
        };
    var hold = new Hold(obstacle.reason(), obstacle.message(), since, atOnce);
    return new Holding(
        Optional.of(hold),
        isTold(hold) ? List.of(told(hold, seen, atOnce)) : List.of(),
        moreAt(hold, seen));
  }

  private static boolean isSameWait(HoldReason before, HoldReason now) {
    return (before.isAboutCanaryPods() && now.isAboutCanaryPods())
        || (before.isAboutEvidence() && now.isAboutEvidence());
  }

  private static Holding lasting(Hold before, Obstacle obstacle, Observation seen) {
    var due = moreAt(before, seen).filter(at -> !seen.now().isBefore(at)).isPresent();
    var hold =
        new Hold(before.reason(), obstacle.message(), before.since(), before.alerted() || due);
    return new Holding(
        Optional.of(hold), due ? List.of(told(hold, seen, true)) : List.of(), moreAt(hold, seen));
  }

  /// When more people are told of a hold that often passes by itself, if it lasts.
  private static Optional<Instant> moreAt(Hold hold, Observation seen) {
    if (hold.alerted()) {
      return Optional.empty();
    }
    return switch (hold.reason().tone()) {
      case ALERT -> Optional.of(hold.since().plus(seen.policy().interval()));
      case PATIENT_AT_FIRST -> Optional.of(hold.since().plus(PATIENCE));
      case QUIET, PATIENT, GATE, STALLED -> Optional.empty();
    };
  }

  private static boolean isTold(Hold hold) {
    return hold.alerted() || hold.reason().tone() != Tone.PATIENT_AT_FIRST;
  }

  /// Whether chat is told, too, when more people are.
  private static boolean alerts(Hold hold) {
    return hold.reason().tone() != Tone.PATIENT_AT_FIRST;
  }

  private static Announcement told(Hold hold, Observation seen, boolean alert) {
    var reason = hold.reason() == HoldReason.ROUTE_EDITED ? Reason.ROUTE_CORRECTED : Reason.HELD;
    var message = "Halt %s: %s".formatted(seen.names().canaryIn(), hold.message());
    return new Announcement(
        reason,
        message,
        alert && alerts(hold)
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
        hold.alerted() && alerts(hold) && hold.reason().tone() != Tone.GATE
            ? Optional.of(
                new Alert(
                    Severity.INFO,
                    "Rollout is not held any more (%s)".formatted(hold.reason().title()),
                    false))
            : Optional.empty());
  }
}
