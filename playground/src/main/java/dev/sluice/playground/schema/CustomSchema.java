package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One version of a custom kind, as its definition describes it.
///
/// @param replicasPath where `/scale` finds the wanted replicas, such as `.spec.replicas`; empty
///   without that subresource
/// @param rules empty when the definition has none
record CustomSchema(
    TypeName type,
    Structural top,
    boolean hasStatusSubresource,
    String replicasPath,
    Optional<RuleChecks.Tree> rules)
    implements Schema {
  private static final Set<String> EVERYWHERE = Set.of("apiVersion", "kind", "metadata");

  static CustomSchema of(ObjectNode definition, String version) {
    JsonNode spec = definition.path("spec");
    for (JsonNode candidate : spec.path("versions")) {
      if (!candidate.path("name").asText().equals(version)) continue;
      JsonNode subresources = candidate.path("subresources");
      Structural top = Structural.read(candidate.path("schema").path("openAPIV3Schema"));
      return new CustomSchema(
          new TypeName(
              spec.path("group").asText(), version, spec.path("names").path("kind").asText()),
          top,
          subresources.path("status").isObject(),
          subresources.path("scale").path("specReplicasPath").asText(""),
          RuleChecks.Tree.of(top, true));
    }
    throw new IllegalArgumentException("the definition has no version " + version);
  }

  @Override
  public Node root() {
    Node declared = top.node();
    Map<String, Node> fields = new LinkedHashMap<>();
    fields.put("apiVersion", Node.scalar(Node.Shape.TEXT));
    fields.put("kind", Node.scalar(Node.Shape.TEXT));
    fields.put("metadata", BuiltInNodes.of(BuiltIns.type("meta.ObjectMeta")));
    declared.fields().forEach(fields::putIfAbsent);
    return Node.map(() -> fields, top.preserve() ? () -> Node.any(false) : null, false);
  }

  @Override
  public Optional<String> undecodable(ObjectNode object) {
    return metadataProblem(object.path("metadata"));
  }

  private static Optional<String> metadataProblem(JsonNode metadata) {
    if (metadata instanceof ObjectNode object)
      return Decoding.problem(object, BuiltIns.type("meta.ObjectMeta"));
    return metadata.isMissingNode() || metadata.isNull()
        ? Optional.empty()
        : Optional.of(
            "json: cannot unmarshal "
                + Shown.type(metadata)
                + " into Go value of type v1.ObjectMeta");
  }

  @Override
  public List<String> unknownFields(ObjectNode object) {
    var paths = new ArrayList<String>();
    for (String path :
        BuiltInSchema.unknownPaths(object.path("metadata"), BuiltIns.type("meta.ObjectMeta")))
      paths.add("metadata." + path);
    unknown(object, top, "", true, paths);
    return paths.stream().sorted().map(path -> "unknown field " + Shown.quoted(path)).toList();
  }

  private static void unknown(
      JsonNode value, Structural schema, String path, boolean isObject, List<String> found) {
    if (value.isArray()) {
      if (schema.items() == null) return;
      int i = 0;
      for (JsonNode item : value)
        unknown(item, schema.items(), path + "[" + i++ + "]", false, found);
      return;
    }
    for (var entry : value.properties()) {
      if ((isObject || schema.embedded()) && EVERYWHERE.contains(entry.getKey())) continue;
      String below = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      Optional<Structural> child = schema.at(entry.getKey());
      if (child.isPresent()) unknown(entry.getValue(), child.get(), below, false, found);
      else if (!schema.preserve()) found.add(below);
    }
  }

  @Override
  public ObjectNode prune(ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    prune(copy, top, true);
    if (copy.get("metadata") instanceof ObjectNode metadata)
      copy.set("metadata", BuiltInSchema.written(metadata, BuiltIns.type("meta.ObjectMeta")));
    return copy;
  }

  private static void prune(JsonNode value, Structural schema, boolean isObject) {
    if (value instanceof ArrayNode list) {
      if (schema.items() != null) for (JsonNode item : list) prune(item, schema.items(), false);
      return;
    }
    if (!(value instanceof ObjectNode object)) return;
    var gone = new ArrayList<String>();
    for (var entry : object.properties()) {
      if ((isObject || schema.embedded()) && EVERYWHERE.contains(entry.getKey())) continue;
      Optional<Structural> child = schema.at(entry.getKey());
      if (child.isPresent()) {
        boolean meansNothing =
            entry.getValue().isNull()
                && !child.get().nullable()
                && child.get().fallback() == null
                && !child.get().type().isEmpty();
        if (meansNothing || (entry.getValue().isNull() && child.get().intOrString()))
          gone.add(entry.getKey());
        else prune(entry.getValue(), child.get(), false);
      } else if (!schema.preserve()) {
        gone.add(entry.getKey());
      }
    }
    object.remove(gone);
  }

  @Override
  public ObjectNode withDefaults(ObjectNode object) {
    ObjectNode copy = object.deepCopy();
    fill(copy, top);
    return copy;
  }

  private static void fill(JsonNode value, Structural schema) {
    if (value instanceof ArrayNode list) {
      if (schema.items() != null) for (JsonNode item : list) fill(item, schema.items());
      return;
    }
    if (!(value instanceof ObjectNode object)) return;
    schema
        .properties()
        .forEach((name, child) -> {
          JsonNode there = object.get(name);
          boolean nothing = there == null || (there.isNull() && !child.nullable());
          if (nothing && child.fallback() != null) object.set(name, child.fallback().deepCopy());
        });
    for (var entry : object.properties())
      schema.at(entry.getKey()).ifPresent(child -> fill(entry.getValue(), child));
  }

  @Override
  public List<Cause> validate(ObjectNode object, Optional<ObjectNode> old) {
    var causes = new ArrayList<>(MetadataRules.check(object, old, NameRule.SUBDOMAIN, false));
    causes.addAll(CustomChecks.check(this, object, old));
    return causes;
  }

  @Override
  public ObjectNode inOrder(ObjectNode object) {
    return (ObjectNode) sorted(object);
  }

  private static JsonNode sorted(JsonNode value) {
    return switch (value) {
      case ObjectNode object -> {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        object.properties().stream()
            .sorted(Map.Entry.comparingByKey())
            .forEach(e -> out.set(e.getKey(), sorted(e.getValue())));
        yield out;
      }
      case ArrayNode list -> {
        ArrayNode out = JsonNodeFactory.instance.arrayNode();
        list.forEach(item -> out.add(sorted(item)));
        yield out;
      }
      default -> value;
    };
  }
}
