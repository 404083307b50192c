package dev.sluice.playground.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Counters and histograms as a sidecar keeps them. A series exists from its first event on, never
/// before: there are no zero series. Thread-safe and bounded.
public final class Registry {
  /// The upper bounds of histograms as Envoy has them by default; `+Inf` comes after the last.
  private static final double[] OF_PROXIES = {
    0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000,
    1800000, 3600000
  };

  /// Those of an application that measures seconds, as Prometheus' client libraries have them.
  private static final double[] OF_SECONDS = {
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10
  };

  /// Counts the label sets that found no room.
  public static final String DROPPED = "playground_metrics_dropped_total";

  private static final Pattern METRIC_NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern LABEL_NAME = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
  private static final int MAX_LABEL_VALUE = 512;

  private final int maxSeries;
  private final SortedMap<String, Family> families = new TreeMap<>();
  private final Map<Map<String, String>, Labels> known = new HashMap<>();
  private int series;

  /// Room for 5,000 label sets: a few dozen workloads talking to each other.
  public Registry() {
    this(5_000);
  }

  /// @param maxSeries how many label sets are kept, a histogram's counting once; events of further
  ///   ones are dropped and counted in [#DROPPED]
  public Registry(int maxSeries) {
    this.maxSeries = maxSeries;
  }

  /// Adds to a counter.
  ///
  /// @param name ends in `_total`
  /// @param labels names without `__`; values longer than 512 characters are cut
  /// @param by finite and not negative
  /// @throws IllegalArgumentException for a name, label or amount that Prometheus would not take,
  ///   or a name that is a histogram already
  public synchronized void inc(String name, Map<String, String> labels, double by) {
    if (!(by >= 0) || Double.isInfinite(by)) {
      throw new IllegalArgumentException(name + ": a counter cannot move by " + by);
    }
    switch (family(name, Kind.COUNTER)) {
      case Counters counters -> {
        var key = known(name, labels);
        if (counters.values().containsKey(key) || room()) {
          counters.add(name, key, by);
        }
      }
      case Histograms _ -> throw new IllegalArgumentException(name + " is a histogram");
    }
  }

