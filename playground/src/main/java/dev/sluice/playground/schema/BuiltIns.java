package dev.sluice.playground.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The kinds that the server brings itself, read once from data.
final class BuiltIns {
  private static final List<String> PACKAGES =
      List.of(
          "meta",
          "core",
          "apps",
          "batch",
          "discovery",
          "events",
          "coordination",
          "autoscaling1",
          "autoscaling2",
          "rbac",
          "policy",
          "networking",
          "apiextensions",
          "authentication",
          "authorization",
          "scheduling",
          "storage");

  private static final BuiltIns ALL = load();

  private final Map<String, TypeDef> types = new HashMap<>();
  private final Map<String, String> prefixes = new HashMap<>();
  private final Map<TypeName, BuiltInSchema> kinds = new LinkedHashMap<>();

  private BuiltIns() {}

  static Optional<BuiltInSchema> schema(TypeName type) {
    return Optional.ofNullable(ALL.kinds.get(type));
  }

  static List<BuiltInSchema> schemas() {
    return List.copyOf(ALL.kinds.values());
  }

  /// @throws IllegalArgumentException when the data names a type that it does not declare
  static TypeDef type(String name) {
    TypeDef type = ALL.types.get(name);
    if (type == null) throw new IllegalArgumentException("no type " + name);
    return type;
  }

  static Iterable<TypeDef> types() {
    return ALL.types.values();
  }

  /// The name under which OpenAPI publishes a type.
  static String publicName(String type) {
    int dot = type.indexOf('.');
    return ALL.prefixes.get(type.substring(0, dot)) + type.substring(dot);
  }

  private static BuiltIns load() {
    var all = new BuiltIns();
    for (String name : PACKAGES) {
      var read = TypeReader.read(text(name + ".types"));
      all.prefixes.put(name, read.prefix());
      all.types.putAll(read.types());
    }
    for (String line : text("kinds").lines().filter(l -> !l.isBlank()).toList()) {
      String[] words = line.split(" ", -1);
      TypeName name = TypeName.of(words[0], words[1]);
      TypeDef type = all.types.get(words[2]);
      if (type == null) throw new IllegalStateException("kinds names no type: " + line);
      boolean status = words.length > 4 && words[4].equals("status");
      all.kinds.put(name, new BuiltInSchema(name, type, status, NameRule.called(words[3])));
    }
    return all;
  }

  private static String text(String name) {
    try (InputStream in = BuiltIns.class.getResourceAsStream("types/" + name)) {
      if (in == null) throw new IllegalStateException("missing resource types/" + name);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
