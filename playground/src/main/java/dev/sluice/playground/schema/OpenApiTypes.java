package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The types of kinds in the words of OpenAPI v3, as `components.schemas` of a document. Pure.
public final class OpenApiTypes {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";

  /// The order in which the words of a schema are written; extensions follow, sorted.
  private static final List<String> ORDER =
      List.of(
          "description",
          "type",
          "format",
          "title",
          "nullable",
          "default",
          "maximum",
          "exclusiveMaximum",
          "minimum",
          "exclusiveMinimum",
          "maxLength",
          "minLength",
          "pattern",
          "maxItems",
          "minItems",
          "uniqueItems",
          "multipleOf",
          "enum",
          "maxProperties",
          "minProperties",
          "required",
          "items",
          "allOf",
          "oneOf",
          "anyOf",
          "not",
          "properties",
          "additionalProperties");

  private static final List<String> RULE_ORDER =
      List.of("rule", "message", "messageExpression", "reason", "fieldPath", "optionalOldSelf");

  private final Map<String, ObjectNode> schemas = new TreeMap<>();

  /// What has been added, by name, sorted.
  public Map<String, ObjectNode> schemas() {
    return schemas;
  }

  /// Adds a built-in kind and every type it is made of.
  ///
  /// @return the name of its type; for a kind that is not described, a name for any object
  public String addBuiltIn(String apiVersion, String kind) {
    var known = BuiltIns.schema(TypeName.of(apiVersion, kind));
    if (known.isEmpty()) {
      var name = "io.k8s.api." + (apiVersion.contains("/") ? "" : "core/") + apiVersion;
      name = name.replace(".k8s.io/", "/").replace('/', '.') + "." + kind;
      schemas.putIfAbsent(name, plain(apiVersion, kind));
      return name;
    }
    var type = known.get().top();
    add(type);
    var name = BuiltIns.publicName(type.name());
    named(schema(name), apiVersion, kind);
    return name;
  }

  /// Adds one version of a custom kind.
  ///
  /// @param schema its `openAPIV3Schema`
  /// @return the name of its type, such as `dev.example.v1.Widget`
  public String addCustom(String group, String version, String kind, ObjectNode schema) {
    addMeta("ObjectMeta");
    var name =
        String.join(".", List.of(group.split("\\.", -1)).reversed()) + "." + version + "." + kind;
    var published = published(schema);
    var properties = published.withObjectProperty("properties");
    var all = new TreeMap<String, JsonNode>();
    for (var each : properties.properties()) {
      all.put(each.getKey(), each.getValue());
    }
    all.put(
        "apiVersion",
        described(
            "string",
            "APIVersion defines the versioned schema of this representation of an object."));
    all.put(
        "kind",
        described(
            "string",
            "Kind is a string value representing the REST resource this object represents."));
    var meta = JSON.objectNode().put("description", "Standard object's metadata.");
    meta.putArray("allOf").addObject().put("$ref", reference(META + "ObjectMeta"));
    all.put("metadata", meta);
    properties.removeAll();
    all.forEach(properties::set);
    schemas.put(name, ordered(published));
    named(schema(name), group + "/" + version, kind);
    return name;
  }

  /// Adds the type of a kind's lists.
  ///
  /// @param item name of the kind's type, as the other methods answered it
  public String addList(String item, String apiVersion, String kind, String listKind) {
    addMeta("ListMeta");
    var name = item.substring(0, item.length() - kind.length()) + listKind;
    var list =
        JSON.objectNode()
            .put("description", listKind + " is a list of " + kind)
            .put("type", "object");
    list.putArray("required").add("items");
    var properties = list.putObject("properties");
    properties.putObject("apiVersion").put("type", "string");
    var items = properties.putObject("items").put("type", "array");
    items.putObject("items").putArray("allOf").addObject().put("$ref", reference(item));
    properties.putObject("kind").put("type", "string");
    properties
        .putObject("metadata")
        .putArray("allOf")
        .addObject()
        .put("$ref", reference(META + "ListMeta"));
    schemas.put(name, list);
    named(list, apiVersion, listKind);
    return name;
  }

