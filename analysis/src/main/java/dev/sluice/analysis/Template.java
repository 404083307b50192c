package dev.sluice.analysis;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Puts the variables of a canary into a query. Pure.
public final class Template {
  private static final int MAX_LENGTH = 16 * 1024;
  private static final String KNOWN =
      "name, namespace, target, service, ingress, route, interval, variables.KEY";
  private static final Pattern ACTION =
      Pattern.compile("(\\s*\\{\\{-\\s|\\{\\{)(.*?)(\\s-}}\\s*|}})", Pattern.DOTALL);

  private Template() {}

  /// @param window takes the place of `{{ interval }}`
  /// @throws NeedsEdit for a name that is not known, a variable that is not given, braces that do
  ///   not close, or a result that is empty or too long
  public static String render(MetricQuery query, Variables variables, Duration window)
      throws NeedsEdit {
    var text = new StringBuilder();
    var action = ACTION.matcher(checkedLength(query, query.template()));
    var end = 0;
    while (action.find()) {
      text.append(literal(query, end, action.start()));
      text.append(value(query, action, variables, window));
      checkedLength(query, text);
      end = action.end();
    }
    text.append(literal(query, end, query.template().length()));
    var rendered = checkedLength(query, text).toString().strip();
    if (rendered.isEmpty()) {
      throw edit(query, "its query is empty");
    }
    return rendered;
  }

  private static String literal(MetricQuery query, int from, int to) throws NeedsEdit {
    var literal = query.template().substring(from, to);
    var open = literal.indexOf("{{");
    if (open >= 0) {
      throw edit(
          query,
          "its query opens '{{' at %s and never closes it"
              .formatted(position(query.template(), from + open)));
    }
    return literal;
  }

  private static String value(MetricQuery query, Matcher action, Variables given, Duration window)
      throws NeedsEdit {
    var name = action.group(2).strip();
    return switch (name) {
      case "name" -> given.name();
      case "namespace" -> given.namespace();
      case "target" -> given.target();
      case "service" -> given.service();
      case "ingress" -> given.ingress();
      case "route" -> given.route();
      case "interval" -> Window.promql(window);
      case String s when s.startsWith("variables.") ->
          variable(query, s.substring(10), action.start(2));
      default ->
          throw edit(
              query,
              "its query uses '{{ %s }}' at %s; known are: %s"
                  .formatted(shortened(name), position(query.template(), action.start(2)), KNOWN));
    };
  }

  private static String variable(MetricQuery query, String key, int at) throws NeedsEdit {
    var value = query.variables().get(key);
    if (value == null) {
      throw edit(
          query,
          "its query uses '{{ variables.%s }}' at %s, which the canary's templateVariables do not give"
              .formatted(shortened(key), position(query.template(), at)));
    }
    return value;
  }

  private static <T extends CharSequence> T checkedLength(MetricQuery query, T text)
      throws NeedsEdit {
    if (text.length() > MAX_LENGTH) {
      throw edit(query, "its query is longer than " + MAX_LENGTH + " characters");
    }
    return text;
  }

  /// Such as `line 2, column 17`, both counted from 1.
  private static String position(String template, int at) {
    var start = at;
    while (start < template.length() && Character.isWhitespace(template.charAt(start))) {
      start++;
    }
    var before = template.substring(0, start);
    var line = before.chars().filter(c -> c == '\n').count() + 1;
    return "line %d, column %d".formatted(line, start - before.lastIndexOf('\n'));
  }

  private static String shortened(String action) {
    var line = action.replaceAll("\\s+", " ");
    return line.length() > 60 ? line.substring(0, 60) + "…" : line;
  }

  private static NeedsEdit edit(MetricQuery query, String why) {
    return new NeedsEdit(query.origin(), query.origin() + " cannot be used: " + why);
  }
}
