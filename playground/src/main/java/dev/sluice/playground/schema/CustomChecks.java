package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Validates an object of a custom kind against its schema. On an update, what did not change is
/// not held against a newer schema.
final class CustomChecks {
  /// Errors after which the rules of a schema cannot be trusted to run.
  private static final Set<String> BLOCKING =
      Set.of(
          "FieldValueTypeInvalid",
          "FieldValueRequired",
          "FieldValueNotSupported",
          "FieldValueTooLong",
          "FieldValueTooMany");

  private static final String SKIPPED =
      "some validation rules were not checked because the object was invalid; correct the existing"
          + " errors to complete validation";

  private final List<Cause> causes = new ArrayList<>();

  private CustomChecks() {}

  static List<Cause> check(CustomSchema schema, ObjectNode object, Optional<ObjectNode> old) {
    var checks = new CustomChecks();
    checks.node(object, schema.top(), "", old.orElse(null));
    checks.named(object.path("metadata"), schema.top());
    if (!schema.replicasPath().isEmpty()) checks.replicas(object, schema.replicasPath());
    checks.duplicates(object, schema.top(), "", old.orElse(null));
    List<Cause> causes = checks.causes;
    if (schema.rules().isPresent()) {
      if (causes.stream().anyMatch(c -> BLOCKING.contains(c.reason())))
        causes.add(Cause.invalid("<nil>", "\"null\"", SKIPPED));
      else causes.addAll(RuleChecks.check(schema.rules().get(), object, old));
    }
    return causes;
  }

  /// Of its metadata, a schema may say something about the names only.
  private void named(JsonNode metadata, Structural top) {
    var declared = top.properties().get("metadata");
    if (declared == null) return;
    for (String name : List.of("name", "generateName")) {
      var schema = declared.properties().get(name);
      if (schema != null && metadata.has(name))
        node(metadata.path(name), schema, "metadata." + name, null);
    }
  }

  /// Whether a value alone satisfies a schema; for defaults and alternatives.
  static List<Cause> problems(JsonNode value, Structural schema, String path) {
    var checks = new CustomChecks();
    checks.node(value, schema, path, null);
    return checks.causes;
  }

  private void node(JsonNode value, Structural schema, String path, @Nullable JsonNode old) {
    if (old != null && old.equals(value)) return;
    if (value.isNull() && schema.nullable()) return;
    boolean fits = type(value, schema, path);
    enumeration(value, schema, path);
    if (fits) {
      if (value.isTextual()) text(value.textValue(), schema, path);
      if (value.isNumber()) number(value, schema, path);
      if (value.isArray()) list(value, schema, path, old);
      if (value.isObject()) object(value, schema, path, old);
    }
    alternatives(value, schema, path);
  }

  private boolean type(JsonNode value, Structural schema, String path) {
    String wanted = schema.intOrString() ? "integer,string" : schema.type();
    String found = Shown.type(value);
    boolean fits =
        switch (wanted) {
          case "" -> true;
          case "integer,string" -> found.equals("integer") || found.equals("string");
          case "number" -> value.isNumber();
          default -> found.equals(wanted);
        };
    if (!fits)
      causes.add(
          Cause.wrongType(
              path,
              Shown.quoted(found),
              path + " in body must be of type " + wanted + ": " + Shown.quoted(found)));
    return fits;
  }

  private void enumeration(JsonNode value, Structural schema, String path) {
    JsonNode allowed = schema.keywords().path("enum");
    if (!allowed.isArray() || allowed.valueStream().anyMatch(a -> same(a, value))) return;
    causes.add(
        Cause.unsupported(
            path, Shown.value(value), allowed.valueStream().map(JsonNode::asText).toList()));
  }

  private static boolean same(JsonNode a, JsonNode b) {
    return (a.isNumber() && b.isNumber())
        ? a.decimalValue().compareTo(b.decimalValue()) == 0
        : a.equals(b);
  }

