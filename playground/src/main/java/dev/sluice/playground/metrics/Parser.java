package dev.sluice.playground.metrics;

import dev.sluice.playground.metrics.Expr.Grouping;
import dev.sluice.playground.metrics.Lexer.Kind;
import dev.sluice.playground.metrics.Lexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads a query by operator precedence and checks its types. Bounded in length and size.
final class Parser {
  private static final int MAX_LENGTH = 16 * 1024;
  private static final int MAX_NODES = 400;
  private static final int MAX_DEPTH = 100;

  private static final Set<String> KNOWN_AGGREGATIONS =
      Set.of("bottomk", "count_values", "group", "limitk", "quantile", "stddev", "stdvar", "topk");

  private final String query;
  private final List<Token> tokens;
  private int next;
  private int nodes;
  private int depth;

  private Parser(String query) {
    this.query = query;
    this.tokens = Lexer.tokens(query);
  }

  /// @throws PromqlError saying what is wrong, or what is right and not supported here
  static Expr parse(String query) {
    if (query.length() > MAX_LENGTH) {
      throw PromqlError.badData("the query is longer than " + MAX_LENGTH + " characters");
    }
    var parser = new Parser(query);
    if (parser.peek().kind() == Kind.END) {
      throw PromqlError.parse(query, 0, "no expression found in input");
    }
    var expr = parser.expression(0);
    if (parser.peek().kind() != Kind.END) {
      throw parser.unexpected();
    }
    return expr;
  }

  /// Reads the selector of a `match[]` parameter.
  static List<LabelMatch> selector(String query) {
    if (parse(query) instanceof Expr.Selector(var matches)) {
      return matches;
    }
    throw PromqlError.badData("invalid parameter \"match[]\": '" + query + "' is not a selector");
  }

  private Expr expression(int least) {
    if (++depth > MAX_DEPTH) {
      throw PromqlError.badData("the query is nested deeper than " + MAX_DEPTH + " levels");
    }
    var left = prefix();
    var at = peek();
    var operator = operator(at);
    while (operator.isPresent() && operator.get().precedence() >= least) {
      take();
      left = binary(operator.get(), left, at);
      at = peek();
      operator = operator(at);
    }
    depth--;
    return left;
  }

  private Optional<Operator> operator(Token token) {
    if (token.isWord("atan2")) {
      throw PromqlError.unsupported(query, token.at(), "atan2");
    }
    return token.kind() == Kind.SYMBOL || token.kind() == Kind.NAME
        ? Operator.of(token.text())
        : Optional.empty();
  }

  private Expr binary(Operator operator, Expr left, Token at) {
    var bool = peek().isWord("bool");
    if (bool) {
      if (!operator.isComparison()) {
        throw error(peek(), "bool modifier can only be used on comparison operators");
      }
      take();
    }
    var matching = Grouping.ALL_LABELS;
    var explicit = peek().isWord("on") || peek().isWord("ignoring");
    if (explicit) {
      matching = new Grouping(take().isWord("on"), labelNames());
    }
    if (peek().isWord("group_left") || peek().isWord("group_right")) {
      throw PromqlError.unsupported(query, peek().at(), peek().text());
    }
    var right = expression(operator.precedence() + (operator.rightAssociative() ? 0 : 1));
    requireOperand(left, operator, at);
    requireOperand(right, operator, at);
    var scalars = left.type() == ExprType.SCALAR || right.type() == ExprType.SCALAR;
    if (explicit && scalars) {
      throw error(at, "vector matching only allowed between instant vectors");
    }
    if (operator.isSet() && scalars) {
      throw error(
          at,
          "set operator \"%s\" not allowed in binary scalar expression".formatted(operator.text()));
    }
    if (operator.isComparison()
        && !bool
        && left.type() == ExprType.SCALAR
        && right.type() == ExprType.SCALAR) {
      throw error(at, "comparisons between scalars must use BOOL modifier");
    }
    return node(new Expr.Binary(operator, bool, matching, left, right));
  }

