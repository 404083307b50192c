package dev.sluice.playground.metrics;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The binary operators, with their precedence: the higher binds tighter.
enum Operator {
  OR("or", 1),
  AND("and", 2),
  UNLESS("unless", 2),
  EQUAL("==", 3),
  NOT_EQUAL("!=", 3),
  LESS("<", 3),
  LESS_OR_EQUAL("<=", 3),
  GREATER(">", 3),
  GREATER_OR_EQUAL(">=", 3),
  ADD("+", 4),
  SUBTRACT("-", 4),
  MULTIPLY("*", 5),
  DIVIDE("/", 5),
  MODULO("%", 5),
  POWER("^", 6);

  /// Unary signs bind like a product: `-2^2` is -4.
  static final int SIGN_PRECEDENCE = MULTIPLY.precedence;

  private final String text;
  private final int precedence;

  Operator(String text, int precedence) {
    this.text = text;
    this.precedence = precedence;
  }

  static Optional<Operator> of(String token) {
    var lower = token.toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(o -> o.text.equals(lower)).findFirst();
  }

  String text() {
    return text;
  }

  int precedence() {
    return precedence;
  }

  boolean rightAssociative() {
    return this == POWER;
  }

  boolean isSet() {
    return this == OR || this == AND || this == UNLESS;
  }

  boolean isComparison() {
    return precedence == EQUAL.precedence;
  }

  /// @return 1 or 0 for comparisons
  double apply(double left, double right) {
    return switch (this) {
      case ADD -> left + right;
      case SUBTRACT -> left - right;
      case MULTIPLY -> left * right;
      case DIVIDE -> left / right;
      case MODULO -> left % right;
      case POWER -> Math.pow(left, right);
      case EQUAL -> left == right ? 1 : 0;
      case NOT_EQUAL -> left != right ? 1 : 0;
      case LESS -> left < right ? 1 : 0;
      case LESS_OR_EQUAL -> left <= right ? 1 : 0;
      case GREATER -> left > right ? 1 : 0;
      case GREATER_OR_EQUAL -> left >= right ? 1 : 0;
      case AND, OR, UNLESS -> throw new IllegalStateException(text + " joins sets, not numbers");
    };
  }
}
