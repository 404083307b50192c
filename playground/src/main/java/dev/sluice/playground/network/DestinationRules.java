package dev.sluice.playground.network;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the DestinationRule that counts for a caller and a host: one of the caller's own namespace
/// first, then one of the Service's, then one of Istio's root namespace; in each the most specific
/// host, and rules of equal hosts as one.
final class DestinationRules {
  private static final String ROOT = "istio-system";

  /// @param host full name or wildcard
  /// @param exportTo empty means everybody
  record DestinationRule(
      String namespace,
      String name,
      Instant created,
      String host,
      List<String> exportTo,
      Map<String, Subset> subsets,
      TrafficPolicy policy) {
    private boolean seenBy(String caller) {
      return exportTo.isEmpty()
          || exportTo.contains("*")
          || exportTo.contains(caller)
          || (exportTo.contains(".") && namespace.equals(caller));
    }
  }

  record Subset(Map<String, String> labels, TrafficPolicy policy) {}

  /// The rules of one namespace.
  private static final class Shelf {
    private final Map<String, List<DestinationRule>> byHost = new HashMap<>();
    private final List<String> wildcards = new ArrayList<>();

    private void add(DestinationRule rule) {
      var same = byHost.computeIfAbsent(rule.host, _ -> new ArrayList<>());
      if (same.isEmpty() && Names.isWildcard(rule.host)) {
        wildcards.add(rule.host);
      }
      same.add(rule);
    }

    private Optional<DestinationRule> find(String host, String caller) {
      var exact = merged(byHost.get(host), caller);
      return exact.isPresent()
          ? exact
          : wildcards.stream()
              .filter(w -> Names.covers(w, host))
              .flatMap(w -> merged(byHost.get(w), caller).stream())
              .findFirst();
    }

    /// The oldest rule's policy; a subset's from the oldest rule that names it.
    private static Optional<DestinationRule> merged(
        @Nullable List<DestinationRule> same, String caller) {
      if (same == null) {
        return Optional.empty();
      }
      return same.stream()
          .filter(r -> r.seenBy(caller))
          .reduce((older, newer) -> {
            var subsets = new LinkedHashMap<>(older.subsets);
            newer.subsets.forEach(subsets::putIfAbsent);
            return new DestinationRule(
                older.namespace,
                older.name,
                older.created,
                older.host,
                older.exportTo,
                subsets,
                older.policy.equals(TrafficPolicy.NONE) ? newer.policy : older.policy);
          });
    }
  }

  static final DestinationRules NONE = new DestinationRules(List.of());

  private final Map<String, Shelf> shelves = new HashMap<>();

  DestinationRules(List<DestinationRule> rules) {
    rules.stream()
        .sorted(
            Comparator.comparing(DestinationRule::created)
                .thenComparing(DestinationRule::name)
                .thenComparing(DestinationRule::namespace))
        .forEach(rule -> shelves.computeIfAbsent(rule.namespace, _ -> new Shelf()).add(rule));
    shelves
        .values()
        .forEach(s -> s.wildcards.sort(Comparator.comparingInt((String w) -> -w.length())));
  }

  /// @param caller its namespace
  /// @param owner namespace of the Service; empty when there is none
  Optional<DestinationRule> find(String caller, String owner, String host) {
    return List.of(caller, owner, ROOT).stream()
        .distinct()
        .flatMap(namespace -> Optional.ofNullable(shelves.get(namespace)).stream())
        .flatMap(shelf -> shelf.find(host, caller).stream())
        .findFirst();
  }

  /// Labels of the destination's subset; empty when no rule names it.
  Optional<Map<String, String>> subset(String caller, String owner, Destination destination) {
    return destination.subset().isEmpty()
        ? Optional.of(Map.of())
        : find(caller, owner, destination.host())
            .flatMap(r -> Optional.ofNullable(r.subsets.get(destination.subset())))
            .map(Subset::labels);
  }

  TrafficPolicy policy(String caller, String owner, Destination destination) {
    var rule = find(caller, owner, destination.host());
    var ofHost = rule.map(r -> r.policy.at(destination.port())).orElse(TrafficPolicy.NONE);
    var subset = rule.map(r -> r.subsets.get(destination.subset()));
    if (subset.isEmpty()) {
      return ofHost;
    }
    var policy = subset.get().policy();
    var own = policy.ports().get(destination.port());
    return own == null ? policy.over(ofHost) : own;
  }
}
