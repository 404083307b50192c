package dev.sluice.playground.metrics;

import java.math.BigDecimal;

/// Numbers as Prometheus writes and reads them.
final class Values {
  private Values() {}

  /// The shortest text that reads back as the same number; an exponent only below 1e-6 and from
  /// 1e21 on.
  static String write(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    var size = Math.abs(value);
    if (size < 1e-6 || size >= 1e21) {
      return exponent(Double.toString(value));
    }
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }

  /// From `1.5E-7` to `1.5e-07`.
  private static String exponent(String java) {
    var at = java.indexOf('E');
    var digits = java.substring(0, at);
    var power = Integer.parseInt(java.substring(at + 1));
    var mantissa = digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits;
    return "%se%s%02d".formatted(mantissa, power < 0 ? "-" : "+", Math.abs(power));
  }
}
