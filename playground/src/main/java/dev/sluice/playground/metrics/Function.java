package dev.sluice.playground.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The functions that the embedded answer knows; one line each.
enum Function {
  ABS(ExprType.VECTOR, ExprType.VECTOR),
  ABSENT(ExprType.VECTOR, ExprType.VECTOR),
  AVG_OVER_TIME(ExprType.VECTOR, ExprType.MATRIX),
  CEIL(ExprType.VECTOR, ExprType.VECTOR),
  CLAMP(ExprType.VECTOR, ExprType.VECTOR, ExprType.SCALAR, ExprType.SCALAR),
  CLAMP_MAX(ExprType.VECTOR, ExprType.VECTOR, ExprType.SCALAR),
  CLAMP_MIN(ExprType.VECTOR, ExprType.VECTOR, ExprType.SCALAR),
  COUNT_OVER_TIME(ExprType.VECTOR, ExprType.MATRIX),
  DELTA(ExprType.VECTOR, ExprType.MATRIX),
  FLOOR(ExprType.VECTOR, ExprType.VECTOR),
  HISTOGRAM_QUANTILE(ExprType.VECTOR, ExprType.SCALAR, ExprType.VECTOR),
  INCREASE(ExprType.VECTOR, ExprType.MATRIX),
  IRATE(ExprType.VECTOR, ExprType.MATRIX),
  LAST_OVER_TIME(ExprType.VECTOR, ExprType.MATRIX),
  MAX_OVER_TIME(ExprType.VECTOR, ExprType.MATRIX),
  MIN_OVER_TIME(ExprType.VECTOR, ExprType.MATRIX),
  RATE(ExprType.VECTOR, ExprType.MATRIX),
  SCALAR(ExprType.SCALAR, ExprType.VECTOR),
  SUM_OVER_TIME(ExprType.VECTOR, ExprType.MATRIX),
  TIME(ExprType.SCALAR),
  VECTOR(ExprType.VECTOR, ExprType.SCALAR);

  private final ExprType type;

  @SuppressWarnings("ImmutableEnumChecker") // it is always a List.of
  private final List<ExprType> parameters;

  Function(ExprType type, ExprType... parameters) {
    this.type = type;
    this.parameters = List.of(parameters);
  }

  static Optional<Function> named(String name) {
    return Arrays.stream(values()).filter(f -> f.text().equals(name)).findFirst();
  }

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  ExprType type() {
    return type;
  }

  List<ExprType> parameters() {
    return parameters;
  }
}