  /// Adds one event to a histogram.
  ///
  /// @param name without `_bucket`; one that ends in `_seconds` has bounds that fit
  /// @param labels as for [#inc], and not `le`
  /// @param value finite
  /// @throws IllegalArgumentException as [#inc] does
  public synchronized void observe(String name, Map<String, String> labels, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + ": cannot observe " + value);
    }
    if (labels.containsKey("le")) {
      throw new IllegalArgumentException(name + ": the label le belongs to the buckets");
    }
    switch (family(name, Kind.HISTOGRAM)) {
      case Histograms histograms -> {
        var key = known(name, labels);
        if (histograms.values().containsKey(key) || room()) {
          histograms.values().computeIfAbsent(key, k -> new Histogram(name, k)).observe(value);
        }
      }
      case Counters _ -> throw new IllegalArgumentException(name + " is a counter");
    }
  }

  /// Everything in Prometheus's text format 0.0.4; serve it as [#CONTENT_TYPE].
  public synchronized String exposition() {
    var text = new StringBuilder();
    families.forEach((name, family) -> {
      text.append("# TYPE ").append(name).append(' ').append(family.kind().text).append('\n');
      family.points().forEach(point -> append(text, point));
    });
    return text.toString();
  }

  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /// The same as [#exposition], as values.
  synchronized List<Point> points() {
    var all = new ArrayList<Point>();
    families.values().forEach(family -> all.addAll(family.points()));
    return all;
  }

  private boolean room() {
    if (series < maxSeries) {
      series++;
      return true;
    }
    if (family(DROPPED, Kind.COUNTER) instanceof Counters dropped) {
      dropped.add(DROPPED, Labels.EMPTY, 1);
    }
    return false;
  }

  private Family family(String name, Kind kind) {
    if (!families.containsKey(name) && !METRIC_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + name + "' is not a metric name");
    }
    return families.computeIfAbsent(
        name,
        _ ->
            switch (kind) {
              case COUNTER -> new Counters(new LinkedHashMap<>());
              case HISTOGRAM -> new Histograms(new LinkedHashMap<>());
            });
  }

  /// The same few label sets come again and again.
  private Labels known(String name, Map<String, String> labels) {
    var before = known.get(labels);
    if (before != null) {
      return before;
    }
    var checked = checked(name, labels);
    if (known.size() >= maxSeries) {
      known.clear();
    }
    known.put(Map.copyOf(labels), checked);
    return checked;
  }

  private static Labels checked(String name, Map<String, String> labels) {
    var cut = new TreeMap<String, String>();
    labels.forEach((label, value) -> {
      if (!LABEL_NAME.matcher(label).matches() || label.startsWith("__")) {
        throw new IllegalArgumentException(name + ": '" + label + "' is not a label name");
      }
      cut.put(
          label, value.length() > MAX_LABEL_VALUE ? value.substring(0, MAX_LABEL_VALUE) : value);
    });
    return new Labels(cut);
  }

  private static void append(StringBuilder text, Point point) {
    text.append(point.labels().get(Labels.NAME));
    var separator = '{';
    for (var label : point.labels().map().entrySet()) {
      if (!label.getKey().equals(Labels.NAME)) {
        text.append(separator).append(label.getKey()).append("=\"");
        text.append(escaped(label.getValue())).append('"');
        separator = ',';
      }
    }
    if (separator == ',') {
      text.append('}');
    }
    text.append(' ').append(Values.write(point.value())).append('\n');
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private enum Kind {
    COUNTER("counter"),
    HISTOGRAM("histogram");

    private final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private sealed interface Family {
    Kind kind();

    List<Point> points();
  }

  private record Counters(Map<Labels, Counter> values) implements Family {
    void add(String name, Labels labels, double by) {
      values.computeIfAbsent(labels, found -> new Counter(found.with(Labels.NAME, name))).value +=
          by;
    }

    @Override
    public Kind kind() {
      return Kind.COUNTER;
    }

    @Override
    public List<Point> points() {
      return values.values().stream().map(c -> new Point(c.labels, c.value)).toList();
    }
  }

  private static final class Counter {
    private final Labels labels;
    private double value;

    Counter(Labels labels) {
      this.labels = labels;
    }
  }

  private record Histograms(Map<Labels, Histogram> values) implements Family {
    @Override
    public Kind kind() {
      return Kind.HISTOGRAM;
    }

    @Override
    public List<Point> points() {
      var points = new ArrayList<Point>();
      values.values().forEach(histogram -> histogram.addTo(points));
      return points;
    }
  }

  private static final class Histogram {
    private final List<Labels> buckets = new ArrayList<>();
    private final Labels sumLabels;
    private final Labels countLabels;
    private final double[] bounds;
    private final long[] counts;
    private double sum;

    Histogram(String name, Labels labels) {
      bounds = name.endsWith("_seconds") ? OF_SECONDS : OF_PROXIES;
      counts = new long[bounds.length + 1];
      var bucket = labels.with(Labels.NAME, name + "_bucket");
      for (var bound : bounds) {
        buckets.add(bucket.with("le", Values.write(bound)));
      }
      buckets.add(bucket.with("le", "+Inf"));
      sumLabels = labels.with(Labels.NAME, name + "_sum");
      countLabels = labels.with(Labels.NAME, name + "_count");
    }

    void observe(double value) {
      var bucket = 0;
      while (bucket < bounds.length && value > bounds[bucket]) {
        bucket++;
      }
      counts[bucket]++;
      sum += value;
    }

    void addTo(List<Point> points) {
      var total = 0L;
      for (var i = 0; i < counts.length; i++) {
        total += counts[i];
        points.add(new Point(buckets.get(i), total));
      }
      points.add(new Point(sumLabels, sum));
      points.add(new Point(countLabels, total));
    }
  }
}
