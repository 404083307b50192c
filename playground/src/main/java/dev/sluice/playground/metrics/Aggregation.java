package dev.sluice.playground.metrics;

import java.util.List;

enum Aggregation {
  SUM,
  AVG,
  MIN,
  MAX,
  COUNT;

  /// @param values at least one
  double of(List<Double> values) {
    return switch (this) {
      case SUM -> sum(values);
      case AVG -> sum(values) / values.size();
      case MIN -> extreme(values, -1);
      case MAX -> extreme(values, 1);
      case COUNT -> values.size();
    };
  }

  private static double sum(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).reduce(0, Double::sum);
  }

  /// NaN loses against every number.
  private static double extreme(List<Double> values, int sign) {
    var best = Double.NaN;
    for (var value : values) {
      if (Double.isNaN(best) || (sign * Double.compare(value, best) > 0 && !value.isNaN())) {
        best = value;
      }
    }
    return best;
  }
}
