package dev.sluice.playground.metrics;

import java.util.OptionalDouble;

/// How fast series move, by the rules of Prometheus. Pure.
final class Rates {
  private Rates() {}

  /// The growth over a window, extrapolated to its ends: to an end that is near, a little beyond
  /// the last sample towards one that is far, and never below zero for a counter.
  ///
  /// @param from start of the window in milliseconds
  /// @param to end of the window in milliseconds
  /// @param counter whether a fall is a restart from zero
  /// @return nothing for fewer than two samples
  static OptionalDouble growth(Run run, long from, long to, boolean counter) {
    if (run.size() < 2) {
      return OptionalDouble.empty();
    }
    var growth = run.last() - run.first();
    if (counter) {
      growth += lostToResets(run);
    }
    var firstTime = run.times()[0];
    var lastTime = run.times()[run.size() - 1];
    var toStart = (firstTime - from) / 1000.0;
    var toEnd = (to - lastTime) / 1000.0;
    var sampled = (lastTime - firstTime) / 1000.0;
    var between = sampled / (run.size() - 1);
    if (counter && growth > 0 && run.first() >= 0) {
      // A counter cannot have been below zero: the growth seen says how long ago it was zero.
      toStart = Math.min(toStart, sampled * (run.first() / growth));
    }
    // A series whose samples end farther from the window's end than their usual distance began or
    // ended inside the window; half a distance is the expectation then.
    var near = between * 1.1;
    var covered = sampled;
    covered += toStart < near ? toStart : between / 2;
    covered += toEnd < near ? toEnd : between / 2;
    return OptionalDouble.of(growth * (covered / sampled));
  }

  private static double lostToResets(Run run) {
    var lost = 0.0;
    var previous = run.first();
    for (var value : run.values()) {
      if (value < previous) {
        lost += previous;
      }
      previous = value;
    }
    return lost;
  }

  /// Per second, between the last two samples.
  static OptionalDouble latest(Run run) {
    if (run.size() < 2) {
      return OptionalDouble.empty();
    }
    var last = run.size() - 1;
    var value = run.values()[last];
    var before = run.values()[last - 1];
    var seconds = (run.times()[last] - run.times()[last - 1]) / 1000.0;
    return OptionalDouble.of((value < before ? value : value - before) / seconds);
  }
}
