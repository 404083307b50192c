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
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Adds up what each series of users' own counters gained, each pod for itself, and writes the sums
/// down as counters, for a judge. Takes the samples all at once or bit by bit in the order of their
/// times, with the same result, and each once, however often it comes.
///
/// A series that falls began anew. One that is there for the first time had nothing before where
/// its pod was scraped earlier; else it may be as old as it likes, unless it is the canary's and
/// the rollout has begun. A pod that has not been scraped for a while in which others were is gone;
/// its series leave their room to those that come. Should it come back, it begins with what it has
/// then, and its sums at nothing.
///
/// Not safe for several threads.
public final class OwnTally {
  /// Series beyond this many at a time are not taken.
  private static final int MOST_SERIES = 50_000;

  private static final int MOST_BOUNDS = 200;

  /// Where the start was not kept, what is there for the first time within so many milliseconds was
  /// there before.
  private static final long FIRST_ROUND = 60_000;

  /// Milliseconds in which somebody was scraped.
  private static final long GONE_AFTER = 15 * 60_000L;

  /// So much of a time in which nobody was counts at the most: an outage of the source makes nobody
  /// gone.
  private static final long LONGEST_PAUSE = 60_000;

  /// Those that went first are forgotten wholly.
  private static final int MOST_GONE = 2_000;

  private static final double[] NO_BUCKETS = {};

  private static final Comparator<Spot> ORDER =
      Comparator.comparing(Spot::group).reversed().thenComparing(Spot::pod);

  private final OwnCounters counters;
  private final long start;

  /// What the source has begins here, though there was something before; the lowest when it has
  /// all.
  private final long keptFrom;

  private final Map<Known, Series> series = new HashMap<>();
  private final Map<Spot, Total> totals = new HashMap<>();
  private final Map<Spot, Total> gone = new LinkedHashMap<>();
  private final TreeSet<Double> bounds = new TreeSet<>();
  private List<Event> waiting = new ArrayList<>();
  private boolean tooMany;
  private long first = Long.MAX_VALUE;
  private double lost;

  /// The time of the last scrape that was counted, and how long somebody was scraped until then.
  private long counted = Long.MIN_VALUE;

  private long scraped;

  /// @param start of the rollout; what was before is history
  public OwnTally(OwnCounters counters, Instant start) {
    this(counters, start.toEpochMilli(), Long.MIN_VALUE);
  }

  private OwnTally(OwnCounters counters, long start, long keptFrom) {
    this.counters = counters;
    this.start = start;
    this.keptFrom = keptFrom;
  }

  /// One that has counted nothing.
  public OwnTally anew() {
    return new OwnTally(counters, start, keptFrom);
  }

  /// As [#anew()], for a source that has forgotten what was before the first sample that this one
  /// took: what is there in the first minute then is not new.
  public OwnTally anewWithoutBeginning() {
    return new OwnTally(counters, start, first);
  }

  /// The same series may be in both counters.
  private record Known(boolean ofAll, Map<String, String> labels) {}

  private record Spot(Group group, String pod) {}

  private record Event(long time, Series series, double value) {}

  private static final class Total {
    double all;
    double bad;

    /// The time of its last scrape; the lowest before the first has been counted to its end.
    long seen = Long.MIN_VALUE;

    /// What [#scraped] was then.
    long scraped;

    boolean isGoneAt(long now) {
      return seen != Long.MIN_VALUE && now - scraped > GONE_AFTER;
    }
  }

  private static final class Series {
    final Spot spot;
    final double ofAll;
    final double ofBad;
    double last = Double.NaN;

    /// Of the last sample that was taken: spans may overlap.
    long taken = Long.MIN_VALUE;

    /// @param ofAll how often what it gains counts among all
    /// @param ofBad how often among what is bad; -1 for what takes away from it
    Series(Spot spot, double ofAll, double ofBad) {
      this.spot = spot;
      this.ofAll = ofAll;
      this.ofBad = ofBad;
    }
  }

  /// @param bySelector what came for each of [OwnCounters#selectors()]
  public void take(List<List<Run>> bySelector) {
    switch (counters) {
      case OwnCounters.Share(var bad, var all) -> {
        bySelector.get(0).forEach(run -> take(all, run, 1, 0));
        bySelector.get(1).forEach(run -> take(bad, run, 0, 1));
      }
      case OwnCounters.Above(var histogram, double bound) -> {
        for (var run : bySelector.getFirst()) {
          double at = run.bound();
          if (at == Double.POSITIVE_INFINITY) {
            take(histogram, run, 1, 1);
          } else if (at == bound) {
            take(histogram, run, 0, -1);
          }
          if (Double.isFinite(at) && bounds.size() < MOST_BOUNDS) {
            bounds.add(at);
          }
        }
      }
    }
    waiting.sort(Comparator.comparingLong(Event::time));
  }

