package dev.sluice.analysis.traffic;

import dev.sluice.analysis.Samples.Run;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import dev.sluice.analysis.replay.Recording;
import dev.sluice.analysis.traffic.Rule.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Adds up what each series gained, and writes the sums down as counters that never fall.
///
/// A series that falls began anew. One that is there for the first time had nothing before where
/// its process was scraped earlier; else it may be as old as it likes, unless it is the canary's
/// and the rollout has begun.
public final class Counting {
  private final Sides sides;
  private final long start;
  private final Definition definition;
  private final List<Line> lines = new ArrayList<>();
  private double[] bounds = {};
  private boolean podsApart = true;

  private Counting(Sides sides, Instant start, Definition definition) {
    this.sides = sides;
    this.start = start.toEpochMilli();
    this.definition = definition;
  }

  /// One series of either metric.
  private static final class Line {
    final Group group;
    final Outcome outcome;
    final Rule rule;
    final Origin origin;
    final String pod;

    /// Of its bucket; -1 for the counter of requests.
    final int bucket;

    double last = Double.NaN;

    Line(Group group, Outcome outcome, Rule rule, Origin origin, String pod, int bucket) {
      this.group = group;
      this.outcome = outcome;
      this.rule = rule;
      this.origin = origin;
      this.pod = pod;
      this.bucket = bucket;
    }
  }

  /// The process that is scraped.
  private static final class Origin {
    final int index;
    boolean seen;

    Origin(int index) {
      this.index = index;
    }
  }

  private record Event(long time, Line line, double value) {}

  /// What is known of one pod, or of a whole group.
  private static final class Total {
    final Group group;
    final String pod;
    double requests;
    double errors;
    final double[] atMost;

    Total(Group group, String pod, int bounds) {
      this.group = group;
      this.pod = pod;
      atMost = new double[bounds];
    }
  }

  /// Counts what belongs to these sides; series of others are passed over, so that one answer may
  /// serve many.
  ///
  /// @param requests of `istio_requests_total`
  /// @param buckets of `istio_request_duration_milliseconds_bucket`
  /// @param start of the rollout; what was before is history
  public static Counted of(
      List<Run> requests, List<Run> buckets, Sides sides, Instant start, Definition definition) {
    var counting = new Counting(sides, start, definition);
    return counting.add(counting.events(requests, buckets));
  }

  private List<Event> events(List<Run> requests, List<Run> buckets) {
    var series = requests.stream().map(run -> RequestSeries.of(run.labels())).toList();
    var callers = Callers.of(series, sides);
    var origins = new HashMap<String, Origin>();
    var events = new ArrayList<Event>();
    for (int i = 0; i < requests.size(); i++) {
      take(events, requests.get(i), line(series.get(i), callers, origins, -1));
    }
    podsApart =
        lines.stream().noneMatch(line -> line.outcome != Outcome.LEFT_OUT && line.pod.isEmpty());
    bounds = bounds(buckets);
    for (var run : buckets) {
      int bucket = Arrays.binarySearch(bounds, bound(run));
      if (bucket >= 0) {
        take(events, run, line(RequestSeries.of(run.labels()), callers, origins, bucket));
      }
    }
    events.sort(
        Comparator.comparingLong(Event::time).thenComparingInt(event -> event.line().origin.index));
    return events;
  }

  /// Null for a series of others.
  private @Nullable Line line(
      RequestSeries series, Callers callers, Map<String, Origin> origins, int bucket) {
    var group = sides.of(series).orElse(null);
    if (group == null) {
      return null;
    }
    // The caller's side is scraped at the caller: its pods are not those that are compared.
    var line =
        new Line(
            group,
            definition.of(series, group, callers),
            Rule.of(series, group, callers),
            origins.computeIfAbsent(series.process(), _ -> new Origin(origins.size())),
            series.fromCaller() ? "" : series.pod(),
            bucket);
    lines.add(line);
    return line;
  }

  private static void take(List<Event> events, Run run, @Nullable Line line) {
    if (line == null) {
      return;
    }
    for (int i = 0; i < run.times().length; i++) {
      double value = run.values()[i];
      if (value >= 0 && !Double.isInfinite(value)) {
        events.add(new Event(run.times()[i], line, value));
      }
    }
  }

