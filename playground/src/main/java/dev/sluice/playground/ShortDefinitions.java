package dev.sluice.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// Makes definitions of kinds from a short notation, in which a kind is a page instead of a book.
///
/// A schema is a word, a list or a map. Words: `string`, `int32`, `uint32`, `double`, `boolean`,
/// `bytes`, `time`, `duration`, `any`, the name of one of the file's `types`, or `A | B` for an
/// enumeration; `?` behind it allows null, ` = x` gives a default. `[X]` is a list of X, a second
/// entry adds to the list's own schema. A map is an object; `name!` is required, `*` stands for any
/// key. Keys with a dollar say more: `$oneOf` (lists of fields of which at most one may be there),
/// `$rules` (CEL), `$schema` (OpenAPI as it is).
final class ShortDefinitions {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final long MOST_UINT32 = 4_294_967_295L;

  private final JsonNode file;

  private ShortDefinitions(JsonNode file) {
    this.file = file;
  }

  /// @param file group, versions (the first is stored), types, kinds
  static List<ObjectNode> read(JsonNode file) {
    var reader = new ShortDefinitions(file);
    var definitions = new ArrayList<ObjectNode>();
    file.path("kinds").forEach(kind -> definitions.add(reader.definition(kind)));
    return definitions;
  }

  private ObjectNode definition(JsonNode kind) {
    var group = file.path("group").asText();
    var plural = kind.path("plural").asText();
    var definition = JSON.objectNode();
    definition.put("apiVersion", "apiextensions.k8s.io/v1");
    definition.put("kind", "CustomResourceDefinition");
    var metadata = definition.putObject("metadata").put("name", plural + "." + group);
    if (file.has("annotations")) {
      metadata.set("annotations", file.path("annotations"));
    }
    var spec = definition.putObject("spec").put("group", group);
    spec.put("scope", kind.path("scope").asText("Namespaced"));
    var name = kind.path("kind").asText();
    var names = spec.putObject("names").put("kind", name).put("listKind", name + "List");
    names.put("plural", plural).put("singular", kind.path("singular").asText());
    if (kind.has("shortNames")) {
      names.set("shortNames", kind.path("shortNames"));
    }
    names.set("categories", file.path("categories"));
    var versions = spec.putArray("versions");
    var served = kind.has("versions") ? kind.path("versions") : file.path("versions");
    for (var version : served) {
      versions.add(version(version.asText(), versions.isEmpty(), kind));
    }
    return definition;
  }

  private ObjectNode version(String name, boolean stored, JsonNode kind) {
    var version = JSON.objectNode().put("name", name).put("served", true).put("storage", stored);
    version.putObject("subresources").putObject("status");
    if (kind.has("columns")) {
      version.set("additionalPrinterColumns", kind.path("columns"));
    }
    var whole = JSON.objectNode().put("type", "object");
    var properties = whole.putObject("properties");
    properties.set("spec", schema(kind.path("spec")));
    if (kind.has("status") || file.has("status")) {
      properties.set(
          "status", schema(kind.has("status") ? kind.path("status") : file.path("status")));
    }
    if (kind.path("specRequired").asBoolean()) {
      whole.putArray("required").add("spec");
    }
    version.putObject("schema").set("openAPIV3Schema", whole);
    return version;
  }

  private ObjectNode schema(JsonNode shortened) {
    return switch (shortened.getNodeType()) {
      case STRING -> word(shortened.asText());
      case ARRAY -> list(shortened);
      case OBJECT -> object(shortened);
      default -> throw new IllegalArgumentException("no schema: " + shortened);
    };
  }

  private ObjectNode list(JsonNode shortened) {
    var schema = JSON.objectNode().put("type", "array");
    schema.set("items", schema(shortened.path(0)));
    if (shortened.has(1)) {
      schema.setAll((ObjectNode) shortened.path(1).deepCopy());
    }
    return schema;
  }

