package dev.sluice.playground.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reads the notation of the `.types` files; the README beside them explains it.
final class TypeReader {
  private static final Set<String> CHECKS =
      Set.of("natural", "port", "portOrZero", "label", "nonempty");
  private static final ObjectMapper JSON = new ObjectMapper();

  private TypeReader() {}

  /// @param prefix under which the types are published
  record TypesFile(String prefix, Map<String, TypeDef> types) {}

  static TypesFile read(String text) {
    var types = new LinkedHashMap<String, TypeDef>();
    String prefix = "";
    Map<String, Field> fields = new LinkedHashMap<>();
    for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
      if (line.startsWith("published as ")) {
        prefix = line.substring("published as ".length()).strip();
      } else if (line.startsWith("  ")) {
        Field field = field(line.strip());
        fields.put(field.name(), field);
      } else {
        fields = new LinkedHashMap<>();
        List<String> words = List.of(line.strip().split(" ", -1));
        types.put(
            words.getFirst(), new TypeDef(words.getFirst(), words.contains("atomic"), fields));
      }
    }
    return new TypesFile(prefix, types);
  }

  private static Field field(String line) {
    List<String> words = List.of(line.split(" ", -1));
    String type = words.get(1);
    boolean byPresence = type.endsWith("?");
    var checks = new HashSet<String>();
    var flags = new HashSet<String>();
    List<String> keys = List.of();
    List<String> allowed = List.of();
    boolean merges = false;
    List<Integer> wire = List.of();
    String mergeKey = "";
    JsonNode fallback = null;
    for (String word : words.subList(2, words.size())) {
      if (word.startsWith("=")) fallback = json(word.substring(1));
      else if (word.startsWith("#"))
        wire = Arrays.stream(word.substring(1).split("\\.", -1)).map(Integer::valueOf).toList();
      else if (word.startsWith("map(")) keys = arguments(word, ",");
      else if (word.startsWith("enum(")) allowed = arguments(word, "\\|");
      else if (word.startsWith("merge(")) {
        merges = true;
        mergeKey = word.substring("merge(".length(), word.length() - 1);
      } else if (CHECKS.contains(word)) checks.add(word);
      else flags.add(word);
    }
    boolean required = flags.remove("required");
    boolean kept = flags.remove("kept");
    boolean atomic = flags.remove("atomic");
    boolean set = flags.remove("set");
    boolean retainKeys = flags.remove("retainKeys");
    if (!flags.isEmpty())
      throw new IllegalArgumentException("unknown flags " + flags + " in: " + line);
    return new Field(
        words.getFirst(),
        type(byPresence ? type.substring(0, type.length() - 1) : type),
        byPresence,
        required,
        kept || required,
        fallback,
        atomic,
        set,
        keys,
        new Node.Merge(merges, mergeKey, retainKeys),
        allowed,
        Set.copyOf(checks),
        wire);
  }

  private static FieldType type(String text) {
    if (text.startsWith("["))
      return new FieldType.ListOf(type(text.substring(1, text.length() - 1)));
    if (text.startsWith("{"))
      return new FieldType.MapOf(type(text.substring(1, text.length() - 1)));
    return switch (text) {
      case "string" -> FieldType.Basic.TEXT;
      case "bool" -> FieldType.Basic.BOOLEAN;
      case "int32" -> FieldType.Basic.INT32;
      case "int64" -> FieldType.Basic.INT64;
      case "number" -> FieldType.Basic.NUMBER;
      case "bytes" -> FieldType.Basic.BYTES;
      case "Time" -> FieldType.Basic.TIME;
      case "MicroTime" -> FieldType.Basic.MICRO_TIME;
      case "Quantity" -> FieldType.Basic.QUANTITY;
      case "IntOrString" -> FieldType.Basic.INT_OR_STRING;
      case "Any" -> FieldType.Basic.ANYTHING;
      default -> {
        if (!text.contains(".")) throw new IllegalArgumentException("unknown type " + text);
        yield new FieldType.Ref(text);
      }
    };
  }

  private static List<String> arguments(String word, String separator) {
    return new ArrayList<>(
        Arrays.asList(
            word.substring(word.indexOf('(') + 1, word.length() - 1).split(separator, -1)));
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON: " + text, e);
    }
  }
}
