package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/// What a node of a definition's schema may not say, so that every object's shape is known.
final class StructuralRules {
  private static final List<String> LIST_TYPES = List.of("atomic", "set", "map");
  private static final List<String> MAP_TYPES = List.of("atomic", "granular");

  private StructuralRules() {}

  /// @param at where the node stands
  static List<Cause> check(JsonNode schema, String at) {
    var causes = new ArrayList<Cause>();
    if (schema.path("uniqueItems").asBoolean())
      causes.add(
          Cause.forbidden(
              at + ".uniqueItems",
              "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
    if (schema.hasNonNull("$ref"))
      causes.add(Cause.forbidden(at + ".$ref", "$ref is not supported"));
    JsonNode preserve = schema.path("x-kubernetes-preserve-unknown-fields");
    if (preserve.isBoolean() && !preserve.booleanValue())
      causes.add(
          Cause.invalid(
              at + ".x-kubernetes-preserve-unknown-fields", "false", "must be true or undefined"));
    if (schema.path("x-kubernetes-embedded-resource").asBoolean()
        && !preserve.asBoolean()
        && schema.path("properties").isEmpty())
      causes.add(
          Cause.required(
              at + ".properties",
              "must not be empty if x-kubernetes-embedded-resource is true without"
                  + " x-kubernetes-preserve-unknown-fields"));
    lists(schema, at, causes);
    JsonNode map = schema.path("x-kubernetes-map-type");
    if (map.isTextual() && !MAP_TYPES.contains(map.textValue()))
      causes.add(Cause.unsupported(at + ".x-kubernetes-map-type", Shown.value(map), MAP_TYPES));
    if (!schema.path("x-kubernetes-int-or-string").asBoolean()) alternatives(schema, at, causes);
    return causes;
  }

  private static void lists(JsonNode schema, String at, List<Cause> causes) {
    JsonNode list = schema.path("x-kubernetes-list-type");
    if (!list.isTextual()) return;
    if (!LIST_TYPES.contains(list.textValue())) {
      causes.add(Cause.unsupported(at + ".x-kubernetes-list-type", Shown.value(list), LIST_TYPES));
      return;
    }
    JsonNode type = schema.path("type");
    if (!type.asText("").equals("array"))
      causes.add(
          Cause.invalid(
              at + ".type",
              Shown.quoted(type.asText("")),
              "must be array if x-kubernetes-list-type is specified"));
    JsonNode items = schema.path("items");
    if (list.textValue().equals("map") && !items.isObject())
      causes.add(
          Cause.required(at + ".items", "must have a schema if x-kubernetes-list-type is map"));
    if (list.textValue().equals("set")
        && items.path("type").asText("").equals("object")
        && !items.path("x-kubernetes-map-type").asText("").equals("atomic"))
      causes.add(
          Cause.invalid(
              at + ".items.x-kubernetes-map-type",
              "\"null\"",
              "must be atomic as item of a list with x-kubernetes-list-type=set"));
  }

  private static void alternatives(JsonNode schema, String at, List<Cause> causes) {
    for (String word : List.of("allOf", "anyOf", "oneOf")) {
      int i = 0;
      for (JsonNode part : schema.path(word)) {
        if (!part.path("type").asText("").isEmpty())
          causes.add(
              Cause.forbidden(
                  at + "." + word + "[" + i + "].type", "must be empty to be structural"));
        i++;
      }
    }
  }
}