  /// Length and pattern: the first that fails is the one that is told.
  private void text(String value, Structural schema, String path) {
    JsonNode words = schema.keywords();
    int length = value.codePointCount(0, value.length());
    String shown = Shown.quoted(value);
    if (words.has("maxLength") && length > words.path("maxLength").asLong())
      causes.add(Cause.tooLong(path, words.path("maxLength").asInt()));
    else if (words.has("minLength") && length < words.path("minLength").asLong())
      causes.add(
          Cause.invalid(
              path,
              shown,
              path
                  + " in body should be at least "
                  + words.path("minLength").asLong()
                  + " chars long"));
    else if (schema.pattern() != null && !schema.pattern().matcher(value).find())
      causes.add(
          Cause.invalid(
              path, shown, path + " in body should match '" + schema.pattern().pattern() + "'"));
    String format = words.path("format").asText("");
    if (!format.isEmpty() && !Formats.fits(format, value))
      causes.add(
          Cause.wrongType(path, shown, path + " in body must be of type " + format + ": " + shown));
  }

  private void number(JsonNode value, Structural schema, String path) {
    JsonNode words = schema.keywords();
    BigDecimal number = value.decimalValue();
    if (words.has("multipleOf")) {
      BigDecimal factor = words.path("multipleOf").decimalValue();
      if (factor.signum() > 0 && number.remainder(factor).signum() != 0)
        causes.add(
            Cause.invalid(
                path,
                Shown.value(value),
                path + " in body should be a multiple of " + Shown.number(factor)));
    }
    if (words.has("maximum")) {
      BigDecimal most = words.path("maximum").decimalValue();
      boolean exclusive = words.path("exclusiveMaximum").asBoolean();
      int order = number.compareTo(most);
      if (order > 0 || (exclusive && order == 0))
        causes.add(
            Cause.invalid(
                path,
                Shown.value(value),
                path
                    + " in body should be less than "
                    + (exclusive ? "" : "or equal to ")
                    + Shown.number(most)));
    }
    if (words.has("minimum")) {
      BigDecimal least = words.path("minimum").decimalValue();
      boolean exclusive = words.path("exclusiveMinimum").asBoolean();
      int order = number.compareTo(least);
      if (order < 0 || (exclusive && order == 0))
        causes.add(
            Cause.invalid(
                path,
                Shown.value(value),
                path
                    + " in body should be greater than "
                    + (exclusive ? "" : "or equal to ")
                    + Shown.number(least)));
    }
  }

  private void list(JsonNode list, Structural schema, String path, @Nullable JsonNode old) {
    JsonNode words = schema.keywords();
    if (words.has("minItems") && list.size() < words.path("minItems").asInt())
      causes.add(
          Cause.invalid(
              path,
              String.valueOf(list.size()),
              path + " in body should have at least " + words.path("minItems").asInt() + " items"));
    if (words.has("maxItems") && list.size() > words.path("maxItems").asInt())
      causes.add(Cause.tooMany(path, list.size(), words.path("maxItems").asInt()));
    if (schema.items() == null) return;
    Map<Object, JsonNode> before = oldItems(schema, old);
    int i = 0;
    for (JsonNode item : list) {
      JsonNode was = schema.listType().equals("map") ? before.get(key(item, schema)) : null;
      node(item, schema.items(), path + "[" + i++ + "]", was);
    }
  }

  private static Map<Object, JsonNode> oldItems(Structural schema, @Nullable JsonNode old) {
    var items = new HashMap<Object, JsonNode>();
    if (old != null && old.isArray()) old.forEach(item -> items.put(key(item, schema), item));
    return items;
  }

  private static List<JsonNode> key(JsonNode item, Structural schema) {
    return schema.listKeys().stream().map(item::path).toList();
  }

  private void object(JsonNode object, Structural schema, String path, @Nullable JsonNode old) {
    JsonNode words = schema.keywords();
    if (words.has("maxProperties") && object.size() > words.path("maxProperties").asInt())
      causes.add(Cause.tooMany(path, object.size(), words.path("maxProperties").asInt()));
    if (words.has("minProperties") && object.size() < words.path("minProperties").asInt())
      causes.add(
          Cause.invalid(
              path,
              String.valueOf(object.size()),
              path
                  + " in body should have at least "
                  + words.path("minProperties").asInt()
                  + " properties"));
    for (String name : schema.required())
      if (!object.has(name)) causes.add(Cause.required(join(path, name), ""));
    for (var entry : object.properties()) {
      String name = entry.getKey();
      if (path.isEmpty()
          && (name.equals("metadata") || name.equals("apiVersion") || name.equals("kind")))
        continue;
      JsonNode was = old == null ? null : old.get(name);
      schema.at(name).ifPresent(child -> node(entry.getValue(), child, join(path, name), was));
    }
  }