  /// The bounds that all histograms of these sides have, or none.
  private double[] bounds(List<Run> buckets) {
    var byHistogram = new HashMap<Map<String, String>, Set<Double>>();
    for (var run : buckets) {
      if (sides.of(RequestSeries.of(run.labels())).isPresent() && !Double.isNaN(bound(run))) {
        var rest = new HashMap<>(run.labels());
        rest.remove("le");
        byHistogram.computeIfAbsent(rest, _ -> new HashSet<>()).add(bound(run));
      }
    }
    var common = new TreeSet<Double>();
    byHistogram.values().stream().findFirst().ifPresent(common::addAll);
    byHistogram.values().forEach(common::retainAll);
    return common.size() < 2 || common.getLast() != Double.POSITIVE_INFINITY
        ? new double[0]
        : common.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double bound(Run run) {
    var le = run.labels().getOrDefault("le", "");
    try {
      return le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
    } catch (NumberFormatException _) {
      return Double.NaN;
    }
  }

  private Counted add(List<Event> events) {
    var totals = new LinkedHashMap<String, Total>();
    var touched = new LinkedHashMap<String, Total>();
    var since = new EnumMap<Group, double[]>(Group.class);
    since.put(Group.CANARY, new double[2]);
    since.put(Group.PRIMARY, new double[2]);
    var leftOut = new EnumMap<Rule, Double>(Rule.class);
    var scrapes = new ArrayList<Scrape>();
    for (int from = 0; from < events.size(); ) {
      long time = events.get(from).time();
      int to = from;
      for (; to < events.size() && together(events.get(from), events.get(to)); to++) {
        var event = events.get(to);
        var line = event.line();
        double more = gained(event);
        if (line.outcome != Outcome.LEFT_OUT) {
          var pod = podsApart ? line.pod : "";
          var total =
              totals.computeIfAbsent(
                  line.group + pod, _ -> new Total(line.group, pod, bounds.length));
          touched.put(line.group + pod, total);
          add(total, line, more);
        }
        if (time > start && line.bucket < 0) {
          if (line.outcome == Outcome.LEFT_OUT) {
            leftOut.merge(line.rule, more, Double::sum);
          } else {
            var sum = since.getOrDefault(line.group, new double[2]);
            sum[0] += more;
            sum[1] += line.outcome == Outcome.ERROR ? more : 0;
          }
        }
      }
      for (int i = from; i < to; i++) {
        events.get(i).line().origin.seen = true;
      }
      from = to;
      if (from == events.size() || events.get(from).time() != time) {
        touched.values().forEach(total -> scrapes.add(scrape(total, time)));
        touched.clear();
      }
    }
    boolean any = scrapes.stream().anyMatch(scrape -> scrape.at() > 0);
    var whole = new EnumMap<Rule, Long>(Rule.class);
    leftOut.forEach((rule, count) -> {
      if (Math.round(count) > 0) {
        whole.put(rule, Math.round(count));
      }
    });
    return new Counted(
        any ? Optional.of(new Recording(bounds, scrapes)) : Optional.empty(),
        sum(since.getOrDefault(Group.CANARY, new double[2])),
        sum(since.getOrDefault(Group.PRIMARY, new double[2])),
        whole);
  }

  private static Counted.Sum sum(double[] counts) {
    return new Counted.Sum(Math.round(counts[0]), Math.round(counts[1]));
  }

  private static boolean together(Event one, Event other) {
    return one.time() == other.time() && one.line().origin == other.line().origin;
  }

  private double gained(Event event) {
    var line = event.line();
    double before = line.last;
    line.last = event.value();
    if (Double.isNaN(before)) {
      boolean born = line.origin.seen || (line.group == Group.CANARY && event.time() > start);
      return born ? event.value() : 0;
    }
    return event.value() < before ? event.value() : event.value() - before;
  }

  private static void add(Total total, Line line, double more) {
    if (line.bucket >= 0) {
      total.atMost[line.bucket] += more;
      return;
    }
    total.requests += more;
    if (line.outcome == Outcome.ERROR) {
      total.errors += more;
    }
  }

  private Scrape scrape(Total total, long time) {
    return new Scrape(
        (time - start) / 1000.0,
        total.group,
        total.pod,
        total.requests,
        total.errors,
        total.atMost.clone());
  }
}
