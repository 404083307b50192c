package dev.sluice.controller.rollout;

import java.util.Optional;

/// Something people are told, once: a Kubernetes Event, and an alert where it matters.
///
/// @param message what happened, with the numbers
public record Announcement(Reason reason, String message, Optional<Alert> alert) {

  /// @param details whether Flagger's fields (target, threshold, deadline, routing) go with it
  public record Alert(Severity severity, String text, boolean details) {}

  /// How urgent; filters of `spec.analysis.alerts` compare by order.
  public enum Severity {
    INFO,
    WARN,
    ERROR
  }
}
