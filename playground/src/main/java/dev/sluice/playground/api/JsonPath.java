package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;

/// The part of JSONPath that printer columns use: fields, `[3]`, `[*]`, `..` is not among them,
/// filters that compare a field with a value such as `[?(@.type=="Ready")]`. Pure.
final class JsonPath {

  private static final ConcurrentMap<String, JsonPath> KNOWN = new ConcurrentHashMap<>();
  private static final Pattern STEP =
      Pattern.compile(
          "\\.?\\[\\?\\(@\\.([^=!<>]+?)\\s*(==|!=|<=|>=|<|>)\\s*(\"[^\"]*\"|'[^']*'|[^)\\s]+)\\)]"
              + "|\\.?\\[['\"]([^'\"]+)['\"]]"
              + "|\\.?\\[(\\*|-?\\d+)]"
              + "|\\.(\\*)"
              + "|\\.((?:\\\\.|[^.\\[\\\\])+)");

  private sealed interface Step {
    /// @param name of a field
    record Field(String name) implements Step {}

    /// @param at from the end when negative
    record Index(int at) implements Step {}

    /// Every item or value.
    record All() implements Step {}

    /// Items whose field compares so.
    record Where(JsonPath field, String operator, String value) implements Step {}
  }

  private final List<Step> steps;

  private JsonPath(List<Step> steps) {
    this.steps = steps;
  }

  /// @param text such as `.status.conditions[?(@.type=="Ready")].status`; what cannot be read finds
  ///   nothing
  static JsonPath of(String text) {
    return KNOWN.computeIfAbsent(text, JsonPath::parse);
  }

  private static JsonPath parse(String text) {
    var steps = new ArrayList<Step>();
    var matcher = STEP.matcher(text.startsWith("{") ? text.substring(1, text.length() - 1) : text);
    int at = 0;
    while (matcher.find() && matcher.start() == at) {
      at = matcher.end();
      if (matcher.group(1) != null) {
        var value = matcher.group(3);
        steps.add(
            new Step.Where(
                parse("." + matcher.group(1)),
                matcher.group(2),
                value.startsWith("\"") || value.startsWith("'")
                    ? value.substring(1, value.length() - 1)
                    : value));
      } else if (matcher.group(4) != null) {
        steps.add(new Step.Field(matcher.group(4)));
      } else if (matcher.group(5) != null) {
        steps.add(
            matcher.group(5).equals("*")
                ? new Step.All()
                : new Step.Index(Integer.parseInt(matcher.group(5))));
      } else if (matcher.group(6) != null) {
        steps.add(new Step.All());
      } else {
        steps.add(new Step.Field(matcher.group(7).replace("\\", "")));
      }
    }
    return new JsonPath(List.copyOf(steps));
  }

  /// Everything that the path leads to, in order.
  List<JsonNode> find(JsonNode from) {
    var found = List.of(from);
    for (var step : steps) {
      var next = new ArrayList<JsonNode>();
      for (var node : found) {
        follow(step, node, next);
      }
      found = next;
    }
    return found;
  }

  private static void follow(Step step, JsonNode node, List<JsonNode> found) {
    switch (step) {
      case Step.Field(String name) -> {
        if (node.has(name)) {
          found.add(node.get(name));
        }
      }
      case Step.Index(int at) -> {
        var index = at < 0 ? node.size() + at : at;
        if (node.has(index)) {
          found.add(node.get(index));
        }
      }
      case Step.All() -> node.forEach(found::add);
      case Step.Where(JsonPath field, String operator, String value) -> {
        for (var item : node) {
          var values = field.find(item);
          if (!values.isEmpty() && compares(values.getFirst(), operator, value)) {
            found.add(item);
          }
        }
      }
    }
  }

  private static boolean compares(JsonNode found, String operator, String value) {
    if (operator.equals("==") || operator.equals("!=")) {
      return found.asText().equals(value) == operator.equals("==");
    }
    int order;
    try {
      order = Double.compare(found.asDouble(), Double.parseDouble(value));
    } catch (NumberFormatException _) {
      order = found.asText().compareTo(value);
    }
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }
}
