package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// A label selector as it comes in a query: `app=x,tier notin (back),!old`.
record LabelSelector(List<Requirement> requirements) {

  private static final Pattern KEY_NAME =
      Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
  private static final Pattern WORD = Pattern.compile("[^\\s,()=!<>]+|==|!=|[=!<>(),]");

  private enum Operator {
    EXISTS,
    ABSENT,
    IN,
    NOT_IN,
    ABOVE,
    BELOW
  }

  private record Requirement(String key, Operator operator, Set<String> values) {
    boolean matches(JsonNode labels) {
      var value = labels.path(key);
      return switch (operator) {
        case EXISTS -> value.isTextual();
        case ABSENT -> !value.isTextual();
        case IN -> value.isTextual() && values.contains(value.asText());
        case NOT_IN -> !value.isTextual() || !values.contains(value.asText());
        case ABOVE -> value.isTextual() && compare(value.asText()) > 0;
        case BELOW -> value.isTextual() && compare(value.asText()) < 0;
      };
    }

    private int compare(String value) {
      try {
        return Long.compare(Long.parseLong(value), Long.parseLong(values.iterator().next()));
      } catch (NumberFormatException _) {
        return 0;
      }
    }
  }

  boolean isEmpty() {
    return requirements.isEmpty();
  }

  boolean matches(JsonNode object) {
    var labels = object.path("metadata").path("labels");
    return requirements.stream().allMatch(each -> each.matches(labels));
  }

  /// A selector as it stands in objects, with `matchLabels` and `matchExpressions`.
  static LabelSelector of(JsonNode selector) {
    var requirements = new ArrayList<Requirement>();
    for (var label : selector.path("matchLabels").properties()) {
      requirements.add(
          new Requirement(label.getKey(), Operator.IN, Set.of(label.getValue().asText())));
    }
    for (var expression : selector.path("matchExpressions")) {
      var values = new TreeSet<String>();
      expression.path("values").forEach(value -> values.add(value.asText()));
      var operator =
          switch (expression.path("operator").asText()) {
            case "In" -> Operator.IN;
            case "NotIn" -> Operator.NOT_IN;
            case "Exists" -> Operator.EXISTS;
            default -> Operator.ABSENT;
          };
      requirements.add(new Requirement(expression.path("key").asText(), operator, values));
    }
    return new LabelSelector(List.copyOf(requirements));
  }

  /// @throws Refusal 400 when it cannot be read
  static LabelSelector parse(String text) {
    var words = new Words(text);
    var requirements = new ArrayList<Requirement>();
    while (!words.peek().isEmpty()) {
      requirements.add(requirement(words));
      var next = words.next();
      if (!next.isEmpty() && !next.equals(",")) {
        throw refused("found '" + next + "', expected: ',' or 'end of string'");
      }
      if (next.equals(",") && words.peek().isEmpty()) {
        throw refused("found '', expected: identifier after ','");
      }
    }
    return new LabelSelector(List.copyOf(requirements));
  }

  private static Requirement requirement(Words words) {
    var first = words.next();
    if (first.equals("!")) {
      return new Requirement(key(words.next()), Operator.ABSENT, Set.of());
    }
    var key = key(first);
    var next = words.peek();
    return switch (next) {
      case "", "," -> new Requirement(key, Operator.EXISTS, Set.of());
      case "=", "==", "!=" -> {
        words.next();
        var value = words.peek().equals(",") ? "" : words.next();
        yield new Requirement(
            key, next.equals("!=") ? Operator.NOT_IN : Operator.IN, Set.of(value));
      }
      case "<", ">" -> {
        words.next();
        yield new Requirement(
            key, next.equals(">") ? Operator.ABOVE : Operator.BELOW, Set.of(words.next()));
      }
      case "in", "notin" -> {
        words.next();
        yield new Requirement(
            key, next.equals("in") ? Operator.IN : Operator.NOT_IN, values(words));
      }
      default -> throw refused("found '" + next + "', expected: in, notin, =, ==, !=, gt, lt");
    };
  }

  private static Set<String> values(Words words) {
    if (!words.peek().equals("(")) {
      throw refused("found '" + words.peek() + "' expected: '('");
    }
    words.next();
    var values = new TreeSet<String>();
    while (true) {
      var value = words.next();
      if (value.equals(")") || value.isEmpty()) {
        return values;
      }
      if (value.equals(",")) {
        continue;
      }
      values.add(value);
    }
  }

  private static String key(String key) {
    var name = key.substring(key.indexOf('/') + 1);
    if (!KEY_NAME.matcher(name).matches()) {
      throw refused(
          "<nil>: Invalid value: "
              + Refusal.quoted(key)
              + ": name part must consist of alphanumeric characters, '-', '_' or '.', and must"
              + " start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or"
              + " '123-abc', regex used for validation is"
              + " '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')");
    }
    return key;
  }

  private static Refusal refused(String why) {
    return Refusal.badRequest("unable to parse requirement: " + why);
  }

  private static final class Words {
    private final List<String> words = new ArrayList<>();
    private int at;

    Words(String text) {
      var matcher = WORD.matcher(text);
      while (matcher.find()) {
        words.add(matcher.group());
      }
    }

    String peek() {
      return at < words.size() ? words.get(at) : "";
    }

    String next() {
      return at < words.size() ? words.get(at++) : "";
    }
  }
}
