package dev.sluice.playground.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/// Series over time in memory, fed by scrapes. Whoever owns it says what time it is. Thread-safe
/// and bounded.
///
/// A series that leaves the registry is not marked stale, as Prometheus would; a registry never
/// loses one.
public final class SeriesStore {
  private final Duration retention;
  private final int maxSeries;
  private final Map<String, Map<Labels, Series>> byName = new HashMap<>();
  private final Map<Labels, Labels> scraped = new HashMap<>();
  private Map<String, String> lastTarget = Map.of();
  private int series;

  /// A quarter of an hour of up to 20,000 series.
  public SeriesStore() {
    this(Duration.ofMinutes(15), 20_000);
  }

  /// @param retention samples older than this are forgotten at the next scrape
  /// @param maxSeries series beyond this number are not taken in
  public SeriesStore(Duration retention, int maxSeries) {
    this.retention = retention;
    this.maxSeries = maxSeries;
  }

  /// Takes in everything the registry has now, with the labels that a scrape adds, and an `up` of
  /// 1.
  ///
  /// @param target labels such as `job` and `instance`
  /// @param now not before the last scrape; a scrape at the same moment or before is ignored
  public void scrape(Registry registry, Map<String, String> target, Instant now) {
    var points = registry.points();
    var time = now.toEpochMilli();
    synchronized (this) {
      append(Labels.of(target).with(Labels.NAME, "up"), time, 1);
      for (var point : points) {
        append(scraped(point.labels(), target), time, point.value());
      }
      forgetBefore(time - retention.toMillis());
    }
  }

  /// A registry shows the same series at every scrape; they are labelled once.
  private Labels scraped(Labels labels, Map<String, String> target) {
    if (!target.equals(lastTarget) || scraped.size() > 2 * maxSeries) {
      scraped.clear();
      lastTarget = Map.copyOf(target);
    }
    return scraped.computeIfAbsent(labels, found -> found.with(lastTarget));
  }

  /// Adds one sample; ignored when it is not newer than the series' last or there is no room for a
  /// new series.
  synchronized void append(Labels labels, long time, double value) {
    var named = byName.computeIfAbsent(labels.get(Labels.NAME), _ -> new LinkedHashMap<>());
    var known = named.get(labels);
    if (known == null && series < maxSeries) {
      known = new Series();
      named.put(labels, known);
      series++;
    }
    if (known != null) {
      known.append(time, value);
    }
  }

  private void forgetBefore(long time) {
    for (var named : byName.values()) {
      named
          .values()
          .removeIf(s -> {
            s.forgetBefore(time);
            series -= s.isEmpty() ? 1 : 0;
            return s.isEmpty();
          });
    }
    byName.values().removeIf(Map::isEmpty);
  }

  /// The samples of every matching series between two moments, both included; series without any
  /// are left out.
  synchronized List<Run> range(List<LabelMatch> matches, long from, long to) {
    var runs = new ArrayList<Run>();
    matching(matches, (labels, found) -> found.range(labels, from, to, runs));
    return runs;
  }

  /// The newest sample of every matching series between two moments, both included.
  synchronized List<Point> newest(List<LabelMatch> matches, long from, long to) {
    var points = new ArrayList<Point>();
    matching(matches, (labels, found) -> found.newest(labels, from, to, points));
    return points;
  }

  /// The label sets that match and have a sample between two moments, both included.
  synchronized List<Labels> labels(List<LabelMatch> matches, long from, long to) {
    return newest(matches, from, to).stream().map(Point::labels).toList();
  }

  /// The names of all metrics.
  synchronized SortedSet<String> names() {
    return new TreeSet<>(byName.keySet());
  }

  private interface Visitor {
    void visit(Labels labels, Series series);
  }

  private void matching(List<LabelMatch> matches, Visitor visitor) {
    for (var named : candidates(matches)) {
      named.forEach((labels, found) -> {
        if (matches.stream().allMatch(m -> m.matches(labels))) {
          visitor.visit(labels, found);
        }
      });
    }
  }

  private Collection<Map<Labels, Series>> candidates(List<LabelMatch> matches) {
    for (var match : matches) {
      if (match.label().equals(Labels.NAME) && match.op() == LabelMatch.Op.EQUAL) {
        return List.of(byName.getOrDefault(match.value(), Map.of()));
      }
    }
    return byName.values();
  }

  /// A queue of samples in two arrays that grow at the end and shrink at the front.
  private static final class Series {
    private long[] times = new long[16];
    private double[] values = new double[16];
    private int start;
    private int end;

    boolean isEmpty() {
      return start == end;
    }

    void append(long time, double value) {
      if (!isEmpty() && time <= times[end - 1]) {
        return;
      }
      if (end == times.length) {
        makeRoom();
      }
      times[end] = time;
      values[end] = value;
      end++;
    }

    private void makeRoom() {
      var size = end - start;
      var room = size > times.length / 2 ? times.length * 2 : times.length;
      times = Arrays.copyOf(Arrays.copyOfRange(times, start, end), room);
      values = Arrays.copyOf(Arrays.copyOfRange(values, start, end), room);
      start = 0;
      end = size;
    }

    void forgetBefore(long time) {
      start = firstFrom(time);
    }

    /// The index of the first sample at or after a moment.
    private int firstFrom(long time) {
      var found = Arrays.binarySearch(times, start, end, time);
      return found >= 0 ? found : -found - 1;
    }

    void range(Labels labels, long from, long to, List<Run> runs) {
      var first = firstFrom(from);
      var last = firstFrom(to + 1);
      if (first < last) {
        runs.add(
            new Run(
                labels,
                Arrays.copyOfRange(times, first, last),
                Arrays.copyOfRange(values, first, last)));
      }
    }

    void newest(Labels labels, long from, long to, List<Point> points) {
      var last = firstFrom(to + 1) - 1;
      if (last >= start && times[last] >= from) {
        points.add(new Point(labels, values[last]));
      }
    }
  }
}
