package dev.sluice.playground.schema;

import dev.cel.common.ast.CelExpr;
import dev.cel.runtime.CelEvaluationListener;

/// How much the rules of one object may still be evaluated, in steps of their expressions. A rule
/// over long lists would hold up every other request.
final class RuleBudget implements CelEvaluationListener {

  /// As many units as the real server's budget has; its units are finer, so it refuses a little
  /// earlier.
  static final long OF_ONE_OBJECT = 10_000_000;

  private long left;

  RuleBudget(long steps) {
    this.left = steps;
  }

  @Override
  public void callback(CelExpr expression, Object result) {
    if (--left < 0) throw new IllegalStateException("out of budget");
  }

  boolean spent() {
    return left < 0;
  }
}
