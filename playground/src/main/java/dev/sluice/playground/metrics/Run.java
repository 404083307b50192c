package dev.sluice.playground.metrics;

import java.util.Arrays;
import java.util.List;

/// One series over time.
///
/// @param times milliseconds since 1970, ascending
/// @param values as many as times
record Run(Labels labels, long[] times, double[] values) {
  int size() {
    return times.length;
  }

  double first() {
    return values[0];
  }

  List<Double> list() {
    return Arrays.stream(values).boxed().toList();
  }

  double last() {
    return values[values.length - 1];
  }
}
