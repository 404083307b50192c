package dev.sluice.crds.shape;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The CustomResourceDefinition of a record: its structural schema and all that kubectl shows.
///
/// Our own and not fabric8's generator: that one wants classes of its client for every kind, and
/// has no `oneOf`, which Flagger's kinds need.
public final class Definition {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Definition() {}

  /// @param kind a record with [CustomResource]
  public static ObjectNode of(Class<? extends Record> kind) {
    CustomResource resource = resource(kind);
    ObjectNode root = JSON.objectNode();
    root.put("apiVersion", "apiextensions.k8s.io/v1");
    root.put("kind", "CustomResourceDefinition");
    ObjectNode metadata = root.putObject("metadata");
    metadata.put("name", resource.plural() + "." + resource.group());
    // a chart that is removed must not take every release with it
    metadata.putObject("annotations").put("helm.sh/resource-policy", "keep");
    ObjectNode spec = root.putObject("spec");
    spec.put("group", resource.group());
    ObjectNode names = spec.putObject("names");
    names.put("kind", resource.kind());
    names.put("listKind", resource.kind() + "List");
    names.put("plural", resource.plural());
    names.put("singular", resource.kind().toLowerCase(Locale.ROOT));
    texts(names, "shortNames", resource.shortNames());
    texts(names, "categories", resource.categories());
    spec.put("scope", "Namespaced");
    ObjectNode version = spec.putArray("versions").addObject();
    version.put("name", resource.version());
    version.put("served", true);
    version.put("storage", true);
    version.putObject("subresources").putObject("status");
    columns(version, resource);
    version.putObject("schema").set("openAPIV3Schema", schema(kind, resource));
    return root;
  }

  static CustomResource resource(Class<? extends Record> kind) {
    CustomResource resource = kind.getAnnotation(CustomResource.class);
    if (resource == null) {
      throw new IllegalArgumentException(kind + " is not marked as a custom resource");
    }
    return resource;
  }

  private static void columns(ObjectNode version, CustomResource resource) {
    if (resource.columns().length == 0) {
      return;
    }
    ArrayNode columns = version.putArray("additionalPrinterColumns");
    for (CustomResource.Column column : resource.columns()) {
      ObjectNode json = columns.addObject();
      json.put("name", column.name());
      json.put("type", column.type());
      json.put("jsonPath", column.path());
      if (column.priority() > 0) {
        json.put("priority", column.priority());
      }
      if (!column.description().isEmpty()) {
        json.put("description", column.description());
      }
    }
  }