  private void take(BothSides sides, Run run, double ofAll, double ofBad) {
    var known = new Known(ofAll > 0, run.labels());
    var line = series.get(known);
    if (line == null) {
      var group = sides.of(run.labels());
      if (group.isEmpty()) {
        return;
      }
      if (series.size() >= MOST_SERIES) {
        tooMany = true;
        return;
      }
      line = new Series(new Spot(group.get(), pod(run.labels())), ofAll, ofBad);
      line.taken = Optional.ofNullable(gone.get(line.spot)).map(t -> t.seen).orElse(line.taken);
      series.put(known, line);
    }
    for (int i = 0; i < run.times().length; i++) {
      long time = run.times()[i];
      double value = run.values()[i];
      if (time > line.taken && value >= 0 && !Double.isInfinite(value)) {
        line.taken = time;
        waiting.add(new Event(time, line, value));
        first = Math.min(first, time);
      }
    }
  }

  private static String pod(Map<String, String> labels) {
    return labels.getOrDefault("pod", labels.getOrDefault("instance", ""));
  }

  /// Counts what was taken up to a moment, that included. The scrapes are in the order of their
  /// times.
  public List<Scrape> countTo(Instant time) {
    int count = 0;
    while (count < waiting.size() && waiting.get(count).time() <= time.toEpochMilli()) {
      count++;
    }
    var scrapes = new ArrayList<Scrape>();
    for (int from = 0; from < count; ) {
      long at = waiting.get(from).time();
      scraped += counted == Long.MIN_VALUE ? 0 : Math.min(at - counted, LONGEST_PAUSE);
      counted = at;
      var touched = new TreeMap<Spot, Total>(ORDER);
      for (; from < count && waiting.get(from).time() == at; from++) {
        count(waiting.get(from), touched);
      }
      touched.forEach((spot, total) -> {
        scrapes.add(scrape(spot, total, at));
        total.seen = at;
        total.scraped = scraped;
      });
    }
    waiting = new ArrayList<>(waiting.subList(count, waiting.size()));
    forget();
    return scrapes;
  }

  /// What was taken and not counted yet has its turn to come.
  private void forget() {
    var leaving =
        totals.entrySet().stream()
            .filter(of -> of.getValue().isGoneAt(scraped))
            .map(Map.Entry::getKey)
            .collect(Collectors.toCollection(HashSet::new));
    if (leaving.isEmpty()) {
      return;
    }
    waiting.forEach(event -> leaving.remove(event.series().spot));
    series.values().removeIf(line -> leaving.contains(line.spot));
    leaving.stream().sorted(ORDER).forEach(spot -> gone.put(spot, totals.remove(spot)));
    var oldest = gone.keySet().iterator();
    for (int over = gone.size() - MOST_GONE; over > 0; over--) {
      oldest.next();
      oldest.remove();
    }
  }

  private void count(Event event, Map<Spot, Total> touched) {
    var line = event.series();
    var total =
        totals.computeIfAbsent(
            line.spot, spot -> Optional.ofNullable(gone.remove(spot)).orElseGet(Total::new));
    touched.put(line.spot, total);
    double more = gained(event, total);
    total.all += line.ofAll * more;
    total.bad += line.ofBad * more;
  }

  private double gained(Event event, Total total) {
    var line = event.series();
    double before = line.last;
    line.last = event.value();
    if (total.isGoneAt(scraped)) {
      // Whoever reads the sums may have forgotten the pod, too.
      total.all = 0;
      total.bad = 0;
      return 0;
    }
    if (!Double.isNaN(before)) {
      return event.value() < before ? event.value() : event.value() - before;
    }
    if (total.seen != Long.MIN_VALUE) {
      return event.value();
    }
    if (line.spot.group() != Group.CANARY || event.time() <= start) {
      return 0;
    }
    if (event.time() - FIRST_ROUND > keptFrom) {
      return event.value();
    }
    lost += line.ofAll * event.value();
    return 0;
  }

  private Scrape scrape(Spot spot, Total total, long time) {
    return new Scrape(
        (time - start) / 1000.0,
        spot.group(),
        spot.pod(),
        total.all,
        Math.clamp(total.bad, 0, total.all),
        NO_BUCKETS);
  }

  /// When the first sample was that was taken; empty before.
  public Optional<Instant> first() {
    return first == Long.MAX_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(first));
  }

  /// Events of the canary since the start that the source had forgotten.
  public long lost() {
    return Math.round(lost);
  }

  /// Why this cannot be compared until somebody edits it; empty where it can.
  public Optional<String> refusal() {
    if (tooMany) {
      return Optional.of("there are more than %d series of it".formatted(MOST_SERIES));
    }
    return counters instanceof OwnCounters.Above(var histogram, double bound)
            && !bounds.isEmpty()
            && bounds.size() < MOST_BOUNDS
            && !bounds.contains(bound)
        ? Optional.of(
            "no bucket of %s ends at %s; there are %s"
                .formatted(
                    histogram.metric(),
                    number(bound),
                    bounds.stream().map(OwnTally::number).collect(Collectors.joining(", "))))
        : Optional.empty();
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }
}