  private void requireOperand(Expr operand, Operator operator, Token at) {
    if (operand.type() != ExprType.SCALAR && operand.type() != ExprType.VECTOR) {
      throw error(
          at,
          "binary expression must contain only scalar and instant vector types, but %s has a %s"
              .formatted(operator.text(), operand.type().words()));
    }
  }

  private Expr prefix() {
    var token = take();
    var expr =
        switch (token.kind()) {
          case NUMBER -> new Expr.Literal(number(token));
          case STRING -> new Expr.Text(token.text());
          case NAME -> named(token);
          case SYMBOL -> symbol(token);
          case DURATION, END -> throw unexpected(token);
        };
    return suffix(node(expr));
  }

  private Expr symbol(Token token) {
    return switch (token.text()) {
      case "(" -> {
        var inner = expression(0);
        expect(")");
        yield inner;
      }
      case "+", "-" -> signed(token);
      case "{" -> selector(new ArrayList<>(), token);
      default -> throw unexpected(token);
    };
  }

  private Expr signed(Token sign) {
    var operand = expression(Operator.SIGN_PRECEDENCE + 1);
    if (operand.type() != ExprType.SCALAR && operand.type() != ExprType.VECTOR) {
      throw error(
          sign,
          "unary expression only allowed on expressions of type scalar or instant vector, got \"%s\""
              .formatted(operand.type().words()));
    }
    if (sign.is("+")) {
      return operand;
    }
    return operand instanceof Expr.Literal(double value)
        ? new Expr.Literal(-value)
        : new Expr.Negation(operand);
  }

  private Expr named(Token name) {
    var lower = name.text().toLowerCase(Locale.ROOT);
    if (lower.equals("inf")) {
      return new Expr.Literal(Double.POSITIVE_INFINITY);
    }
    if (lower.equals("nan")) {
      return new Expr.Literal(Double.NaN);
    }
    var called = peek().is("(");
    if (called || peek().isWord("by") || peek().isWord("without")) {
      for (var aggregation : Aggregation.values()) {
        if (aggregation.name().equalsIgnoreCase(lower)) {
          return aggregate(aggregation);
        }
      }
      if (KNOWN_AGGREGATIONS.contains(lower)) {
        throw PromqlError.unsupported(query, name.at(), "the aggregation " + lower);
      }
    }
    if (called) {
      return call(name);
    }
    var matches = new ArrayList<LabelMatch>();
    matches.add(LabelMatch.of(Labels.NAME, LabelMatch.Op.EQUAL, name.text()));
    if (peek().is("{")) {
      return selector(matches, take());
    }
    return new Expr.Selector(List.copyOf(matches));
  }

  private Expr aggregate(Aggregation aggregation) {
    var grouping = grouping();
    var open = peek();
    expect("(");
    var of = expression(0);
    expect(")");
    if (grouping.isEmpty()) {
      grouping = grouping();
    }
    if (of.type() != ExprType.VECTOR) {
      throw error(
          open, "expected type instant vector in aggregation expression, got " + of.type().words());
    }
    return new Expr.Aggregate(aggregation, grouping.orElse(Grouping.NO_LABELS), of);
  }

  private Optional<Grouping> grouping() {
    if (peek().isWord("by") || peek().isWord("without")) {
      return Optional.of(new Grouping(take().isWord("by"), labelNames()));
    }
    return Optional.empty();
  }

  private List<String> labelNames() {
    var names = new ArrayList<String>();
    expect("(");
    while (!peek().is(")")) {
      if (peek().kind() != Kind.NAME || peek().text().contains(":")) {
        throw unexpected();
      }
      names.add(take().text());
      if (!peek().is(")")) {
        expect(",");
      }
    }
    expect(")");
    return List.copyOf(names);
  }

