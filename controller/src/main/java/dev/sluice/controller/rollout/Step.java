package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Announcement.Alert;
import dev.sluice.controller.rollout.Announcement.Severity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the page of one phase comes to; [Rollout] makes the decision of it.
///
/// @param next the same phase where nothing moved
/// @param obstacle what keeps it from going on
/// @param lookAgain when time alone can change the answer
record Step(
    Phase next,
    Optional<Obstacle> obstacle,
    List<Announcement> announcements,
    Optional<Instant> lookAgain) {

  /// A [Hold] before its history is known.
  ///
  /// @param muted whether no alert is wanted, however long it lasts
  record Obstacle(HoldReason reason, String message, boolean muted) {

    Obstacle(HoldReason reason, String message) {
      this(reason, message, false);
    }
  }

  static Step stay(Phase phase) {
    return new Step(phase, Optional.empty(), List.of(), Optional.empty());
  }

  static Step to(Phase next) {
    return stay(next);
  }

  static Step held(Phase phase, HoldReason reason, String message) {
    return held(phase, new Obstacle(reason, message));
  }

  static Step held(Phase phase, Obstacle obstacle) {
    return new Step(phase, Optional.of(obstacle), List.of(), Optional.empty());
  }

  Step tell(Reason reason, String message) {
    return tell(new Announcement(reason, message, Optional.empty()));
  }

  /// @param alert the text for chat, with Flagger's fields
  Step tell(Reason reason, String message, Severity severity, String alert) {
    return tell(new Announcement(reason, message, Optional.of(new Alert(severity, alert, true))));
  }

  private Step tell(Announcement announcement) {
    var all = new ArrayList<>(announcements);
    all.add(announcement);
    return new Step(next, obstacle, List.copyOf(all), lookAgain);
  }

  /// The same, with what has kept it from going on so far.
  Step held(Obstacle by) {
    return new Step(next, Optional.of(by), announcements, lookAgain);
  }

  Step lookAgain(Instant at) {
    var earlier = lookAgain.filter(at::isAfter).orElse(at);
    return new Step(next, obstacle, announcements, Optional.of(earlier));
  }
}
