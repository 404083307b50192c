package dev.sluice.mesh;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Whether Envoy's regular expressions (RE2) know a pattern. What RE2 has not is refused here; what
/// is left is rewritten until Java can judge it.
final class Re2 {
  /// Letters that mean something after a backslash.
  private static final String ESCAPES = "aftnrvxQEAbBCdDsSwWpPz";

  private static final Pattern GROUP =
      Pattern.compile(
          "\\(\\?(?:[imsU]*(?:-[imsU]+)?:|[imsU]+(?:-[imsU]+)?\\)|-[imsU]+\\)|P?<[A-Za-z_]\\w*>)");
  private static final Pattern COUNT = Pattern.compile("\\{(\\d+)(?:,(\\d*))?\\}");
  private static final int MOST = 1000;

  private final String regex;
  private final StringBuilder java = new StringBuilder();
  private int at;

  private Re2(String regex) {
    this.regex = regex;
  }

  /// @return what is wrong, empty when nothing is
  static Optional<String> problem(String regex) {
    return new Re2(regex).read();
  }

  private Optional<String> read() {
    while (at < regex.length()) {
      Optional<String> problem =
          switch (regex.charAt(at)) {
            case '\\' -> escape();
            case '[' -> characters();
            case '(' -> group();
            case '*', '+', '?', '{' -> repetition();
            default -> take(1);
          };
      if (problem.isPresent()) {
        return problem;
      }
    }
    try {
      Pattern.compile(java.toString());
      return Optional.empty();
    } catch (PatternSyntaxException e) {
      return Optional.of("is no regular expression: " + e.getDescription());
    }
  }

  private Optional<String> take(int length) {
    java.append(regex, at, at + length);
    at += length;
    return Optional.empty();
  }

  private Optional<String> escape() {
    if (at + 1 == regex.length()) {
      return Optional.of("is no regular expression: it ends with a backslash");
    }
    char next = regex.charAt(at + 1);
    if (next == 'Q') {
      int end = regex.indexOf("\\E", at);
      return take((end < 0 ? regex.length() : end + 2) - at);
    }
    if (next == 'C') {
      java.append("(?s:.)");
      at += 2;
      return Optional.empty();
    }
    if (next >= '1' && next <= '9') {
      return unknown("references to groups");
    }
    return Character.isLetter(next) && ESCAPES.indexOf(next) < 0 ? unknown("\\" + next) : take(2);
  }

  private Optional<String> characters() {
    int from = at;
    take(1);
    if (at < regex.length() && regex.charAt(at) == '^') {
      take(1);
    }
    boolean first = true;
    while (at < regex.length() && (first || regex.charAt(at) != ']')) {
      first = false;
      char c = regex.charAt(at);
      if (c == '\\') {
        Optional<String> problem = escape();
        if (problem.isPresent()) {
          return problem;
        }
      } else if (regex.startsWith("[:", at) && regex.indexOf(":]", at) > 0) {
        // the names are the same in both, in other clothes
        at = regex.indexOf(":]", at) + 2;
        java.append("\\w");
      } else {
        if (c == '[' || c == ']' || c == '&') {
          java.append('\\');
        }
        take(1);
      }
    }
    if (at == regex.length()) {
      return Optional.of("is no regular expression: missing closing ] of " + regex.substring(from));
    }
    return take(1);
  }

  private Optional<String> group() {
    if (!regex.startsWith("(?", at)) {
      return take(1);
    }
    Matcher known = GROUP.matcher(regex).region(at, regex.length());
    if (!known.lookingAt()) {
      return unknown("looking around and atomic groups");
    }
    at = known.end();
    String text = known.group();
    java.append(
        text.contains("<")
            ? "("
            // Java's U is something else
            : text.endsWith(":") ? "(?:" : "(?:)");
    return Optional.empty();
  }

  private Optional<String> repetition() {
    int end = at + 1;
    if (regex.charAt(at) == '{') {
      Matcher count = COUNT.matcher(regex).region(at, regex.length());
      if (!count.lookingAt()) {
        java.append('\\');
        return take(1);
      }
      if (number(count.group(1)) > MOST || number(count.group(2)) > MOST) {
        return Optional.of("repeats more than " + MOST + " times");
      }
      end = count.end();
    }
    take(end - at);
    return at < regex.length() && regex.charAt(at) == '+'
        ? unknown("possessive quantifiers")
        : Optional.empty();
  }

  @SuppressWarnings("ConstantValue") // a group that took no part is null
  private static int number(String digits) {
    return digits == null || digits.isEmpty()
        ? 0
        : digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
  }

  private static Optional<String> unknown(String what) {
    return Optional.of("RE2, which Envoy uses, has no " + what);
  }
}
