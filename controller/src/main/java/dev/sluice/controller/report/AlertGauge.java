package dev.sluice.controller.report;

/// Counts alerts.
@FunctionalInterface
public interface AlertGauge {

  /// What became of an alert.
  enum Outcome {
    /// Everyone who wants to hear of it took it.
    SENT,
    /// Somebody was not reached.
    FAILED,
    /// Too many were on their way, or the process was being stopped.
    DROPPED
  }

  void alerted(Outcome outcome);
}
