package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What a CustomResourceDefinition must satisfy before its kind is served.
final class DefinitionRules {
  private static final List<String> COLUMN_TYPES =
      List.of("boolean", "date", "integer", "number", "string");
  private static final Set<String> TYPES =
      Set.of("array", "boolean", "integer", "number", "object", "string");

  private final List<Cause> causes = new ArrayList<>();

  private DefinitionRules() {}

  static List<Cause> check(ObjectNode definition, Optional<ObjectNode> old) {
    var rules = new DefinitionRules();
    rules.definition(definition);
    old.ifPresent(before -> rules.unchanged(definition, before));
    return rules.causes;
  }

  private void definition(JsonNode definition) {
    JsonNode spec = definition.path("spec");
    String group = spec.path("group").asText("");
    String plural = spec.path("names").path("plural").asText("");
    String name = definition.path("metadata").path("name").asText("");
    if (!name.equals(plural + "." + group))
      causes.add(
          Cause.invalid(
              "metadata.name", Shown.quoted(name), "must be spec.names.plural+\".\"+spec.group"));
    if (group.isEmpty()) causes.add(Cause.required("spec.group", ""));
    else if (!group.contains("."))
      causes.add(
          Cause.invalid(
              "spec.group", Shown.quoted(group), "should be a domain with at least one dot"));
    else
      for (String problem : NameRule.SUBDOMAIN.problems(group))
        causes.add(Cause.invalid("spec.group", Shown.quoted(group), problem));
    scope(spec);
    names(spec.path("names"));
    if (spec.path("preserveUnknownFields").asBoolean())
      causes.add(
          Cause.invalid(
              "spec.preserveUnknownFields",
              "true",
              "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in"
                  + " spec.versions[*].schema instead"));
    versions(spec);
  }

  private void scope(JsonNode spec) {
    String scope = spec.path("scope").asText("");
    List<String> scopes = List.of("Cluster", "Namespaced");
    if (scope.isEmpty()) causes.add(Cause.required("spec.scope", ""));
    else if (!scopes.contains(scope))
      causes.add(Cause.unsupported("spec.scope", Shown.quoted(scope), scopes));
  }

  private void names(JsonNode names) {
    for (String field : List.of("plural", "singular")) {
      String value = names.path(field).asText("");
      if (value.isEmpty() && field.equals("plural"))
        causes.add(Cause.required("spec.names.plural", ""));
      else if (!value.isEmpty())
        for (String problem : NameRule.LABEL_1035.problems(value))
          causes.add(Cause.invalid("spec.names." + field, Shown.quoted(value), problem));
    }
    for (String field : List.of("kind", "listKind")) {
      String value = names.path(field).asText("");
      if (value.isEmpty()) causes.add(Cause.required("spec.names." + field, ""));
      else if (field.equals("kind") || !value.equals(names.path("kind").asText("") + "List"))
        for (String problem :
            NameRule.LABEL_1035.problems(value.toLowerCase(java.util.Locale.ROOT)))
          causes.add(
              Cause.invalid(
                  "spec.names." + field,
                  Shown.quoted(value),
                  "may have mixed case, but should otherwise match: " + problem));
    }
    int i = 0;
    for (JsonNode shortName : names.path("shortNames")) {
      for (String problem : NameRule.LABEL_1035.problems(shortName.asText()))
        causes.add(
            Cause.invalid("spec.names.shortNames[" + i + "]", Shown.value(shortName), problem));
      i++;
    }
  }

