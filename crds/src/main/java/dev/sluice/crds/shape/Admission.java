package dev.sluice.crds.shape;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// What an API server with the [Definition] of a kind makes of an object: unknown fields are
/// dropped, defaults filled in, and what breaks the schema is named. Rules in CEL
/// (`x-kubernetes-validations`) are not evaluated.
public final class Admission {
  /// Written by the server or the controller; nobody's manifest decides them.
  private static final Set<String> NOT_LOOKED_AT = Set.of("metadata", "status");

  private final JsonNode schema;

  /// @param kind a record with [CustomResource]
  public Admission(Class<? extends Record> kind) {
    schema = Definition.of(kind).at("/spec/versions/0/schema/openAPIV3Schema");
  }

  /// @param field path such as `spec.analysis.metrics[0].interval`
  /// @param why one clause that fits behind the path
  public record Fault(String field, String why) {}

  /// @param object as it would be stored
  /// @param faults why it would not be; empty mostly
  /// @param unknown paths that were dropped, which strict validation (kubectl's) refuses
  public record Admitted(ObjectNode object, List<Fault> faults, List<String> unknown) {
    public Admitted {
      faults = List.copyOf(faults);
      unknown = List.copyOf(unknown);
    }
  }

  /// @param object left as it is
  public Admitted admit(ObjectNode object) {
    ObjectNode stored = object.deepCopy();
    var walk = new Walk();
    walk.members(schema, stored, "");
    return new Admitted(stored, walk.faults, walk.unknown);
  }

  private static final class Walk {
    private final List<Fault> faults = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();

    void value(JsonNode schema, JsonNode value, String path) {
      if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
        require(isWhole(value) || value.isTextual(), path, "must be a whole number or a text");
        return;
      }
      switch (schema.path("type").asText()) {
        case "object" -> {
          if (value instanceof ObjectNode object) {
            members(schema, object, path);
          } else {
            require(false, path, "must be an object");
          }
        }
        case "array" -> items(schema, value, path);
        case "string" -> {
          if (require(value.isTextual(), path, "must be a text; put it in quotes")) {
            text(schema, value.textValue(), path);
          }
        }
        case "boolean" -> require(value.isBoolean(), path, "must be true or false");
        case "integer" -> {
          if (require(isWhole(value), path, "must be a whole number")) {
            number(schema, value, path);
          }
        }
        case "number" -> {
          if (require(value.isNumber(), path, "must be a number")) {
            number(schema, value, path);
          }
        }
        default -> {}
      }
    }

    void members(JsonNode schema, ObjectNode object, String path) {
      object.properties().removeIf(member -> member.getValue().isNull());
      JsonNode others = schema.path("additionalProperties");
      JsonNode known = schema.path("properties");
      for (String name : names(object)) {
        String at = path.isEmpty() ? name : path + "." + name;
        if (known.has(name)) {
          if (!path.isEmpty() || !NOT_LOOKED_AT.contains(name)) {
            value(known.path(name), object.path(name), at);
          }
        } else if (others.isObject()) {
          value(others, object.path(name), at);
        } else {
          unknown.add(at);
          object.remove(name);
        }
      }
      for (Map.Entry<String, JsonNode> property : known.properties()) {
        JsonNode byDefault = property.getValue().path("default");
        if (!byDefault.isMissingNode() && !object.has(property.getKey())) {
          object.set(property.getKey(), byDefault.deepCopy());
        }
      }
      for (JsonNode required : schema.path("required")) {
        String name = required.asText();
        require(object.has(name), path.isEmpty() ? name : path + "." + name, "is required");
      }
      JsonNode sets = schema.path("oneOf");
      if (!sets.isEmpty()) {
        long given = stream(sets).filter(set -> hasAll(object, set)).count();
        require(
            given == 1,
            path,
            "must have the fields of exactly one of: "
                + stream(sets)
                    .map(set ->
                        stream(set.path("required"))
                            .map(JsonNode::asText)
                            .collect(Collectors.joining(", ")))
                    .collect(Collectors.joining("; ")));
      }
    }

    private void items(JsonNode schema, JsonNode list, String path) {
      if (!require(list.isArray(), path, "must be a list")) {
        return;
      }
      int most = schema.path("maxItems").asInt(Integer.MAX_VALUE);
      require(list.size() <= most, path, "must have at most %d items".formatted(most));
      for (int i = 0; i < list.size(); i++) {
        value(schema.path("items"), list.path(i), "%s[%d]".formatted(path, i));
      }
    }

    private void text(JsonNode schema, String text, String path) {
      JsonNode values = schema.path("enum");
      if (!values.isEmpty()) {
        List<String> allowed = stream(values).map(JsonNode::asText).toList();
        require(
            allowed.contains(text),
            path,
            "must be one of "
                + allowed.stream()
                    .filter(value -> !value.isEmpty())
                    .collect(Collectors.joining(", ")));
      }
      if (schema.has("pattern")) {
        String pattern = schema.path("pattern").asText();
        require(
            text.matches("(?s).*?(?:" + pattern + ").*"), path, "must match %s".formatted(pattern));
      }
      int length = text.codePointCount(0, text.length());
      int least = schema.path("minLength").asInt();
      int most = schema.path("maxLength").asInt(Integer.MAX_VALUE);
      require(length >= least, path, "must have at least %d characters".formatted(least));
      require(length <= most, path, "must have at most %d characters".formatted(most));
    }

    private void number(JsonNode schema, JsonNode number, String path) {
      JsonNode least = schema.path("minimum");
      JsonNode most = schema.path("maximum");
      require(
          least.isMissingNode() || number.doubleValue() >= least.doubleValue(),
          path,
          "must be at least " + least.asText());
      require(
          most.isMissingNode() || number.doubleValue() <= most.doubleValue(),
          path,
          "must be at most " + most.asText());
    }

    private boolean require(boolean holds, String path, String why) {
      if (!holds) {
        faults.add(new Fault(path, why));
      }
      return holds;
    }

    private static boolean isWhole(JsonNode value) {
      return value.isNumber() && value.doubleValue() == Math.rint(value.doubleValue());
    }

    private static boolean hasAll(ObjectNode object, JsonNode set) {
      return stream(set.path("required")).allMatch(name -> object.has(name.asText()));
    }

    private static List<String> names(ObjectNode object) {
      return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static Stream<JsonNode> stream(JsonNode list) {
      return StreamSupport.stream(list.spliterator(), false);
    }
  }
}