  /// Adds a type of the API machinery, such as `DeleteOptions`.
  ///
  /// @return its name
  public String addMeta(String shortName) {
    var name = META + shortName;
    if (!schemas.containsKey(name)) {
      try {
        add(BuiltIns.type("meta." + shortName));
      } catch (IllegalArgumentException _) {
        schemas.put(name, JSON.objectNode().put("type", "object"));
      }
    }
    return name;
  }

  /// The reference to a type by its name.
  public static String reference(String name) {
    return "#/components/schemas/" + name;
  }

  private ObjectNode schema(String name) {
    return schemas.computeIfAbsent(name, _ -> JSON.objectNode());
  }

  private static void named(ObjectNode schema, String apiVersion, String kind) {
    var type = TypeName.of(apiVersion, kind);
    schema
        .putArray("x-kubernetes-group-version-kind")
        .addObject()
        .put("group", type.group())
        .put("kind", kind)
        .put("version", type.version());
  }

  private ObjectNode plain(String apiVersion, String kind) {
    addMeta("ObjectMeta");
    var plain = JSON.objectNode().put("type", "object");
    var properties = plain.putObject("properties");
    properties.putObject("apiVersion").put("type", "string");
    properties.putObject("kind").put("type", "string");
    properties
        .putObject("metadata")
        .putArray("allOf")
        .addObject()
        .put("$ref", reference(META + "ObjectMeta"));
    plain.put("x-kubernetes-preserve-unknown-fields", true);
    named(plain, apiVersion, kind);
    return plain;
  }

  private static ObjectNode described(String type, String description) {
    return JSON.objectNode().put("description", description).put("type", type);
  }

  private void add(TypeDef type) {
    var name = BuiltIns.publicName(type.name());
    if (schemas.containsKey(name)) {
      return;
    }
    var schema = schema(name).put("type", "object");
    var required =
        type.fields().values().stream().filter(Field::required).map(Field::name).toList();
    if (!required.isEmpty()) {
      var array = schema.putArray("required");
      required.forEach(array::add);
    }
    if (type.fields().isEmpty()) {
      return;
    }
    var properties = schema.putObject("properties");
    for (var field : new TreeMap<>(type.fields()).values()) {
      properties.set(field.name(), field(field));
    }
    if (type.atomic()) {
      schema.put("x-kubernetes-map-type", "atomic");
    }
  }

  private ObjectNode field(Field field) {
    if (field.name().equals("fieldsV1")) {
      return shared(META + "FieldsV1", JSON.objectNode().put("type", "object"));
    }
    var schema = type(field.type(), !field.byPresence() && field.type() instanceof FieldType.Ref);
    if (!field.allowed().isEmpty()) {
      var values = schema.putArray("enum");
      field.allowed().stream().sorted().forEach(values::add);
    }
    if (field.fallback() != null && field.fallback().isValueNode() && !field.byPresence()) {
      schema.set("default", field.fallback());
    }
    if (field.type() instanceof FieldType.ListOf) {
      if (!field.keys().isEmpty()) {
        var keys = schema.putArray("x-kubernetes-list-map-keys");
        field.keys().forEach(keys::add);
        schema.put("x-kubernetes-list-type", "map");
      } else if (field.set()) {
        schema.put("x-kubernetes-list-type", "set");
      } else if (field.atomic()) {
        schema.put("x-kubernetes-list-type", "atomic");
      }
    } else if (field.atomic()) {
      schema.put("x-kubernetes-map-type", "atomic");
    }
    var merge = field.merge();
    if (!merge.key().isEmpty()) {
      schema.put("x-kubernetes-patch-merge-key", merge.key());
    }
    if (merge.lists() || merge.retainKeys()) {
      schema.put(
          "x-kubernetes-patch-strategy",
          merge.lists() && merge.retainKeys()
              ? "merge,retainKeys"
              : merge.lists() ? "merge" : "retainKeys");
    }
    return schema;
  }

  private ObjectNode type(FieldType type, boolean byValue) {
    return switch (type) {
      case FieldType.Basic basic -> basic(basic);
      case FieldType.ListOf(FieldType item) -> {
        var list = JSON.objectNode().put("type", "array");
        list.set("items", item(item));
        yield list;
      }
      case FieldType.MapOf(FieldType value) -> {
        var map = JSON.objectNode().put("type", "object");
        map.set("additionalProperties", item(value));
        yield map;
      }
      case FieldType.Ref(String name) -> {
        var target = BuiltIns.type(name);
        add(target);
        var reference = JSON.objectNode();
        if (byValue) {
          reference.putObject("default");
        }
        reference.putArray("allOf").addObject().put("$ref", reference(BuiltIns.publicName(name)));
        yield reference;
      }
    };
  }

