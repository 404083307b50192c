package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Collectors;

/// Label selectors inside objects (`matchLabels`, `matchExpressions`).
final class Selectors {
  private Selectors() {}

  static boolean matches(JsonNode selector, JsonNode labels) {
    for (var wanted : selector.path("matchLabels").properties())
      if (!wanted.getValue().equals(labels.path(wanted.getKey()))) return false;
    for (JsonNode rule : selector.path("matchExpressions")) {
      JsonNode value = labels.path(rule.path("key").asText());
      boolean listed = rule.path("values").valueStream().anyMatch(value::equals);
      boolean fits =
          switch (rule.path("operator").asText()) {
            case "In" -> listed;
            case "NotIn" -> !listed;
            case "Exists" -> !value.isMissingNode();
            case "DoesNotExist" -> value.isMissingNode();
            default -> false;
          };
      if (!fits) return false;
    }
    return true;
  }

  /// As the server prints it in `Invalid value`.
  static String shown(JsonNode selector) {
    JsonNode expressions = selector.path("matchExpressions");
    String rules =
        expressions.isEmpty()
            ? "[]v1.LabelSelectorRequirement(nil)"
            : "[]v1.LabelSelectorRequirement{"
                + expressions.valueStream().map(Selectors::rule).collect(Collectors.joining(", "))
                + "}";
    return "v1.LabelSelector{MatchLabels:"
        + BuiltInRules.textMap(selector.path("matchLabels"))
        + ", MatchExpressions:"
        + rules
        + "}";
  }

  private static String rule(JsonNode rule) {
    return "v1.LabelSelectorRequirement{Key:%s, Operator:%s, Values:[]string{%s}}"
        .formatted(
            Shown.quoted(rule.path("key").asText()),
            Shown.quoted(rule.path("operator").asText()),
            rule.path("values")
                .valueStream()
                .map(v -> Shown.quoted(v.asText()))
                .collect(Collectors.joining(", ")));
  }
}