  private Expr call(Token name) {
    var function =
        Function.named(name.text())
            .orElseThrow(() ->
                PromqlError.unsupported(query, name.at(), "the function \"" + name.text() + "\""));
    var arguments = new ArrayList<Expr>();
    expect("(");
    while (!peek().is(")")) {
      var at = peek();
      var argument = expression(0);
      var index = arguments.size();
      if (index < function.parameters().size()) {
        var wanted = function.parameters().get(index);
        if (argument.type() != wanted) {
          throw error(
              at,
              "expected type %s in call to function \"%s\", got %s"
                  .formatted(wanted.words(), function.text(), argument.type().words()));
        }
      }
      arguments.add(argument);
      if (!peek().is(")")) {
        expect(",");
      }
    }
    expect(")");
    if (arguments.size() != function.parameters().size()) {
      throw error(
          name,
          "expected %d argument(s) in call to \"%s\", got %d"
              .formatted(function.parameters().size(), function.text(), arguments.size()));
    }
    return new Expr.Call(function, List.copyOf(arguments));
  }

  private Expr selector(List<LabelMatch> matches, Token open) {
    while (!peek().is("}")) {
      matches.add(match());
      if (!peek().is("}")) {
        expect(",");
      }
    }
    expect("}");
    if (matches.stream().allMatch(LabelMatch::matchesEmpty)) {
      throw error(open, "vector selector must contain at least one non-empty matcher");
    }
    return new Expr.Selector(List.copyOf(matches));
  }

  private LabelMatch match() {
    var label = take();
    if (label.kind() != Kind.NAME || label.text().contains(":")) {
      throw unexpected(label);
    }
    var symbol = take();
    for (var op : LabelMatch.Op.values()) {
      if (symbol.is(op.text())) {
        var value = take();
        if (value.kind() != Kind.STRING) {
          throw unexpected(value);
        }
        try {
          return LabelMatch.of(label.text(), op, value.text());
        } catch (IllegalArgumentException e) {
          throw PromqlError.parse(query, value.at(), String.valueOf(e.getMessage()));
        }
      }
    }
    throw unexpected(symbol);
  }

  private Expr suffix(Expr expr) {
    var result = expr;
    while (true) {
      var token = peek();
      if (token.isWord("offset") || token.is("@")) {
        throw PromqlError.unsupported(query, token.at(), "'" + token.text() + "'");
      }
      if (!token.is("[")) {
        return result;
      }
      take();
      result = node(range(result, token));
    }
  }

  private Expr range(Expr of, Token open) {
    var duration = take();
    if (duration.kind() != Kind.DURATION) {
      throw unexpected(duration);
    }
    var millis = Durations.millis(duration.text());
    if (millis.isEmpty()) {
      throw error(duration, "'" + duration.text() + "' is not a duration greater than 0");
    }
    if (peek().is(":")) {
      throw PromqlError.unsupported(query, open.at(), "a subquery");
    }
    expect("]");
    if (of instanceof Expr.Selector selector) {
      return new Expr.Range(selector, millis.getAsLong());
    }
    throw error(open, "ranges only allowed for vector selectors");
  }

  private double number(Token token) {
    var text = token.text().toLowerCase(Locale.ROOT);
    try {
      return text.startsWith("0x")
          ? Long.parseLong(text.substring(2), 16)
          : Double.parseDouble(text);
    } catch (NumberFormatException _) {
      throw error(token, "error parsing number: \"" + text + "\"");
    }
  }

  private <T extends Expr> T node(T expr) {
    if (++nodes > MAX_NODES) {
      throw PromqlError.badData("the query has more than " + MAX_NODES + " parts");
    }
    return expr;
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token take() {
    var token = tokens.get(next);
    if (token.kind() != Kind.END) {
      next++;
    }
    return token;
  }

  private void expect(String symbol) {
    if (!peek().is(symbol)) {
      throw error(peek(), "unexpected %s, expected \"%s\"".formatted(peek().words(), symbol));
    }
    take();
  }

  private PromqlError unexpected() {
    return unexpected(peek());
  }

  private PromqlError unexpected(Token token) {
    return error(token, "unexpected " + token.words());
  }

  private PromqlError error(Token token, String why) {
    return PromqlError.parse(query, token.at(), why);
  }
}