  private static ObjectNode schema(Class<? extends Record> kind, CustomResource resource) {
    ObjectNode schema = JSON.objectNode();
    schema.put("description", resource.description());
    schema.put("type", "object");
    ArrayNode required = JSON.arrayNode();
    ObjectNode properties = JSON.objectNode();
    properties.putObject("apiVersion").put("type", "string");
    properties.putObject("kind").put("type", "string");
    for (Binding.Component component : Binding.components(kind)) {
      if (component.name().equals("metadata")) {
        // the API server has its own schema for it and accepts no other
        properties.putObject("metadata").put("type", "object");
        continue;
      }
      properties.set(component.name(), field(component));
      if (component.required() && !resource.optionalSpec()) {
        required.add(component.name());
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    schema.set("properties", properties);
    return schema;
  }

  private static ObjectNode field(Binding.Component component) {
    Field field = component.field();
    if (field == null) {
      throw new IllegalArgumentException(component.declared() + " says nothing about itself");
    }
    ObjectNode schema = JSON.objectNode();
    schema.put("description", field.value());
    schema.setAll(typed(component.type(), field));
    if (!field.byDefault().isEmpty()) {
      schema.set("default", parse(field.byDefault()));
    }
    if (field.maxItems() > 0) {
      schema.put("maxItems", field.maxItems());
    }
    return schema;
  }

  private static ObjectNode typed(Type type, Field field) {
    ObjectNode schema = JSON.objectNode();
    if (type instanceof ParameterizedType generic) {
      if (generic.getRawType() == java.util.List.class) {
        schema.put("type", "array");
        schema.set("items", typed(generic.getActualTypeArguments()[0], field));
      } else {
        schema.put("type", "object");
        schema.set("additionalProperties", typed(generic.getActualTypeArguments()[1], field));
      }
      return schema;
    }
    Class<?> raw = (Class<?>) type;
    if (field.shape() != void.class) {
      return object(field.shape());
    }
    if (raw.isRecord()) {
      return object(raw);
    }
    if (field.type().equals("int-or-string")) {
      schema.put("x-kubernetes-int-or-string", true);
      schema
          .putArray("anyOf")
          .add(JSON.objectNode().put("type", "integer"))
          .add(JSON.objectNode().put("type", "string"));
      return schema;
    }
    schema.put("type", field.type().isEmpty() ? name(raw) : field.type());
    if (raw == Instant.class) {
      schema.put("format", "date-time");
    } else if (!field.format().isEmpty()) {
      schema.put("format", field.format());
    } else if (schema.path("type").asText().equals("integer")) {
      schema.put("format", raw == Long.class || raw == long.class ? "int64" : "int32");
    }
    ArrayNode values = values(raw, field);
    if (!values.isEmpty()) {
      schema.set("enum", values);
    }
    bounds(schema, field);
    return schema;
  }

  private static void bounds(ObjectNode schema, Field field) {
    if (!field.pattern().isEmpty()) {
      schema.put("pattern", field.pattern());
    }
    limit(schema, "minimum", field.minimum());
    limit(schema, "maximum", field.maximum());
    if (field.minLength() > 0) {
      schema.put("minLength", field.minLength());
    }
    if (field.maxLength() > 0) {
      schema.put("maxLength", field.maxLength());
    }
  }

  private static void limit(ObjectNode schema, String keyword, double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      schema.put(keyword, (long) value);
    } else if (!Double.isInfinite(value)) {
      schema.put(keyword, value);
    }
  }

  private static ArrayNode values(Class<?> raw, Field field) {
    ArrayNode values = JSON.arrayNode();
    if (field.orEmpty()) {
      values.add("");
    }
    for (String value : field.values()) {
      values.add(value);
    }
    // a type of its own says that other controllers may write other values
    if (raw.isEnum() && field.type().isEmpty()) {
      for (Object constant : raw.getEnumConstants()) {
        values.add(constant.toString());
      }
    }
    return values;
  }

  private static ObjectNode object(Class<?> record) {
    ObjectNode schema = JSON.objectNode();
    schema.put("type", "object");
    ArrayNode required = JSON.arrayNode();
    ObjectNode properties = JSON.objectNode();
    for (Binding.Component component : Binding.components(record)) {
      properties.set(component.name(), field(component));
      if (component.required()) {
        required.add(component.name());
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    Rule.OneOf oneOf = record.getAnnotation(Rule.OneOf.class);
    if (oneOf != null) {
      ArrayNode sets = schema.putArray("oneOf");
      for (String set : oneOf.value()) {
        texts(sets.addObject(), "required", set.split(" ", -1));
      }
    }
    for (Rule.Check check : record.getAnnotationsByType(Rule.Check.class)) {
      schema
          .withArray("x-kubernetes-validations")
          .addObject()
          .put("rule", check.value())
          .put("message", check.message());
    }
    schema.set("properties", properties);
    return schema;
  }

  private static String name(Class<?> type) {
    if (type == String.class || type == Instant.class || type.isEnum()) {
      return "string";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "boolean";
    }
    if (type == Double.class) {
      return "number";
    }
    if (type == Integer.class || type == int.class || type == Long.class || type == long.class) {
      return "integer";
    }
    throw new IllegalArgumentException("no schema for " + type + " without a shape");
  }

  private static void texts(ObjectNode object, String field, @Nullable String... values) {
    if (values.length == 0) {
      return;
    }
    ArrayNode array = object.putArray(field);
    for (String value : values) {
      array.add(value);
    }
  }

  private static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + json, e);
    }
  }
}
