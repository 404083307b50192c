package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Validates objects of built-in kinds, fields in declared order: what the data asks of each field,
/// and around it the rules of [BuiltInRules]. Status is never validated, as on the server.
final class BuiltInChecks {
  private final List<Cause> causes = new ArrayList<>();

  private BuiltInChecks() {}

  static List<Cause> check(BuiltInSchema schema, ObjectNode object, Optional<ObjectNode> old) {
    var checks = new BuiltInChecks();
    checks.causes.addAll(MetadataRules.check(object, old, schema.names(), true));
    TypeDef top = schema.top();
    if (top.name().equals("apiextensions.CustomResourceDefinition")) {
      checks.causes.addAll(DefinitionRules.check(object, old));
      return checks.causes;
    }
    old.ifPresent(before -> checks.causes.addAll(ImmutableRules.check(top.name(), object, before)));
    checks.struct(object, top, "");
    return checks.causes;
  }

  private void struct(JsonNode object, TypeDef type, String path) {
    BuiltInRules.whole(type.name(), object, path, causes);
    for (Field field : type.fields().values()) {
      if (path.isEmpty() && (field.name().equals("status") || field.name().equals("metadata")))
        continue;
      if (field.type() instanceof FieldType.Ref(String name) && name.equals("meta.ObjectMeta"))
        continue;
      String below = path.isEmpty() ? field.name() : path + "." + field.name();
      JsonNode value = object.path(field.name());
      if (value.isNull()) value = MissingNode.getInstance();
      field(value, field, below);
      BuiltInRules.beside(type.name(), field.name(), object, below, causes);
      if (!value.isMissingNode()) value(value, field.type(), below);
      BuiltInRules.after(type.name(), field.name(), object, below, causes);
    }
  }

  private void value(JsonNode value, FieldType type, String path) {
    switch (type) {
      case FieldType.Ref(String name) -> struct(value, BuiltIns.type(name), path);
      case FieldType.ListOf(FieldType item) -> {
        int i = 0;
        for (JsonNode element : value) value(element, item, path + "[" + i++ + "]");
      }
      case FieldType.MapOf(FieldType part) ->
          value.properties().forEach(e -> value(e.getValue(), part, path + "[" + e.getKey() + "]"));
      case FieldType.Basic _ -> {}
    }
  }

  private void field(JsonNode value, Field field, String path) {
    boolean nothing = value.isMissingNode() || BuiltInSchema.isZero(value, field.type());
    if (nothing && (field.checks().contains("nonempty") || mustBeGiven(field)))
      causes.add(Cause.required(path, why(field)));
    if (nothing && field.type() == FieldType.Basic.TEXT) return;
    if (!field.allowed().isEmpty()
        && value.isTextual()
        && !field.allowed().contains(value.textValue()))
      causes.add(Cause.unsupported(path, Shown.value(value), field.allowed()));
    if (field.checks().contains("label"))
      for (String problem : NameRule.LABEL.problems(value.asText("")))
        causes.add(Cause.invalid(path, Shown.value(value), problem));
    if (field.checks().contains("natural") && value.isNumber() && value.decimalValue().signum() < 0)
      causes.add(Cause.invalid(path, Shown.value(value), "must be greater than or equal to 0"));
    if (field.checks().contains("port") || (field.checks().contains("portOrZero") && !nothing)) {
      long port = value.asLong();
      if (port < 1 || port > 65535)
        causes.add(
            Cause.invalid(path, String.valueOf(port), "must be between 1 and 65535, inclusive"));
    }
  }

  /// The server says more of one field than that it is required.
  private static String why(Field field) {
    return field.name().equals("pathType") ? "pathType must be specified" : "";
  }

  /// Text and pointers that are declared required; numbers and lists have rules of their own.
  private static boolean mustBeGiven(Field field) {
    return field.required()
        && (field.type() == FieldType.Basic.TEXT
            || (field.byPresence() && field.type() instanceof FieldType.Ref));
  }
}
