package dev.sluice.playground.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Rules that no request ever reaches, because earlier ones take all they match.
final class UnusedRules {
  /// A match by a prefix of the path, and what else it asks for.
  private record Prefixed(
      String rule, String match, String prefix, JsonNode port, Map<String, String> asked) {

    boolean covers(Prefixed later) {
      return later.prefix.startsWith(prefix)
          && !later.prefix.equals(prefix)
          && later.port.equals(port)
          && later.asked.keySet().equals(asked.keySet())
          && asked.entrySet().stream()
              .allMatch(e -> e.getValue().startsWith(later.asked.getOrDefault(e.getKey(), "")));
    }
  }

  private UnusedRules() {}

  static void warn(JsonNode rules, boolean http, Findings found) {
    var met = new HashMap<JsonNode, Integer>();
    var prefixed = new ArrayList<Prefixed>();
    var catchAll = -1;
    for (var number = 0; number < rules.size(); number++) {
      var rule = rules.path(number);
      var name = name(rule, number, http);
      if (rule.path("match").isEmpty()) {
        if (catchAll >= 0) {
          unused(name, "only the last rule can have no matches", found);
        }
        catchAll = number;
        continue;
      }
      var twice = 0;
      for (var entry = 0; entry < rule.path("match").size(); entry++) {
        if (http && catchAll >= 0) {
          unused(name, "route without matches defined before", found);
          continue;
        }
        var match = rule.path("match").path(entry);
        var before = met.putIfAbsent(nameless(match), number);
        var matchName = name(match, entry, http);
        if (before != null) {
          ineffective(name, matchName, name(rules.path(before), before, http), found);
          twice++;
        } else if (http && !match.path("uri").path("prefix").asText("").isEmpty()) {
          prefixed.add(prefixed(name, matchName, match));
        }
      }
      if (twice == rule.path("match").size()) {
        unused(name, "all matches used by prior rules", found);
      }
    }
    covered(prefixed, found);
  }

  private static void covered(List<Prefixed> prefixed, Findings found) {
    for (var i = 0; i < prefixed.size(); i++) {
      var earlier = prefixed.get(i);
      for (var later : prefixed.subList(i + 1, prefixed.size())) {
        if (earlier.covers(later)) {
          ineffective(
              later.rule,
              later.match + " of prefix " + later.prefix,
              earlier.match + " of prefix " + earlier.prefix + " on " + earlier.rule,
              found);
        }
      }
    }
  }

  private static Prefixed prefixed(String rule, String name, JsonNode match) {
    var asked = new TreeMap<String, String>();
    var method = wanted(match.path("method"));
    asked.put("method", method.isEmpty() ? "exact:GET" : method);
    asked.put("authority", wanted(match.path("authority")));
    for (var part : List.of("headers", "queryParams", "withoutHeaders")) {
      match
          .path(part)
          .properties()
          .forEach(e -> asked.put(part + " " + e.getKey(), wanted(e.getValue())));
    }
    return new Prefixed(
        rule, name, match.path("uri").path("prefix").asText(), match.path("port"), asked);
  }

  private static String wanted(JsonNode match) {
    var exact = match.path("exact").asText("");
    var prefix = match.path("prefix").asText("");
    return !exact.isEmpty() ? "exact:" + exact : prefix.isEmpty() ? "" : "prefix:" + prefix;
  }

  private static JsonNode nameless(JsonNode match) {
    if (!(match instanceof ObjectNode object)) {
      return match;
    }
    var copy = object.deepCopy();
    copy.remove("name");
    return copy;
  }

  private static String name(JsonNode named, int number, boolean http) {
    var name = http ? named.path("name").asText("") : "";
    return name.isEmpty() ? "#" + number : Names.quoted(name);
  }

  private static void unused(String rule, String why, Findings found) {
    found.warning("virtualService rule %s not used (%s)".formatted(rule, why));
  }

  private static void ineffective(String rule, String match, String before, Findings found) {
    found.warning(
        "virtualService rule %s match %s is not used (duplicate/overlapping match in rule %s)"
            .formatted(rule, match, before));
  }
}
