package dev.sluice.playground.metrics;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// One condition of a selector. An absent label is the empty text.
record LabelMatch(String label, Op op, String value, Pattern pattern) {
  private static final Pattern NONE = Pattern.compile("");
  private static final int MAX_PATTERN = 2_000;

  /// What Java's expressions have and Prometheus's do not: looking around and back.
  private static final Pattern FOREIGN = Pattern.compile("\\\\[1-9k]|\\(\\?<?[=!>]");

  /// Steps that one comparison may take: Java's expressions backtrack, Prometheus's do not.
  private static final int MAX_STEPS = 200_000;

  enum Op {
    EQUAL("="),
    NOT_EQUAL("!="),
    MATCHES("=~"),
    NOT_MATCHES("!~");

    private final String text;

    Op(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /// @throws IllegalArgumentException for a pattern that is none
  static LabelMatch of(String label, Op op, String value) {
    if (op == Op.EQUAL || op == Op.NOT_EQUAL) {
      return new LabelMatch(label, op, value, NONE);
    }
    if (value.length() > MAX_PATTERN) {
      throw new IllegalArgumentException("a pattern longer than " + MAX_PATTERN + " characters");
    }
    if (FOREIGN.matcher(value).find()) {
      throw new IllegalArgumentException("invalid regular expression: it looks around or back");
    }
    try {
      return new LabelMatch(label, op, value, Pattern.compile(value, Pattern.DOTALL));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("invalid regular expression: " + e.getDescription(), e);
    }
  }

  boolean matches(Labels labels) {
    return matches(labels.get(label));
  }

  boolean matchesEmpty() {
    return matches("");
  }

  private boolean matches(String actual) {
    return switch (op) {
      case EQUAL -> actual.equals(value);
      case NOT_EQUAL -> !actual.equals(value);
      case MATCHES -> found(actual);
      case NOT_MATCHES -> !found(actual);
    };
  }

  private boolean found(String actual) {
    try {
      return pattern.matcher(new Limited(actual)).matches();
    } catch (StackOverflowError _) {
      throw tooExpensive();
    }
  }

  private static PromqlError tooExpensive() {
    return PromqlError.execution("a regular expression of the query is too expensive");
  }

  /// Text that can be looked at only so often.
  private static final class Limited implements CharSequence {
    private final CharSequence text;
    private int steps;

    Limited(CharSequence text) {
      this.text = text;
    }

    @Override
    public char charAt(int index) {
      if (++steps > MAX_STEPS) {
        throw tooExpensive();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
