package dev.sluice.analysis.benchmark;

import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What was counted of each side in each step of time, for policies that look at windows.
final class Points {
  private final Map<String, double[]> last = new HashMap<>();
  private final EnumMap<Group, List<Point>> points = new EnumMap<>(Group.class);
  private final EnumMap<Group, double[]> open = new EnumMap<>(Group.class);

  /// @param counts requests, errors, then requests up to each bound
  private record Point(double[] counts) {
    double errors() {
      return counts[0] > 0 ? counts[1] / counts[0] : 0;
    }

    /// As Prometheus's `histogram_quantile(0.99, …)`; NaN without requests or histogram.
    double duration() {
      double rank = 0.99 * counts[0];
      for (int i = 2; i < counts.length; i++) {
        if (counts[i] >= rank && counts[0] > 0) {
          int bound = i - 2;
          double from = bound == 0 ? 0 : World.BOUNDS[bound - 1];
          double below = bound == 0 ? 0 : counts[i - 1];
          return Double.isInfinite(World.BOUNDS[bound])
              ? from
              : from + (World.BOUNDS[bound] - from) * (rank - below) / (counts[i] - below);
        }
      }
      return Double.NaN;
    }
  }

  Points() {
    for (var group : Group.values()) {
      points.put(group, new ArrayList<>());
    }
  }

  void take(Scrape scrape) {
    var counters = new double[2 + scrape.atMost().length];
    counters[0] = scrape.requests();
    counters[1] = scrape.errors();
    System.arraycopy(scrape.atMost(), 0, counters, 2, scrape.atMost().length);
    var before = last.put(scrape.pod(), counters);
    var sum = open.computeIfAbsent(scrape.group(), _ -> new double[counters.length]);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += counters[i] - (before == null ? 0 : before[i]);
    }
  }

  /// Drops what was counted since the last step.
  void forget() {
    open.clear();
  }

  /// Ends a step.
  void step() {
    points.forEach((group, all) -> {
      var counts = open.remove(group);
      all.add(new Point(counts == null ? new double[2] : counts));
    });
  }

  /// Of each step, in percent; 0 where there were no requests.
  double[] errors(Group group) {
    return of(group).stream().mapToDouble(point -> 100 * point.errors()).toArray();
  }

  /// The 99th percentile of each step in milliseconds; NaN where there is none.
  double[] durations(Group group) {
    return of(group).stream().mapToDouble(Point::duration).toArray();
  }

  /// The share of the last steps that failed; NaN without requests.
  double errors(Group group, int steps) {
    var point = sum(group, steps);
    return point.counts()[0] > 0 ? point.errors() : Double.NaN;
  }

  /// The 99th percentile of the last steps; NaN where there is none.
  double duration(Group group, int steps) {
    return sum(group, steps).duration();
  }

  private Point sum(Group group, int steps) {
    var all = of(group);
    var recent = all.subList(Math.max(0, all.size() - steps), all.size());
    int size = recent.stream().mapToInt(point -> point.counts().length).max().orElse(2);
    var sum = new double[size];
    for (var point : recent) {
      Arrays.setAll(sum, i -> sum[i] + (i < point.counts().length ? point.counts()[i] : 0));
    }
    return new Point(sum);
  }

  private List<Point> of(Group group) {
    return points.getOrDefault(group, List.of());
  }
}
