package dev.sluice.playground.metrics;

import java.util.List;

/// A parsed query whose types are known to fit.
sealed interface Expr {
  ExprType type();

  record Literal(double value) implements Expr {
    @Override
    public ExprType type() {
      return ExprType.SCALAR;
    }
  }

  record Text(String value) implements Expr {
    @Override
    public ExprType type() {
      return ExprType.STRING;
    }
  }

  record Selector(List<LabelMatch> matches) implements Expr {
    @Override
    public ExprType type() {
      return ExprType.VECTOR;
    }
  }

  /// @param range in milliseconds
  record Range(Selector selector, long range) implements Expr {
    @Override
    public ExprType type() {
      return ExprType.MATRIX;
    }
  }

  record Call(Function function, List<Expr> arguments) implements Expr {
    @Override
    public ExprType type() {
      return function.type();
    }
  }

  record Aggregate(Aggregation aggregation, Grouping grouping, Expr of) implements Expr {
    @Override
    public ExprType type() {
      return ExprType.VECTOR;
    }
  }

  /// A scalar or a vector.
  record Negation(Expr of) implements Expr {
    @Override
    public ExprType type() {
      return of.type();
    }
  }

  /// @param bool comparison answers 0 or 1 instead of leaving series out
  record Binary(Operator operator, boolean bool, Grouping matching, Expr left, Expr right)
      implements Expr {
    @Override
    public ExprType type() {
      return left.type() == ExprType.SCALAR && right.type() == ExprType.SCALAR
          ? ExprType.SCALAR
          : ExprType.VECTOR;
    }
  }

  /// Which labels count: those named, or all but those named.
  record Grouping(boolean only, List<String> labels) {
    static final Grouping ALL_LABELS = new Grouping(false, List.of());
    static final Grouping NO_LABELS = new Grouping(true, List.of());

    /// The name of a metric counts only where it is named.
    Labels of(Labels series) {
      return only ? series.only(labels) : series.without(labels).without(List.of(Labels.NAME));
    }
  }
}
