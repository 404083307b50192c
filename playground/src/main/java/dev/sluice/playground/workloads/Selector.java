package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/// Label selectors, in both shapes that specs use. One that selects nothing by name selects no
/// object.
final class Selector {
  private Selector() {}

  /// A plain map, as a Service has it.
  static boolean matches(Map<String, String> selector, Map<String, String> labels) {
    return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
  }

  /// `matchLabels` and `matchExpressions`, as a workload has it.
  static boolean matches(JsonNode selector, Map<String, String> labels) {
    var equal = Meta.strings(selector.path("matchLabels"));
    var expressions = selector.path("matchExpressions");
    if (equal.isEmpty() && expressions.isEmpty()) {
      return false;
    }
    if (!labels.entrySet().containsAll(equal.entrySet())) {
      return false;
    }
    for (var expression : expressions) {
      if (!holds(expression, labels)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(JsonNode expression, Map<String, String> labels) {
    var value = labels.get(expression.path("key").asText());
    return switch (expression.path("operator").asText()) {
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      case "In" -> value != null && listed(expression.path("values"), value);
      case "NotIn" -> value == null || !listed(expression.path("values"), value);
      default -> false;
    };
  }

  static boolean listed(JsonNode values, String value) {
    for (var one : values) {
      if (one.asText().equals(value)) {
        return true;
      }
    }
    return false;
  }
}
