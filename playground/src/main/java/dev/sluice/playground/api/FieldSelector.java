package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// A field selector as it comes in a query: `metadata.name=a,status.phase!=Pending`.
record FieldSelector(List<Requirement> requirements) {

  private record Requirement(String field, String value, boolean equal) {}

  boolean isEmpty() {
    return requirements.isEmpty();
  }

  /// @param object in its stored form
  boolean matches(JsonNode object) {
    for (var each : requirements) {
      var found = object;
      for (var step : each.field().split("\\.", -1)) {
        found = found.path(step);
      }
      if (found.asText("").equals(each.value()) != each.equal()) {
        return false;
      }
    }
    return true;
  }

  /// @throws Refusal 400 when it cannot be read or names a field that the kind does not offer
  static FieldSelector parse(String text, ResourceKind kind) {
    var requirements = new ArrayList<Requirement>();
    for (var term : text.split(",", -1)) {
      if (term.isBlank()) {
        continue;
      }
      var equals = term.indexOf('=');
      if (equals < 0) {
        throw Refusal.badRequest(
            "invalid selector: '" + term + "'; can't understand '" + term + "'");
      }
      var unequal = equals > 0 && term.charAt(equals - 1) == '!';
      var field = term.substring(0, unequal ? equals - 1 : equals);
      var value = term.substring(term.startsWith("==", equals) ? equals + 2 : equals + 1);
      requirements.add(new Requirement(checked(field, kind), value, !unequal));
    }
    return new FieldSelector(List.copyOf(requirements));
  }

  private static String checked(String field, ResourceKind kind) {
    if (field.equals("metadata.name")
        || field.equals("metadata.namespace")
        || kind.selectableFields().contains(field)) {
      return field;
    }
    throw Refusal.badRequest(
        kind.selectableFields().isEmpty() && !kind.custom()
            ? Refusal.quoted(field)
                + " is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
            : "field label not supported: " + field);
  }
}
