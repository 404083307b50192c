package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import java.util.Optional;

/// The terms of a required node affinity: one of them must hold, and of it everything.
final class NodeTerms {
  /// Where they are in a Pod or its template.
  static final String PATH =
      "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";

  private static final String NAME = "metadata.name";

  private NodeTerms() {}

  /// Whether every term names the nodes it means, as the pods of a DaemonSet do.
  static boolean nameOnly(JsonNode terms) {
    for (var term : terms) {
      if (term.path("matchFields").isEmpty()) {
        return false;
      }
    }
    return !terms.isEmpty();
  }

  static boolean match(JsonNode terms, ObjectNode node) {
    for (var term : terms) {
      if (holds(term, node)) {
        return true;
      }
    }
    return false;
  }

  private static boolean holds(JsonNode term, ObjectNode node) {
    var fields = term.path("matchFields");
    var expressions = term.path("matchExpressions");
    if (fields.isEmpty() && expressions.isEmpty()) {
      return false;
    }
    for (var field : fields) {
      if (!field.path("key").asText().equals(NAME) || !holds(field, Optional.of(Meta.name(node)))) {
        return false;
      }
    }
    var labels = Meta.labels(node);
    for (var expression : expressions) {
      var value = Optional.ofNullable(labels.get(expression.path("key").asText()));
      if (!holds(expression, value)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(JsonNode requirement, Optional<String> value) {
    var values = requirement.path("values");
    return switch (requirement.path("operator").asText()) {
      case "In" -> value.filter(text -> Selector.listed(values, text)).isPresent();
      case "NotIn" -> value.filter(text -> Selector.listed(values, text)).isEmpty();
      case "Exists" -> value.isPresent();
      case "DoesNotExist" -> value.isEmpty();
      case "Gt" -> compared(value, values.path(0)) > 0;
      case "Lt" -> compared(value, values.path(0)) < 0;
      default -> false;
    };
  }

  /// Zero, which fulfils nothing, where one of them is no integer.
  private static int compared(Optional<String> value, JsonNode bound) {
    var number = "-?\\d{1,30}";
    if (value.filter(text -> text.matches(number)).isEmpty() || !bound.asText().matches(number)) {
      return 0;
    }
    return new BigInteger(value.get()).compareTo(new BigInteger(bound.asText()));
  }
}
