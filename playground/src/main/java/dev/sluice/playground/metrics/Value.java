package dev.sluice.playground.metrics;

import java.util.List;

/// What a query comes to at one moment.
sealed interface Value {
  record Scalar(double value) implements Value {}

  record Text(String value) implements Value {}

  record Vector(List<Point> points) implements Value {}

  record Matrix(List<Run> runs) implements Value {}
}
