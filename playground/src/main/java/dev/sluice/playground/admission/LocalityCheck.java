package dev.sluice.playground.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// `localityLbSetting`: who prefers which region.
final class LocalityCheck {
  private static final Set<String> PLACES =
      Set.of(
          "topology.kubernetes.io/region",
          "topology.kubernetes.io/zone",
          "topology.istio.io/subzone");

  private LocalityCheck() {}

  /// @param ejects whether the policy has outlier detection
  static void check(JsonNode setting, boolean ejects, Findings found) {
    var distribute = setting.path("distribute");
    var failover = setting.path("failover");
    var priority = VirtualServiceCheck.texts(setting.path("failoverPriority"));
    if (!distribute.isEmpty() && !failover.isEmpty()) {
      found.error("can not simultaneously specify 'distribute' and 'failover'");
      return;
    }
    if (!failover.isEmpty()) {
      var place = priority.stream().filter(PLACES::contains).findFirst();
      if (place.isPresent()) {
        found.error(
            "can not simultaneously set 'failover' and topology label '%s' in 'failover_priority'"
                .formatted(place.get()));
        return;
      }
    }
    if (!distribute(distribute, found)) {
      return;
    }
    if ((!failover.isEmpty() || !priority.isEmpty()) && !ejects) {
      found.warning("outlier detection policy must be provided for failover");
    }
    for (var step : failover) {
      var from = step.path("from").asText("");
      var to = step.path("to").asText("");
      if (from.equals(to)) {
        found.error("locality lb failover settings must specify different regions");
      }
      if (from.contains("/") || to.contains("/")) {
        found.error("locality lb failover only specify region");
      }
      if (from.contains("*") || to.contains("*")) {
        found.error("locality lb failover region should not contain '*' wildcard");
      }
    }
  }

  /// @return false when nothing further is looked at
  private static boolean distribute(JsonNode distribute, Findings found) {
    var sources = new ArrayList<String>();
    for (var share : distribute) {
      sources.add(share.path("from").asText(""));
      var total = 0L;
      for (var to : share.path("to").properties()) {
        var weight = to.getValue().asLong(0);
        if (weight <= 0 || weight > 100) {
          found.error("locality weight must be in range [1, 100]");
          return false;
        }
        total += weight;
      }
      if (total != 100) {
        found.error("total locality weight " + total + " != 100");
        return false;
      }
      found.error(
          localities(share.path("to").properties().stream().map(Map.Entry::getKey).toList()));
    }
    found.error(localities(sources));
    return true;
  }

  private static Optional<String> localities(List<String> localities) {
    var met = new HashMap<String, Boolean>();
    for (var locality : localities) {
      var stars = locality.chars().filter(c -> c == '*').count();
      if (stars > 1 || (stars == 1 && !locality.endsWith("*"))) {
        return Optional.of(
            "locality %s wildcard '*' number can not exceed 1 and must be in the end"
                .formatted(locality));
      }
      var parts = locality.split("/", 3);
      if (!met.containsKey("*") && List.of(parts).contains("")) {
        return Optional.of(
            "locality %s must not contain empty region/zone/subzone info".formatted(locality));
      }
      if (met.containsKey("*") || overlaps(parts, met)) {
        return Optional.of("locality " + locality + " overlap with previous specified ones");
      }
      for (var depth = 1; depth <= parts.length; depth++) {
        met.merge(path(parts, depth), depth == parts.length, Boolean::logicalOr);
      }
    }
    return Optional.empty();
  }

  /// Something before it takes this place or a part of it, whole.
  private static boolean overlaps(String[] parts, Map<String, Boolean> met) {
    for (var depth = 1; depth <= parts.length; depth++) {
      var whole = met.get(path(parts, depth));
      if (whole != null && (whole || depth == parts.length)) {
        return true;
      }
    }
    return false;
  }

  private static String path(String[] parts, int depth) {
    return String.join("/", List.of(parts).subList(0, depth));
  }
}
