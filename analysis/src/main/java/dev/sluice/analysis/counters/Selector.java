package dev.sluice.analysis.counters;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// A selector of series, such as `http_requests_total{code=~"5..", deployment="shop"}`, as its
/// author wrote it.
///
/// @param metric name of the metric
/// @param matchers in their order
record Selector(String metric, List<Matcher> matchers) {
  private static final Set<String> OPERATORS = Set.of("=", "!=", "=~", "!~");

  Selector {
    matchers = List.copyOf(matchers);
  }

  /// @param value as it is meant, without escapes
  record Matcher(String label, String operator, String value) {
    @Override
    public String toString() {
      return label + operator + quoted(value);
    }
  }

  static String quoted(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  /// @throws IllegalArgumentException for anything else, saying what was expected where
  static Selector read(String text) {
    return new Reader(text).selector();
  }

  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    Selector selector() {
      var metric = name("the name of a metric", true);
      var matchers = new ArrayList<Matcher>();
      if (skips("{")) {
        while (!skips("}")) {
          matchers.add(matcher());
          if (!skips(",") && !isAt("}")) {
            throw expected("',' or '}'");
          }
        }
      }
      space();
      if (at < text.length()) {
        throw expected("nothing more: a counter's name and its labels, without function and range");
      }
      return new Selector(metric, matchers);
    }

    private Matcher matcher() {
      var label = name("the name of a label", false);
      space();
      for (int length = 2; length > 0; length--) {
        var end = Math.min(text.length(), at + length);
        if (OPERATORS.contains(text.substring(at, end))) {
          var operator = text.substring(at, end);
          at = end;
          return new Matcher(label, operator, string());
        }
      }
      throw expected("=, !=, =~ or !~");
    }

    private String name(String what, boolean colons) {
      space();
      int from = at;
      while (at < text.length() && isOfName(text.charAt(at), at > from, colons)) {
        at++;
      }
      if (at == from) {
        throw expected(what);
      }
      return text.substring(from, at);
    }

    private static boolean isOfName(char c, boolean inside, boolean colons) {
      return (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || c == '_'
          || (colons && c == ':')
          || (inside && c >= '0' && c <= '9');
    }

    private String string() {
      space();
      char quote = at < text.length() ? text.charAt(at) : ' ';
      if (quote != '"' && quote != '\'') {
        throw expected("a value in quotes");
      }
      at++;
      var value = new StringBuilder();
      while (at < text.length() && text.charAt(at) != quote) {
        char c = text.charAt(at++);
        value.append(c == '\\' ? escaped() : c);
      }
      if (at == text.length()) {
        throw expected("the end of a value in quotes");
      }
      at++;
      return value.toString();
    }

    private char escaped() {
      char c = at < text.length() ? text.charAt(at++) : ' ';
      return switch (c) {
        case 'n' -> '\n';
        case 't' -> '\t';
        case '\\', '"', '\'' -> c;
        default -> throw expected("\\n, \\t, \\\\ or an escaped quote");
      };
    }

    private boolean isAt(String what) {
      space();
      return text.startsWith(what, at);
    }

    private boolean skips(String what) {
      boolean there = isAt(what);
      at += there ? what.length() : 0;
      return there;
    }

    private void space() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private IllegalArgumentException expected(String what) {
      return new IllegalArgumentException("at character %d is expected %s".formatted(at + 1, what));
    }
  }
}
