package dev.sluice.analysis;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/// Writes numbers for people.
final class Numbers {
  private Numbers() {}

  /// Six significant digits without an exponent: enough to tell a value from the bound it broke.
  static String write(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == 0) {
      return "0";
    }
    var rounded = new BigDecimal(value).round(new MathContext(6, RoundingMode.HALF_UP));
    return rounded.stripTrailingZeros().toPlainString();
  }
}