  private void versions(JsonNode spec) {
    JsonNode versions = spec.path("versions");
    boolean single = versions.size() == 1;
    int i = 0;
    for (JsonNode version : versions) {
      String at = "spec.versions[" + i++ + "]";
      String name = version.path("name").asText("");
      for (String problem : NameRule.LABEL_1035.problems(name))
        causes.add(Cause.invalid(at + ".name", Shown.quoted(name), problem));
      JsonNode schema = version.path("schema").path("openAPIV3Schema");
      if (!schema.isObject()) {
        causes.add(Cause.required(at + ".schema.openAPIV3Schema", "schemas are required"));
      } else {
        // A single version is checked as if it stood at the top, and its fields are named so.
        String root = single ? "spec.validation.openAPIV3Schema" : at + ".schema.openAPIV3Schema";
        if (schema.path("type").asText("").isEmpty())
          causes.add(Cause.required(root + ".type", "must not be empty at the root"));
        else if (!schema.path("type").asText().equals("object"))
          causes.add(
              Cause.invalid(
                  root + ".type", Shown.value(schema.path("type")), "must be object at the root"));
        schema(schema, root, true, "");
      }
      columns(version.path("additionalPrinterColumns"), single ? "spec" : at);
      scale(version.path("subresources").path("scale"), single ? "spec" : at);
    }
    List<JsonNode> stored =
        versions.valueStream().filter(v -> v.path("storage").asBoolean()).toList();
    if (stored.size() != 1) {
      causes.add(
          Cause.invalid(
              "spec.versions",
              shown(versions),
              "must have exactly one version marked as storage version"));
      causes.add(
          stored.isEmpty()
              ? Cause.invalid(
                  "status.storedVersions", "[]string(nil)", "must have at least one stored version")
              : Cause.invalid(
                  "status.storedVersions",
                  "[]string{" + Shown.value(stored.getFirst().path("name")) + "}",
                  "must have the storage version " + stored.getLast().path("name").asText()));
    }
  }

  private void columns(JsonNode columns, String at) {
    int i = 0;
    for (JsonNode column : columns) {
      String field = at + ".additionalPrinterColumns[" + i++ + "]";
      if (column.path("name").asText("").isEmpty()) causes.add(Cause.required(field + ".name", ""));
      JsonNode type = column.path("type");
      if (!COLUMN_TYPES.contains(type.asText("")))
        causes.add(
            Cause.invalid(
                field + ".type",
                Shown.value(type),
                "must be one of " + String.join(",", COLUMN_TYPES)));
      jsonPath(column.path("jsonPath"), field + ".JSONPath");
    }
  }

  private void jsonPath(JsonNode path, String field) {
    if (!path.asText("").startsWith("."))
      causes.add(
          Cause.invalid(
              field, Shown.quoted(path.asText("")), "must be a simple json path starting with ."));
  }

  private void scale(JsonNode scale, String at) {
    if (!scale.isObject()) return;
    for (var part :
        List.of(List.of("specReplicasPath", ".spec"), List.of("statusReplicasPath", ".status"))) {
      String field = at + ".subresources.scale." + part.getFirst();
      JsonNode path = scale.path(part.getFirst());
      if (path.asText("").isEmpty()) causes.add(Cause.required(field, ""));
      else if (!path.asText().startsWith(part.getLast() + "."))
        causes.add(
            Cause.invalid(
                field, Shown.value(path), "should be a json path under " + part.getLast()));
    }
  }

  private void schema(JsonNode schema, String at, boolean root, String uncorrelated) {
    int before = causes.size();
    causes.addAll(StructuralRules.check(schema, at));
    String type = schema.path("type").asText("");
    boolean free =
        schema.path("x-kubernetes-int-or-string").asBoolean()
            || schema.path("x-kubernetes-preserve-unknown-fields").asBoolean();
    if (!root && type.isEmpty() && !free && !schema.hasNonNull("$ref"))
      causes.add(
          Cause.required(
              at + ".type",
              at.endsWith("items")
                  ? "must not be empty for specified array items"
                  : "must not be empty for specified object fields"));
    if (!type.isEmpty() && !TYPES.contains(type))
      causes.add(
          Cause.unsupported(at + ".type", Shown.quoted(type), TYPES.stream().sorted().toList()));
    if (type.equals("array") && !schema.path("items").isObject())
      causes.add(Cause.required(at + ".items", "must be specified"));
    boolean compiles = pattern(schema.path("pattern"), at);
    if (schema.has("default") && compiles) fallback(schema, at);
    keys(schema, at);
    schema
        .path("properties")
        .properties()
        .forEach(
            p -> schema(p.getValue(), at + ".properties[" + p.getKey() + "]", false, uncorrelated));
    if (schema.path("items").isObject()) {
      boolean keyed = schema.path("x-kubernetes-list-type").asText("").equals("map");
      String within = uncorrelated.isEmpty() && !keyed ? at : uncorrelated;
      schema(schema.path("items"), at + ".items", false, within);
    }
    if (schema.path("additionalProperties").isObject())
      schema(
          schema.path("additionalProperties"), at + ".additionalProperties", false, uncorrelated);
    causes.addAll(DefinedRules.form(schema, at));
    // What is wrong with the shape would only be said again, in words about types.
    if (causes.size() == before && schema.has("x-kubernetes-validations"))
      causes.addAll(DefinedRules.compiled(schema, at, root, uncorrelated));
  }

