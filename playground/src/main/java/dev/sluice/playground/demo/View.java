package dev.sluice.playground.demo;

import java.time.Duration;
import java.util.List;

/// Everything that the display shows at one moment.
///
/// @param elapsed since the demo began
/// @param chapter what the demo is doing
/// @param phase of the Canary, as its status says; empty before it has one
/// @param message of the Canary's status; may be empty
/// @param weight of the canary in the routes, 0 to 100
/// @param failedChecks of the present analysis
/// @param sides primary and canary
/// @param commits newest first
/// @param events newest first
/// @param slack newest first
public record View(
    Duration elapsed,
    String chapter,
    String phase,
    String message,
    int weight,
    int failedChecks,
    List<Side> sides,
    List<String> commits,
    List<Line> events,
    List<Line> slack) {

  public View {
    sides = List.copyOf(sides);
    commits = List.copyOf(commits);
    events = List.copyOf(events);
    slack = List.copyOf(slack);
  }

  /// One of the two workloads.
  ///
  /// @param version that its pods run; empty when none does
  /// @param perSecond requests of users in the last seconds
  /// @param failing share of these requests, 0 to 1
  public record Side(
      String name, String version, int ready, int wanted, double perSecond, double failing) {}

  /// @param bad whether it tells of something that went wrong
  public record Line(String at, String text, boolean bad) {}
}
