package dev.sluice.playground.admission;

import com.fasterxml.jackson.databind.JsonNode;

/// Where rules send requests and connections.
final class Destinations {
  private Destinations() {}

  /// @param http whether headers may be changed on the way
  static void weighted(JsonNode route, boolean http, Findings found) {
    var total = 0L;
    for (var entry : route) {
      if (entry.isNull()) {
        found.listed("weight may not be nil");
        continue;
      }
      if (!entry.path("destination").isObject()) {
        found.listed("destination is required");
      }
      if (http) {
        HeaderNames.changes(entry.path("headers"), found);
      }
      destination(entry.path("destination"), found);
      var weight = entry.path("weight").asLong(0);
      if (weight < 0) {
        found.error("weight " + weight + " < 0");
      }
      total += weight;
    }
    if (route.size() > 1 && total == 0) {
      found.error("total destination weight = 0");
    }
  }

  static void destination(JsonNode destination, Findings found) {
    if (!destination.isObject()) {
      return;
    }
    var host = destination.path("host").asText("");
    if (host.equals("*")) {
      found.error("invalid destination host *");
    } else {
      found.error(Names.problemOfHost(host));
    }
    var subset = destination.path("subset").asText("");
    if (!subset.isEmpty()) {
      subsetName(subset, found);
    }
    if (destination.path("port").isObject()) {
      Values.port(destination.path("port").path("number").asLong(0), found);
    }
  }

  static void subsetName(String name, Findings found) {
    if (name.isEmpty()) {
      found.error("subset name cannot be empty");
    } else if (!Names.isLabel(name)) {
      found.error("subset name is invalid: " + name);
    }
  }
}
