package dev.sluice.analysis.traffic;

import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.replay.Recording;
import java.util.Map;
import java.util.Optional;

/// What a scraper saw of both sides, counted by a definition.
///
/// @param recording for a judge; nothing when neither side has a sample after the start
/// @param canary since the start
/// @param primary since the start
/// @param leftOut requests since the start that count for neither, by the rule that says so; whole
///   requests, without rules that left nothing out
public record Counted(
    Optional<Recording> recording, Sum canary, Sum primary, Map<Rule, Long> leftOut) {

  public Counted {
    leftOut = Map.copyOf(leftOut);
  }

  /// @param errors among the requests
  public record Sum(long requests, long errors) {}

  public Sum of(Group group) {
    return group == Group.CANARY ? canary : primary;
  }
}
