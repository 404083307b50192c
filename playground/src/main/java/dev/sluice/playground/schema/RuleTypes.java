package dev.sluice.playground.schema;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The types that rules see: what a schema node is called in CEL, and how fields whose names are no
/// CEL names are written. Pure.
final class RuleTypes {

  private static final Set<String> RESERVED =
      Set.of(
          "true",
          "false",
          "null",
          "in",
          "as",
          "break",
          "const",
          "continue",
          "else",
          "for",
          "function",
          "if",
          "import",
          "let",
          "loop",
          "package",
          "namespace",
          "return",
          "var",
          "void",
          "while");

  private final Map<String, StructType> structs = new LinkedHashMap<>();

  /// The type of a node; empty when rules cannot see it, because nobody declares what it holds.
  ///
  /// @param root whether the node is a whole object, with a kind and a name
  /// @param name for the type, unique among those asked of this instance
  Optional<CelType> of(Structural schema, boolean root, String name) {
    if (schema.intOrString()) return Optional.of(SimpleType.DYN);
    return switch (schema.type()) {
      case "array" ->
          schema.items() == null
              ? Optional.empty()
              : of(schema.items(), schema.items().embedded(), name + ".@items")
                  .map(ListType::create);
      case "object" ->
          schema.additional() == null
              ? Optional.of(struct(schema, root || schema.embedded(), name))
              : of(schema.additional(), schema.additional().embedded(), name + ".@values")
                  .map(values -> MapType.create(SimpleType.STRING, values));
      case "string" -> Optional.of(text(schema.keywords().path("format").asText("")));
      case "boolean" -> Optional.of(SimpleType.BOOL);
      case "number" -> Optional.of(SimpleType.DOUBLE);
      case "integer" -> Optional.of(SimpleType.INT);
      default -> Optional.empty();
    };
  }

  private static CelType text(String format) {
    return switch (format) {
      case "byte" -> SimpleType.BYTES;
      case "duration" -> SimpleType.DURATION;
      case "date", "date-time" -> SimpleType.TIMESTAMP;
      default -> SimpleType.STRING;
    };
  }

  private StructType struct(Structural schema, boolean root, String name) {
    var fields = new LinkedHashMap<String, CelType>();
    schema
        .properties()
        .forEach((property, child) ->
            escaped(property)
                .ifPresent(field ->
                    of(child, child.embedded(), name + "." + field)
                        .ifPresent(type -> fields.put(field, type))));
    if (root) {
      fields.put("apiVersion", SimpleType.STRING);
      fields.put("kind", SimpleType.STRING);
      fields.put(
          "metadata",
          declared(
              name + ".metadata",
              Map.of("name", SimpleType.STRING, "generateName", SimpleType.STRING)));
    }
    return declared(name, fields);
  }

  private StructType declared(String name, Map<String, CelType> given) {
    var fields = ImmutableMap.copyOf(given);
    var type =
        StructType.create(name, fields.keySet(), field -> Optional.ofNullable(fields.get(field)));
    structs.put(name, type);
    return type;
  }

  /// Finds the types handed out so far by name.
  CelTypeProvider provider() {
    var all = ImmutableMap.copyOf(structs);
    return new CelTypeProvider() {
      @Override
      public ImmutableCollection<CelType> types() {
        return ImmutableList.copyOf(all.values());
      }

      @Override
      public Optional<CelType> findType(String name) {
        return Optional.ofNullable(all.get(name));
      }
    };
  }

  /// How a rule writes the name of a property; empty when it cannot.
  static Optional<String> escaped(String property) {
    if (property.isEmpty() || Character.isDigit(property.charAt(0))) return Optional.empty();
    if (RESERVED.contains(property)) return Optional.of("__" + property + "__");
    if (!property.chars().allMatch(RuleTypes::writable)) return Optional.empty();
    return Optional.of(
        property
            .replace("__", "__underscores__")
            .replace(".", "__dot__")
            .replace("-", "__dash__")
            .replace("/", "__slash__"));
  }

  private static boolean writable(int c) {
    return (c < 128 && Character.isLetterOrDigit(c)) || "_.-/".indexOf(c) >= 0;
  }
}
