package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;

/// Which pods a label selector of Kubernetes finds.
final class Selector {
  private Selector() {}

  /// @param selector with `matchLabels` and `matchExpressions`; one that is missing finds nothing,
  ///   an empty one everything
  /// @param labels of a pod
  static boolean finds(JsonNode selector, JsonNode labels) {
    if (!selector.isObject()) {
      return false;
    }
    for (var label : selector.path("matchLabels").properties()) {
      if (!label.getValue().asText().equals(labels.path(label.getKey()).asText(null))) {
        return false;
      }
    }
    for (JsonNode expression : selector.path("matchExpressions")) {
      if (!holds(expression, labels.path(expression.path("key").asText()))) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(JsonNode expression, JsonNode value) {
    boolean listed = false;
    for (JsonNode one : expression.path("values")) {
      listed |= one.asText().equals(value.asText(null));
    }
    return switch (expression.path("operator").asText()) {
      case "In" -> listed;
      case "NotIn" -> !listed;
      case "Exists" -> !value.isMissingNode();
      case "DoesNotExist" -> value.isMissingNode();
      default -> false;
    };
  }
}
