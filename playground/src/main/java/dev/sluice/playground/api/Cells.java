package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Computes the cells of a row. A cell is written as one of
///
/// - `.path` a [JsonPath]; the first value found, typed as its column says
/// - `.path | other` the same, with what stands there when nothing is found
/// - `raw .path` the first value found, as it is, whatever its column says
/// - `age` how old the object is
/// - `count .path …` how many entries there are
/// - `size .path` how many entries there are, as a number
/// - `ratio .path .path` such as `1/3`
/// - `join .path` all values, with commas
/// - `selector .path` a label selector
/// - a name such as `pod-status`: a cell that only code can compute, see [SpecialCells]
///
/// Pure.
final class Cells {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Instant now;
  private final SpecialCells special;

  Cells(Instant now) {
    this.now = now;
    this.special = new SpecialCells(now);
  }

  JsonNode cell(Column column, JsonNode object) {
    var text = column.cell();
    if (text.startsWith(".") || text.startsWith("|")) {
      return path(column, object);
    }
    var words = List.of(text.split(" ", -1));
    return switch (words.getFirst()) {
      case "age" ->
          JSON.textNode(
              Ages.since(object.path("metadata").path("creationTimestamp").asText(""), now));
      case "raw" -> {
        var found = JsonPath.of(words.get(1)).find(object);
        yield found.isEmpty() ? NullNode.instance : found.getFirst();
      }
      case "count" -> count(words, object);
      case "size" ->
          JSON.numberNode(
              JsonPath.of(words.get(1)).find(object).stream().mapToInt(JsonNode::size).sum());
      case "ratio" ->
          JSON.textNode(number(words.get(1), object) + "/" + number(words.get(2), object));
      case "join" ->
          JSON.textNode(
              JsonPath.of(words.get(1)).find(object).stream()
                  .map(JsonNode::asText)
                  .collect(Collectors.joining(",")));
      case "selector" -> JSON.textNode(selector(JsonPath.of(words.get(1)).find(object)));
      default -> JSON.textNode(special.cell(text, object));
    };
  }

  private JsonNode path(Column column, JsonNode object) {
    var bar = column.cell().indexOf('|');
    var path = (bar < 0 ? column.cell() : column.cell().substring(0, bar)).strip();
    List<JsonNode> found = path.isEmpty() ? List.of() : JsonPath.of(path).find(object);
    var value = found.isEmpty() ? NullNode.instance : found.getFirst();
    if (value.isNull()) {
      return bar < 0
          ? NullNode.instance
          : otherwise(column, column.cell().substring(bar + 1).strip().replace("\"\"", ""));
    }
    return typed(column, value);
  }

  private JsonNode otherwise(Column column, String text) {
    return column.type().equals("boolean")
        ? JSON.booleanNode(Boolean.parseBoolean(text))
        : typed(column, JSON.textNode(text));
  }

  private JsonNode typed(Column column, JsonNode value) {
    return switch (column.type()) {
      case "integer" -> {
        if (value.isNumber()) {
          yield JSON.numberNode(value.asLong());
        }
        try {
          yield JSON.numberNode(Long.parseLong(value.asText()));
        } catch (NumberFormatException _) {
          yield NullNode.instance;
        }
      }
      case "number" -> value.isNumber() ? value : NullNode.instance;
      case "boolean" -> value.isBoolean() ? value : NullNode.instance;
      case "date" -> JSON.textNode(Ages.since(value.asText(), now));
      default -> JSON.textNode(value.isValueNode() ? value.asText() : value.toString());
    };
  }

  private static JsonNode count(List<String> words, JsonNode object) {
    long count = 0;
    for (var path : words.subList(1, words.size())) {
      for (var found : JsonPath.of(path).find(object)) {
        count += found.size();
      }
    }
    return JSON.textNode(Long.toString(count));
  }

  private static String number(String path, JsonNode object) {
    var found = JsonPath.of(path).find(object);
    return found.isEmpty() ? "0" : found.getFirst().asText();
  }

  static String selector(List<JsonNode> found) {
    if (found.isEmpty() || found.getFirst().isEmpty()) {
      return "<none>";
    }
    var selector = found.getFirst();
    var terms = new ArrayList<String>();
    var labels = selector.has("matchLabels") ? selector.path("matchLabels") : selector;
    for (var label : labels.properties()) {
      if (label.getValue().isTextual()) {
        terms.add(label.getKey() + "=" + label.getValue().asText());
      }
    }
    terms.sort(String::compareTo);
    for (var expression : selector.path("matchExpressions")) {
      var values = new ArrayList<String>();
      expression.path("values").forEach(each -> values.add(each.asText()));
      var key = expression.path("key").asText();
      terms.add(
          switch (expression.path("operator").asText()) {
            case "In" -> key + " in (" + String.join(",", values) + ")";
            case "NotIn" -> key + " notin (" + String.join(",", values) + ")";
            case "Exists" -> key;
            default -> "!" + key;
          });
    }
    return terms.isEmpty() ? "<none>" : String.join(",", terms);
  }
}
