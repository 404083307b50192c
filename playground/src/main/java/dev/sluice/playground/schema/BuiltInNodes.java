package dev.sluice.playground.schema;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The tree of a built-in type as patches and ownership see it.
final class BuiltInNodes {
  private static final Map<String, Map<String, Node>> FIELDS = new ConcurrentHashMap<>();

  private BuiltInNodes() {}

  static Node of(TypeDef type) {
    return Node.map(fields(type.name()), null, type.atomic());
  }

  private static Supplier<Map<String, Node>> fields(String type) {
    return () -> {
      Map<String, Node> known = FIELDS.get(type);
      if (known != null) return known;
      var nodes = new LinkedHashMap<String, Node>();
      BuiltIns.type(type).fields().values().forEach(field -> nodes.put(field.name(), of(field)));
      FIELDS.put(type, nodes);
      return nodes;
    };
  }

  private static Node of(Field field) {
    Node node =
        switch (field.type()) {
          case FieldType.ListOf(FieldType item) ->
              Node.list(() -> of(item, false), field.keys(), field.set());
          case FieldType type -> of(type, field.atomic());
        };
    return node.withDefault(field.fallback()).withMerge(field.merge());
  }

  private static Node of(FieldType type, boolean atomic) {
    return switch (type) {
      case FieldType.ListOf(FieldType item) ->
          Node.list(() -> of(item, false), java.util.List.of(), false);
      case FieldType.MapOf(FieldType value) -> Node.map(Map::of, () -> of(value, false), atomic);
      case FieldType.Ref(String name) ->
          Node.map(fields(name), null, atomic || BuiltIns.type(name).atomic());
      case FieldType.Basic basic ->
          switch (basic) {
            case TEXT, BYTES, TIME, MICRO_TIME -> Node.scalar(Node.Shape.TEXT);
            case BOOLEAN -> Node.scalar(Node.Shape.BOOLEAN);
            case INT32, INT64, NUMBER -> Node.scalar(Node.Shape.NUMBER);
            case QUANTITY, INT_OR_STRING -> Node.scalar(Node.Shape.SCALAR);
            case ANYTHING -> Node.any(true);
          };
    };
  }
}
