package dev.sluice.analysis.counters;

import dev.sluice.analysis.Samples.Run;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Adds up what each series gained, each pod for itself, and writes the sums down as counters that
/// never fall, for a judge.
///
/// A series that falls began anew. One that is there for the first time had nothing before where
/// its pod was scraped earlier; else it may be as old as it likes, unless it is the canary's and
/// the rollout has begun.
final class OwnCounting {
  private static final double[] NO_BUCKETS = {};

  private final long start;
  private final List<Event> events = new ArrayList<>();

  OwnCounting(Instant start) {
    this.start = start.toEpochMilli();
  }

  private static final class Series {
    final Spot spot;
    final double sign;
    final boolean ofAll;
    double last = Double.NaN;

    /// Of the last sample that was taken: pieces of a span may share their edge.
    long taken = Long.MIN_VALUE;

    /// @param ofAll whether it is a part of all, not of what is bad
    /// @param sign 1, or -1 for what takes away from what is bad
    Series(Spot spot, boolean ofAll, double sign) {
      this.spot = spot;
      this.ofAll = ofAll;
      this.sign = sign;
    }
  }

  private record Spot(Group group, String pod) {}

  private record Event(long time, Series series, double value) {}

  private static final class Total {
    double all;
    double bad;
  }

  /// @param runs each series in pieces, in the order of their times
  /// @param ofAll whether these count all; else what is bad
  /// @param sign 1 for what adds to it, -1 for what takes away
  void add(BothSides sides, List<Run> runs, boolean ofAll, double sign) {
    var known = new HashMap<Map<String, String>, Series>();
    for (var run : runs) {
      var group = sides.of(run.labels());
      if (group.isEmpty()) {
        continue;
      }
      var series =
          known.computeIfAbsent(
              run.labels(), labels -> new Series(new Spot(group.get(), pod(labels)), ofAll, sign));
      for (int i = 0; i < run.times().length; i++) {
        double value = run.values()[i];
        if (value >= 0 && !Double.isInfinite(value) && run.times()[i] > series.taken) {
          series.taken = run.times()[i];
          events.add(new Event(run.times()[i], series, value));
        }
      }
    }
  }

  private static String pod(Map<String, String> labels) {
    return labels.getOrDefault("pod", labels.getOrDefault("instance", ""));
  }

  /// In the order of their times.
  List<Scrape> scrapes() {
    events.sort(Comparator.comparingLong(Event::time));
    var totals = new HashMap<Spot, Total>();
    Set<Spot> scrapedBefore = new HashSet<>();
    var scrapes = new ArrayList<Scrape>();
    for (int from = 0; from < events.size(); ) {
      long time = events.get(from).time();
      var touched = new LinkedHashMap<Spot, Total>();
      int to = from;
      for (; to < events.size() && events.get(to).time() == time; to++) {
        var event = events.get(to);
        var series = event.series();
        var total = totals.computeIfAbsent(series.spot, _ -> new Total());
        touched.put(series.spot, total);
        double more = gained(event, scrapedBefore.contains(series.spot));
        total.all += series.ofAll ? more : 0;
        total.bad += series.ofAll ? 0 : series.sign * more;
      }
      touched.forEach((spot, total) ->
          scrapes.add(
              new Scrape(
                  (time - start) / 1000.0,
                  spot.group(),
                  spot.pod(),
                  total.all,
                  Math.clamp(total.bad, 0, total.all),
                  NO_BUCKETS)));
      scrapedBefore.addAll(touched.keySet());
      from = to;
    }
    return scrapes;
  }

  private double gained(Event event, boolean podScrapedBefore) {
    var series = event.series();
    double before = series.last;
    series.last = event.value();
    if (Double.isNaN(before)) {
      boolean born =
          podScrapedBefore || (series.spot.group() == Group.CANARY && event.time() > start);
      return born ? event.value() : 0;
    }
    return event.value() < before ? event.value() : event.value() - before;
  }
}