  private ObjectNode object(JsonNode shortened) {
    var schema = JSON.objectNode();
    if (!shortened.has("$schema") || shortened.size() > 1) {
      schema.put("type", "object");
    }
    var required = JSON.arrayNode();
    var properties = JSON.objectNode();
    for (var field : shortened.properties()) {
      var key = field.getKey();
      if (key.startsWith("$")) {
        more(schema, key, field.getValue());
      } else if (key.equals("*")) {
        schema.set("additionalProperties", schema(field.getValue()));
      } else if (key.endsWith("!")) {
        var name = key.substring(0, key.length() - 1);
        required.add(name);
        properties.set(name, schema(field.getValue()));
      } else {
        properties.set(key, schema(field.getValue()));
      }
    }
    if (!properties.isEmpty()) {
      schema.set("properties", properties);
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    return schema;
  }

  private static void more(ObjectNode schema, String key, JsonNode value) {
    switch (key) {
      case "$rules" -> schema.set("x-kubernetes-validations", value);
      case "$schema" -> schema.setAll((ObjectNode) value.deepCopy());
      case "$oneOf" -> {
        if (value.size() == 1) {
          schema.set("oneOf", atMostOne(value.path(0)));
        } else {
          var all = schema.putArray("allOf");
          value.forEach(fields -> all.addObject().set("oneOf", atMostOne(fields)));
        }
      }
      default -> throw new IllegalArgumentException("no such key: " + key);
    }
  }

  private static ArrayNode atMostOne(JsonNode fields) {
    var choices = JSON.arrayNode();
    var none = choices.addObject().putObject("not").putArray("anyOf");
    for (var field : fields) {
      none.addObject().putArray("required").add(field.asText());
      choices.addObject().putArray("required").add(field.asText());
    }
    return choices;
  }

  private ObjectNode word(String text) {
    var equals = (text + " ").indexOf(" = ");
    var type = equals < 0 ? text : text.substring(0, equals);
    var nullable = type.endsWith("?");
    var schema = type(nullable ? type.substring(0, type.length() - 1) : type);
    if (nullable) {
      schema.put("nullable", true);
    }
    if (equals >= 0) {
      standard(schema, (text + " ").substring(equals + 3).strip());
    }
    return schema;
  }

  private static void standard(ObjectNode schema, String value) {
    switch (schema.path("type").asText()) {
      case "integer" -> schema.put("default", Long.parseLong(value));
      case "boolean" -> schema.put("default", Boolean.parseBoolean(value));
      default -> schema.put("default", value);
    }
  }

  private ObjectNode type(String name) {
    if (file.path("types").has(name)) {
      return schema(file.path("types").path(name));
    }
    if (name.contains(" | ")) {
      var schema = JSON.objectNode().put("type", "string");
      var values = schema.putArray("enum");
      List.of(name.split(" \\| ", -1)).forEach(values::add);
      return schema;
    }
    return switch (name) {
      case "string", "boolean" -> JSON.objectNode().put("type", name);
      case "int32" -> JSON.objectNode().put("type", "integer").put("format", "int32");
      case "uint32" ->
          JSON.objectNode().put("type", "integer").put("minimum", 0).put("maximum", MOST_UINT32);
      case "double" -> JSON.objectNode().put("type", "number").put("format", "double");
      case "bytes" -> JSON.objectNode().put("type", "string").put("format", "byte");
      case "time" -> JSON.objectNode().put("type", "string").put("format", "date-time");
      case "any" ->
          JSON.objectNode().put("type", "object").put("x-kubernetes-preserve-unknown-fields", true);
      case "duration" -> {
        var schema = JSON.objectNode().put("type", "string");
        schema
            .putArray("x-kubernetes-validations")
            .addObject()
            .put("message", "must be a valid duration greater than 1ms")
            .put("rule", "duration(self) >= duration('1ms')");
        yield schema;
      }
      default -> throw new IllegalArgumentException("no such type: " + name);
    };
  }
}