  private void alternatives(JsonNode value, Structural schema, String path) {
    for (Structural one : schema.allOf()) node(value, one, path, null);
    boolean justTypes = schema.intOrString();
    if (!schema.anyOf().isEmpty()
        && !justTypes
        && schema.anyOf().stream().noneMatch(one -> problems(value, one, path).isEmpty()))
      wholly(path, "must validate at least one schema (anyOf)");
    if (!schema.oneOf().isEmpty()) {
      long valid =
          schema.oneOf().stream().filter(one -> problems(value, one, path).isEmpty()).count();
      if (valid != 1)
        wholly(
            path,
            "must validate one and only one schema (oneOf). Found "
                + (valid == 0 ? "none valid" : valid + " valid alternatives"));
    }
    if (schema.not() != null && problems(value, schema.not(), path).isEmpty())
      wholly(path, "must not validate the schema (not)");
  }

  private void wholly(String path, String why) {
    causes.add(Cause.invalid("<nil>", "\"\"", Shown.quoted(path) + " " + why));
  }

  private void duplicates(JsonNode value, Structural schema, String path, @Nullable JsonNode old) {
    if (old != null && old.equals(value)) return;
    if (value.isArray() && schema.items() != null) {
      boolean keyed = schema.listType().equals("map");
      var seen = new HashSet<Object>();
      int i = 0;
      for (JsonNode item : value) {
        String at = path + "[" + i++ + "]";
        if (keyed && item.isObject() && !seen.add(key(item, schema)))
          causes.add(Cause.duplicate(at, shownKey(item, schema)));
        if (schema.listType().equals("set") && !seen.add(item))
          causes.add(Cause.duplicate(at, Shown.value(item)));
        duplicates(item, schema.items(), at, null);
      }
    }
    if (value.isObject())
      for (var entry : value.properties()) {
        JsonNode was = old == null ? null : old.get(entry.getKey());
        schema
            .at(entry.getKey())
            .ifPresent(
                child -> duplicates(entry.getValue(), child, join(path, entry.getKey()), was));
      }
  }

  private static String shownKey(JsonNode item, Structural schema) {
    return schema.listKeys().stream()
        .sorted()
        .filter(item::has)
        .map(k -> Shown.quoted(k) + ":" + Shown.value(item.path(k)))
        .collect(Collectors.joining(", ", "map[string]interface {}{", "}"));
  }

  private void replicas(JsonNode object, String path) {
    JsonNode here = object;
    String[] steps = path.substring(1).split("\\.", -1);
    for (int i = 0; i < steps.length; i++) {
      if (!here.isObject()) {
        accessor(path, here, "map[string]interface{}");
        return;
      }
      here = here.path(steps[i]);
      if (here.isMissingNode()) return;
    }
    if (!here.isNumber() || !Shown.isWhole(here)) accessor(path, here, "int64");
    else if (here.decimalValue().signum() < 0)
      causes.add(Cause.invalid(path, Shown.value(here), "should be a non-negative integer"));
    else if (here.decimalValue().compareTo(BigDecimal.valueOf(Integer.MAX_VALUE)) > 0)
      causes.add(
          Cause.invalid(
              path, Shown.value(here), "should be less than or equal to " + Integer.MAX_VALUE));
  }

  private void accessor(String path, JsonNode found, String expected) {
    String type =
        switch (found.getNodeType()) {
          case STRING -> "string";
          case NUMBER -> "float64";
          case BOOLEAN -> "bool";
          case ARRAY -> "[]interface {}";
          case OBJECT, POJO -> "map[string]interface {}";
          case NULL, MISSING, BINARY -> "<nil>";
        };
    String shown =
        found.isTextual() ? found.textValue() : found.isNull() ? "<nil>" : found.toString();
    causes.add(
        Cause.invalid(
            path,
            "0",
            path
                + " accessor error: "
                + shown
                + " is of the type "
                + type
                + ", expected "
                + expected));
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