  private boolean pattern(JsonNode pattern, String at) {
    if (!pattern.isTextual()) return true;
    try {
      Pattern.compile(pattern.textValue());
      return true;
    } catch (PatternSyntaxException e) {
      causes.add(
          Cause.invalid(
              at + ".pattern",
              Shown.value(pattern),
              "must be a valid regular expression, but isn't: " + e.getMessage()));
      return false;
    }
  }

  private void fallback(JsonNode schema, String at) {
    Structural shape;
    try {
      shape = Structural.read(schema);
    } catch (PatternSyntaxException _) {
      // The pattern is reported where it stands.
      return;
    }
    for (Cause cause : CustomChecks.problems(schema.path("default"), shape, ""))
      causes.add(
          new Cause(
              "FieldValueInvalid",
              cause.message(),
              at + ".default" + (cause.field().isEmpty() ? "" : "." + cause.field())));
  }

  private void keys(JsonNode schema, String at) {
    if (!schema.path("x-kubernetes-list-type").asText("").equals("map")) return;
    JsonNode items = schema.path("items");
    if (schema.path("x-kubernetes-list-map-keys").isEmpty())
      causes.add(
          Cause.required(
              at + ".x-kubernetes-list-map-keys",
              "must not be empty if x-kubernetes-list-type is map"));
    for (JsonNode key : schema.path("x-kubernetes-list-map-keys")) {
      JsonNode property = items.path("properties").path(key.asText());
      boolean required = items.path("required").valueStream().anyMatch(key::equals);
      if (property.isObject() && !required && !property.has("default"))
        causes.add(
            Cause.required(
                at + ".items.properties[" + key.asText() + "].default",
                "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"));
    }
  }

  private void unchanged(JsonNode now, JsonNode before) {
    for (String field : List.of("group", "scope"))
      immutable(now, before, "/spec/" + field, "spec." + field);
    for (String field : List.of("kind", "plural"))
      immutable(now, before, "/spec/names/" + field, "spec.names." + field);
  }

  private void immutable(JsonNode now, JsonNode before, String pointer, String field) {
    JsonNode value = now.at(pointer);
    if (value.equals(before.at(pointer))) return;
    causes.removeIf(c -> c.field().equals("metadata.name"));
    causes.add(Cause.invalid(field, Shown.value(value), "field is immutable"));
  }

  private static String shown(JsonNode versions) {
    return versions
        .valueStream()
        .map(v ->
            "apiextensions.CustomResourceDefinitionVersion{Name:%s, Served:%s, Storage:%s, Deprecated:%s, DeprecationWarning:(*string)(nil), Schema:(*apiextensions.CustomResourceValidation)(nil), Subresources:(*apiextensions.CustomResourceSubresources)(nil), AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil), SelectableFields:[]apiextensions.SelectableField(nil)}"
                .formatted(
                    Shown.value(v.path("name")),
                    v.path("served").asBoolean(),
                    v.path("storage").asBoolean(),
                    v.path("deprecated").asBoolean()))
        .collect(Collectors.joining(", ", "[]apiextensions.CustomResourceDefinitionVersion{", "}"));
  }
}
