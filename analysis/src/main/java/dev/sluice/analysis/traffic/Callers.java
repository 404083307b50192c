package dev.sluice.analysis.traffic;

import dev.sluice.analysis.intake.Group;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Who calls, and whose own proxy says so. A counter exists from its first request on and stays
/// while its process lives, so that a series that is there was a request once. What was learnt
/// stays known.
final class Callers {
  private final Map<Group, Set<String>> heard = new EnumMap<>(Group.class);
  private final Set<String> reachPrimary = new HashSet<>();

  Callers() {
    for (var group : Group.values()) {
      heard.put(group, new HashSet<>());
    }
  }

  static Callers of(Collection<RequestSeries> all, Sides sides) {
    var callers = new Callers();
    for (var series : all) {
      sides.of(series).ifPresent(group -> callers.learn(series, group));
    }
    return callers;
  }

  /// @param group that the series belongs to
  /// @return whether that was news, so that others may count otherwise now
  boolean learn(RequestSeries series, Group group) {
    boolean news = series.fromCaller() && heardOf(group).add(series.caller());
    return (group == Group.PRIMARY && reachPrimary.add(series.caller())) || news;
  }

  private Set<String> heardOf(Group group) {
    return heard.getOrDefault(group, Set.of());
  }

  /// Whether the caller's own proxy counts its requests to that side.
  boolean heard(String caller, Group group) {
    return heardOf(group).contains(caller);
  }

  /// Whether the caller's own proxy is scraped.
  boolean heard(String caller) {
    return heard.values().stream().anyMatch(group -> group.contains(caller));
  }

  /// Whether the caller has only ever reached the canary while others reach the primary. Where
  /// nobody reaches the primary, that tells nothing.
  boolean onlyCanary(String caller) {
    return !reachPrimary.isEmpty() && !reachPrimary.contains(caller);
  }
}