  private ObjectNode item(FieldType type) {
    var item = type(type, true);
    if (type == FieldType.Basic.TEXT) {
      item.put("default", "");
    }
    return item;
  }

  private ObjectNode basic(FieldType.Basic basic) {
    return switch (basic) {
      case TEXT -> JSON.objectNode().put("type", "string");
      case BOOLEAN -> JSON.objectNode().put("type", "boolean");
      case INT32 -> JSON.objectNode().put("type", "integer").put("format", "int32");
      case INT64 -> JSON.objectNode().put("type", "integer").put("format", "int64");
      case NUMBER -> JSON.objectNode().put("type", "number").put("format", "double");
      case BYTES -> JSON.objectNode().put("type", "string").put("format", "byte");
      case TIME ->
          shared(META + "Time", JSON.objectNode().put("type", "string").put("format", "date-time"));
      case MICRO_TIME ->
          shared(
              META + "MicroTime",
              JSON.objectNode().put("type", "string").put("format", "date-time"));
      case QUANTITY ->
          shared(
              "io.k8s.apimachinery.pkg.api.resource.Quantity",
              either(JSON.objectNode(), "string", "number"));
      case INT_OR_STRING ->
          shared(
              "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
              either(JSON.objectNode().put("format", "int-or-string"), "integer", "string"));
      case ANYTHING ->
          shared(
              "io.k8s.apimachinery.pkg.runtime.RawExtension",
              JSON.objectNode().put("type", "object"));
    };
  }

  private ObjectNode shared(String name, ObjectNode schema) {
    schemas.putIfAbsent(name, schema);
    var reference = JSON.objectNode();
    reference.putArray("allOf").addObject().put("$ref", reference(name));
    return reference;
  }

  private static ObjectNode either(ObjectNode schema, String one, String other) {
    var types = schema.putArray("oneOf");
    types.addObject().put("type", one);
    types.addObject().put("type", other);
    return schema;
  }

  /// A custom schema as it is published: in order, properties by alphabet, int-or-strings spelled
  /// out.
  private static ObjectNode published(JsonNode schema) {
    var result = JSON.objectNode();
    for (var word : schema.properties()) {
      switch (word.getKey()) {
        case "properties" -> {
          var properties = new TreeMap<String, JsonNode>();
          for (var each : word.getValue().properties()) {
            properties.put(each.getKey(), published(each.getValue()));
          }
          var sorted = result.putObject("properties");
          properties.forEach(sorted::set);
        }
        case "items", "not", "additionalProperties" ->
            result.set(
                word.getKey(),
                word.getValue().isObject() ? published(word.getValue()) : word.getValue());
        case "allOf", "anyOf", "oneOf" -> {
          var all = result.putArray(word.getKey());
          word.getValue().forEach(each -> all.add(published(each)));
        }
        case "x-kubernetes-validations" -> {
          var rules = result.putArray(word.getKey());
          word.getValue().forEach(rule -> rules.add(inOrder(rule, RULE_ORDER)));
        }
        default -> result.set(word.getKey(), word.getValue());
      }
    }
    if (schema.path("x-kubernetes-int-or-string").asBoolean() && !schema.has("anyOf")) {
      var types = result.putArray("anyOf");
      types.addObject().put("type", "integer");
      types.addObject().put("type", "string");
    }
    return ordered(result);
  }

  private static ObjectNode ordered(ObjectNode schema) {
    return inOrder(schema, ORDER);
  }

  private static ObjectNode inOrder(JsonNode object, List<String> order) {
    var rest = new TreeMap<String, JsonNode>();
    for (var each : object.properties()) {
      rest.put(each.getKey(), each.getValue());
    }
    var result = JSON.objectNode();
    for (var word : order) {
      var value = rest.remove(word);
      if (value != null) {
        result.set(word, value);
      }
    }
    rest.forEach(result::set);
    return result;
  }
}
