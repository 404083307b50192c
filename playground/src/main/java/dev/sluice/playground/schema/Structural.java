package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One node of a custom kind's `openAPIV3Schema`, read once.
///
/// @param type `object`, `array`, `string`, `integer`, `number`, `boolean`, or empty when the node
///   does not say
/// @param additional what undeclared keys hold; null when there may be none
/// @param preserve whether undeclared keys are kept
/// @param required keys that must be there
/// @param keywords the node as written, for the keywords that only validation reads
record Structural(
    String type,
    boolean nullable,
    boolean intOrString,
    boolean preserve,
    boolean embedded,
    Map<String, Structural> properties,
    @Nullable Structural additional,
    @Nullable Structural items,
    List<String> required,
    String listType,
    List<String> listKeys,
    boolean atomicMap,
    @Nullable JsonNode fallback,
    @Nullable Pattern pattern,
    List<Structural> allOf,
    List<Structural> anyOf,
    List<Structural> oneOf,
    @Nullable Structural not,
    JsonNode keywords) {

  /// @throws com.google.re2j.PatternSyntaxException for a pattern that Go would not compile either
  static Structural read(JsonNode schema) {
    var properties = new LinkedHashMap<String, Structural>();
    schema
        .path("properties")
        .properties()
        .forEach(p -> properties.put(p.getKey(), read(p.getValue())));
    JsonNode additional = schema.path("additionalProperties");
    JsonNode items = schema.path("items");
    return new Structural(
        schema.path("type").asText(""),
        schema.path("nullable").asBoolean(),
        schema.path("x-kubernetes-int-or-string").asBoolean(),
        schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()
            || (additional.isBoolean() && additional.asBoolean()),
        schema.path("x-kubernetes-embedded-resource").asBoolean(),
        properties,
        additional.isObject() ? read(additional) : null,
        items.isObject() ? read(items) : null,
        texts(schema.path("required")),
        schema.path("x-kubernetes-list-type").asText(""),
        texts(schema.path("x-kubernetes-list-map-keys")),
        schema.path("x-kubernetes-map-type").asText("").equals("atomic"),
        schema.get("default"),
        schema.path("pattern").isTextual()
            ? Pattern.compile(schema.path("pattern").textValue())
            : null,
        all(schema.path("allOf")),
        all(schema.path("anyOf")),
        all(schema.path("oneOf")),
        schema.path("not").isObject() ? read(schema.path("not")) : null,
        schema);
  }

  private static List<Structural> all(JsonNode schemas) {
    var all = new ArrayList<Structural>();
    schemas.forEach(s -> all.add(read(s)));
    return all;
  }

  private static List<String> texts(JsonNode list) {
    return list.valueStream().map(JsonNode::asText).toList();
  }

  /// What a key holds; empty when the key is not declared.
  Optional<Structural> at(String key) {
    return Optional.ofNullable(properties.getOrDefault(key, additional));
  }

  /// Whether any node has `x-kubernetes-validations`.
  boolean hasRules() {
    return !keywords.path("x-kubernetes-validations").isEmpty()
        || allOf.stream().anyMatch(Structural::hasRules)
        || properties.values().stream().anyMatch(Structural::hasRules)
        || (additional != null && additional.hasRules())
        || (items != null && items.hasRules());
  }

  /// The node as patches and ownership see it.
  Node node() {
    Node node = shape();
    return node.withDefault(fallback);
  }

  private Node shape() {
    if (intOrString) return Node.scalar(Node.Shape.SCALAR);
    return switch (type) {
      case "object" -> {
        var fields = new LinkedHashMap<String, Node>();
        if (embedded) {
          fields.put("apiVersion", Node.scalar(Node.Shape.TEXT));
          fields.put("kind", Node.scalar(Node.Shape.TEXT));
          fields.put("metadata", BuiltInNodes.of(BuiltIns.type("meta.ObjectMeta")));
        }
        properties.forEach((name, child) -> fields.putIfAbsent(name, child.node()));
        Node values = additional != null ? additional.node() : preserve ? Node.any(false) : null;
        yield Node.map(() -> fields, values == null ? null : () -> values, atomicMap);
      }
      case "array" -> {
        Node item = items == null ? Node.any(true) : items.node();
        yield Node.list(
            () -> item, listType.equals("map") ? listKeys : List.of(), listType.equals("set"));
      }
      case "string" -> Node.scalar(Node.Shape.TEXT);
      case "integer", "number" -> Node.scalar(Node.Shape.NUMBER);
      case "boolean" -> Node.scalar(Node.Shape.BOOLEAN);
      default -> Node.any(false);
    };
  }
}
