package dev.sluice.playground.patch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// One step of the way to a field.
///
/// Steps are ordered by kind (fields, keys, values, positions) and then by what they say, which is
/// the order in which sets of fields are listed.
sealed interface PathElement extends Comparable<PathElement> {
  ObjectMapper JSON = new ObjectMapper();
  Comparator<PathElement> ORDER =
      Comparator.comparingInt(PathElement::rank).thenComparing(PathElement::compareSame);

  /// A key of a map.
  record Name(String name) implements PathElement {}

  /// The item of a keyed list that has these values.
  record Key(SortedMap<String, JsonNode> fields) implements PathElement {}

  /// The item of a set that is this value.
  record Value(JsonNode value) implements PathElement {}

  /// A position in a list; only read, from entries that others wrote.
  record Position(int index) implements PathElement {}

  /// @throws IllegalArgumentException when the text is no step as `fieldsV1` writes them
  static PathElement parse(String text) {
    if (text.length() < 2 || text.charAt(1) != ':')
      throw new IllegalArgumentException("no path element: " + text);
    String rest = text.substring(2);
    try {
      return switch (text.charAt(0)) {
        case 'f' -> new Name(rest);
        case 'v' -> new Value(JSON.readTree(rest));
        case 'i' -> new Position(Integer.parseInt(rest));
        case 'k' -> {
          if (!(JSON.readTree(rest) instanceof ObjectNode object))
            throw new IllegalArgumentException("no key: " + text);
          var fields = new TreeMap<String, JsonNode>();
          object.properties().forEach(e -> fields.put(e.getKey(), e.getValue()));
          yield new Key(fields);
        }
        default -> throw new IllegalArgumentException("no path element: " + text);
      };
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no path element: " + text, e);
    }
  }

  /// As a key of `fieldsV1`.
  default String text() {
    return switch (this) {
      case Name(String name) -> "f:" + name;
      case Key(SortedMap<String, JsonNode> fields) ->
          fields.entrySet().stream()
              .map(e -> quoted(e.getKey()) + ":" + e.getValue())
              .collect(Collectors.joining(",", "k:{", "}"));
      case Value(JsonNode value) -> "v:" + value;
      case Position(int index) -> "i:" + index;
    };
  }

  private static String quoted(String text) {
    return com.fasterxml.jackson.databind.node.TextNode.valueOf(text).toString();
  }

  /// As messages write it.
  default String shown() {
    return switch (this) {
      case Name(String name) -> "." + name;
      case Key(SortedMap<String, JsonNode> fields) ->
          fields.entrySet().stream()
              .map(e -> e.getKey() + "=" + e.getValue())
              .collect(Collectors.joining(",", "[", "]"));
      case Value(JsonNode value) -> "[=" + value + "]";
      case Position(int index) -> "[" + index + "]";
    };
  }

  private int rank() {
    return switch (this) {
      case Name _ -> 0;
      case Key _ -> 1;
      case Value _ -> 2;
      case Position _ -> 3;
    };
  }

  private int compareSame(PathElement other) {
    return this instanceof Position(int mine) && other instanceof Position(int theirs)
        ? Integer.compare(mine, theirs)
        : text().compareTo(other.text());
  }

  @Override
  default int compareTo(PathElement other) {
    return ORDER.compare(this, other);
  }
}
