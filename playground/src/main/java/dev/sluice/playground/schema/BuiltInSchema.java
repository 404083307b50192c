package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A kind that the server brings itself. Its objects are kept as Go would write them: declared
/// fields in declared order, empty values dropped or spelled out as each field asks.
record BuiltInSchema(TypeName type, TypeDef top, boolean hasStatusSubresource, NameRule names)
    implements Schema {

  @Override
  public Node root() {
    return BuiltInNodes.of(top);
  }

  @Override
  public Optional<String> undecodable(ObjectNode object) {
    return Decoding.problem(object, top);
  }

  @Override
  public List<String> unknownFields(ObjectNode object) {
    return unknownPaths(object, top).stream()
        .map(path -> "unknown field " + Shown.quoted(path))
        .toList();
  }

  /// The paths of undeclared fields, as they come.
  static List<String> unknownPaths(JsonNode object, TypeDef type) {
    var found = new ArrayList<String>();
    unknown(object, type, "", found);
    return found;
  }

  private static void unknown(JsonNode object, TypeDef type, String path, List<String> found) {
    object
        .properties()
        .forEach(entry -> {
          Field field = type.fields().get(entry.getKey());
          String below = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
          if (field == null) found.add(below);
          else unknown(entry.getValue(), field.type(), below, found);
        });
  }

  private static void unknown(JsonNode value, FieldType type, String path, List<String> found) {
    switch (type) {
      case FieldType.Ref(String name) -> unknown(value, BuiltIns.type(name), path, found);
      case FieldType.ListOf(FieldType item) -> {
        int i = 0;
        for (JsonNode element : value) unknown(element, item, path + "[" + i++ + "]", found);
      }
      case FieldType.MapOf(FieldType part) ->
          value
              .properties()
              .forEach(e -> unknown(e.getValue(), part, path + "." + e.getKey(), found));
      case FieldType.Basic _ -> {}
    }
  }

  @Override
  public ObjectNode prune(ObjectNode object) {
    return written(object, top);
  }

  @Override
  public ObjectNode inOrder(ObjectNode object) {
    return written(object, top);
  }

  @Override
  public ObjectNode withDefaults(ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    BuiltInDefaults.fill(copy, top);
    return written(copy, top);
  }

  @Override
  public List<Cause> validate(ObjectNode object, Optional<ObjectNode> old) {
    return BuiltInChecks.check(this, object, old);
  }

  static ObjectNode written(JsonNode object, TypeDef type) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    for (Field field : type.fields().values()) {
      JsonNode value = written(object.get(field.name()), field);
      if (value != null) out.set(field.name(), value);
    }
    return out;
  }

  private static @Nullable JsonNode written(@Nullable JsonNode value, Field field) {
    boolean nothing = value == null || value.isNull();
    if (nothing && (field.byPresence() || !field.alwaysWritten()))
      return field.kept() ? empty(field) : null;
    JsonNode full = value == null || value.isNull() ? empty(field) : written(value, field.type());
    if (field.byPresence() || field.alwaysWritten()) return full;
    return isZero(full, field.type()) ? null : full;
  }

  private static JsonNode written(JsonNode value, FieldType type) {
    return switch (type) {
      case FieldType.Ref(String name) ->
          value.isObject() ? written(value, BuiltIns.type(name)) : value.deepCopy();
      case FieldType.ListOf(FieldType item) -> {
        if (!value.isArray()) yield value.deepCopy();
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        value.forEach(element -> list.add(written(element, item)));
        yield list;
      }
      case FieldType.MapOf(FieldType part) -> {
        if (!value.isObject()) yield value.deepCopy();
        ObjectNode map = JsonNodeFactory.instance.objectNode();
        value.properties().stream()
            .sorted(java.util.Map.Entry.comparingByKey())
            .forEach(e ->
                map.set(
                    e.getKey(), e.getValue().isNull() ? zero(part) : written(e.getValue(), part)));
        yield map;
      }
      case FieldType.Basic.QUANTITY -> Quantity.canonical(value);
      case FieldType.Basic.INT32, FieldType.Basic.INT64, FieldType.Basic.INT_OR_STRING ->
          value.isFloatingPointNumber() && Shown.isWhole(value)
              ? JsonNodeFactory.instance.numberNode(value.decimalValue().longValue())
              : value.deepCopy();
      case FieldType.Basic _ -> value.deepCopy();
    };
  }

  /// What Go writes for a field that was never set.
  private static JsonNode empty(Field field) {
    return field.byPresence() ? NullNode.instance : zero(field.type());
  }

  private static JsonNode zero(FieldType type) {
    return switch (type) {
      case FieldType.Ref(String name) ->
          written(JsonNodeFactory.instance.objectNode(), BuiltIns.type(name));
      case FieldType.ListOf _, FieldType.MapOf _ -> NullNode.instance;
      case FieldType.Basic basic ->
          switch (basic) {
            case TEXT -> TextNode.valueOf("");
            case BOOLEAN -> BooleanNode.FALSE;
            case INT32, INT64, NUMBER, INT_OR_STRING -> IntNode.valueOf(0);
            case QUANTITY -> TextNode.valueOf("0");
            case BYTES, TIME, MICRO_TIME, ANYTHING -> NullNode.instance;
          };
    };
  }

  static boolean isZero(JsonNode value, FieldType type) {
    return switch (type) {
      case FieldType.Ref _ -> false;
      case FieldType.ListOf _, FieldType.MapOf _ -> value.isNull() || value.isEmpty();
      case FieldType.Basic basic ->
          switch (basic) {
            case TEXT, BYTES -> value.isNull() || value.asText().isEmpty();
            case BOOLEAN -> !value.asBoolean();
            case INT32, INT64, NUMBER -> value.isNumber() && value.decimalValue().signum() == 0;
            case INT_OR_STRING -> value.isNull();
            case TIME, MICRO_TIME, QUANTITY, ANYTHING -> value.isNull();
          };
    };
  }
}
