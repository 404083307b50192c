package dev.sluice.analysis.traffic;

import dev.sluice.analysis.Samples.Run;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import dev.sluice.analysis.traffic.Line.Origin;
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
import java.util.TreeMap;

/// Adds up what each series of two sides gained, and writes the sums down as counters that never
/// fall. Takes the samples all at once or bit by bit in the order of their times, with the same
/// result, and each once, however often it comes.
///
/// A series that falls began anew. One that is there for the first time had nothing before where
/// its process was scraped earlier; else it may be as old as it likes, unless it is the canary's
/// and the rollout has begun.
///
/// Whether a series counts may depend on others ([Callers]). Where one that comes later decides
/// otherwise about what was counted, the tally is [outdated][#outdated()], and only one from the
/// start is right again.
///
/// Its memory does not grow with time: a series that was away for 90 rounds is forgotten. Not safe
/// for several threads.
public final class Tally {
  /// Series beyond this many are not taken.
  public static final int MOST_SERIES = 50_000;

  /// Where the start was not kept, what is there for the first time within so many milliseconds was
  /// there before.
  private static final long FIRST_ROUND = 60_000;

  private static final int FORGET_AFTER = 90;
  private static final int LOOK_FOR_FORGOTTEN = 16;
  private static final int MOST_FORGOTTEN = 2_000;
  private static final Comparator<Event> BY_TIME =
      Comparator.comparingLong(Event::time).thenComparing(event -> event.line().origin.name);

  private final Sides sides;
  private final long start;
  private final Definition definition;
  private final Facts facts;

  /// What the source has begins here, though there was something before; the lowest when it has
  /// all.
  private final long keptFrom;

  private final Map<SeriesId, Line> lines = new HashMap<>();
  private final Map<String, Origin> origins = new LinkedHashMap<>();
  private final Map<Spot, Total> totals = new HashMap<>();
  private final Map<Group, Map<Definition, Sums>> sums = new EnumMap<>(Group.class);
  private final Map<Rule, Double> leftOutByForgotten = new EnumMap<>(Rule.class);
  private List<Event> waiting = new ArrayList<>();
  private double[] bounds = {};
  private boolean begun;
  private boolean podsApart = true;
  private boolean outdated;
  private boolean tooMany;
  private long version = -1;
  private long round;
  private long first = Long.MAX_VALUE;
  private double lost;

  /// @param start of the rollout; what was before is history
  public Tally(Sides sides, Instant start, Definition definition) {
    this(sides, start.toEpochMilli(), definition, new Facts(), Long.MIN_VALUE);
  }

  private Tally(Sides sides, long start, Definition definition, Facts facts, long keptFrom) {
    this.sides = sides;
    this.start = start;
    this.definition = definition;
    this.facts = facts;
    this.keptFrom = keptFrom;
    for (var group : Group.values()) {
      var byDefinition = new EnumMap<Definition, Sums>(Definition.class);
      for (var each : Definition.values()) {
        byDefinition.put(each, new Sums());
      }
      sums.put(group, byDefinition);
    }
  }

  /// One that has counted nothing, and knows from the first on all that this one knows or will
  /// learn of who calls.
  public Tally anew() {
    return new Tally(sides, start, definition, facts, keptFrom);
  }

  /// As [#anew()], for a source that has forgotten what was before the first sample that this one
  /// took: what is there in the first minute then is not new.
  public Tally anewWithoutBeginning() {
    return new Tally(sides, start, definition, facts, first);
  }

  private record Event(long time, Line line, double value) {}

  /// Where counts are added up: one pod, or a whole group.
  private record Spot(Group group, String pod) {}

  private static final class Total {
    double requests;
    double errors;
    final double[] atMost;

    Total(int bounds) {
      atMost = new double[bounds];
    }
  }

  /// Of a group since the start, by one definition.
  private static final class Sums {
    double requests;
    double errors;
  }

  /// Takes in what was scraped of these sides, and of others, which is passed over.
  ///
  /// @param requests of `istio_requests_total`
  /// @param buckets of `istio_request_duration_milliseconds_bucket`, of each scrape all
  public void take(List<Run> requests, List<Run> buckets) {
    var ofRequests = requests.stream().map(Named::of).toList();
    var ofBuckets = buckets.stream().map(Named::of).toList();
    var newRequests = unknown(ofRequests);
    var newBuckets = unknown(ofBuckets);
    newRequests.forEach(named -> facts.learn(RequestSeries.of(named.run().labels()), sides));
    facts.learn(Facts.of(sides, newBuckets.stream().map(Named::run).toList()));
    if (!begun) {
      bounds = facts.bounds();
    }
    newRequests.forEach(named -> add(named, Line.REQUESTS));
    for (var named : newBuckets) {
      int bucket = Arrays.binarySearch(bounds, named.run().bound());
      add(named, bucket < 0 ? Line.PASSED_OVER : bucket);
    }
    checkWhatCounts(!newRequests.isEmpty() || !newBuckets.isEmpty());
    begun |= !lines.isEmpty();
    ofRequests.forEach(this::takeSamples);
    ofBuckets.forEach(this::takeSamples);
    waiting.sort(BY_TIME);
  }

  private record Named(SeriesId id, Run run) {
    static Named of(Run run) {
      return new Named(SeriesId.of(run.labels()), run);
    }
  }

  private List<Named> unknown(List<Named> all) {
    return all.stream().filter(named -> !lines.containsKey(named.id())).toList();
  }

  private void add(Named named, int bucket) {
    var series = RequestSeries.of(named.run().labels());
    var group = sides.of(series).orElse(null);
    if (group == null) {
      return;
    }
    if (lines.size() >= MOST_SERIES) {
      tooMany = true;
      return;
    }
    var origin = origins.computeIfAbsent(series.process(), Origin::new);
    origin.lines++;
    lines.put(
        named.id(),
        new Line(
            named.id(),
            series.withoutLabels(),
            group,
            origin,
            series.fromCaller() ? "" : series.pod(),
            bucket,
            definition.of(series, group, facts.callers()),
            Rule.of(series, group, facts.callers())));
  }

  private void takeSamples(Named named) {
    var line = lines.get(named.id());
    if (line == null) {
      return;
    }
    if (line.bucket == Line.PASSED_OVER) {
      line.round = round;
      return;
    }
    var run = named.run();
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

  /// What has not gained anything yet can still count otherwise.
  private void checkWhatCounts(boolean newLines) {
    if (!newLines && version == facts.version()) {
      return;
    }
    if (version != facts.version()) {
      version = facts.version();
      for (var line : lines.values()) {
        var outcome = definition.of(line.series, line.group, facts.callers());
        line.rule = Rule.of(line.series, line.group, facts.callers());
        outdated |= outcome != line.outcome && line.gained > 0;
        line.outcome = line.gained > 0 ? line.outcome : outcome;
      }
    }
    if (lines.values().stream().anyMatch(line -> line.counts() && line.pod.isEmpty())) {
      facts.countsWithoutPod();
    }
    outdated |= podsApart != facts.podsApart() && !totals.isEmpty();
    podsApart = totals.isEmpty() ? facts.podsApart() : podsApart;
    outdated |= !Arrays.equals(bounds, facts.bounds());
  }

  /// Whether something was counted that would count otherwise by what is known now.
  public boolean outdated() {
    return outdated;
  }

  /// Series that are kept.
  int size() {
    return lines.size();
  }

  /// Whether there were more series than are taken.
  public boolean tooMany() {
    return tooMany;
  }

  /// The bounds that all histograms have in milliseconds, ascending, the last infinite; empty for
  /// none. They stay what they are from now on.
  public double[] bounds() {
    begun = true;
    return bounds.clone();
  }

  /// When the first sample was that was taken; empty before.
  public Optional<Instant> first() {
    return first == Long.MAX_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(first));
  }

  /// Requests of the canary since the start that the source had forgotten.
  public long lost() {
    return Math.round(lost);
  }

  /// Counts what was taken up to a moment, that included: one round. The scrapes are in the order
  /// of their times.
  public List<Scrape> countTo(Instant time) {
    return count(time.toEpochMilli());
  }

  List<Scrape> countAll() {
    return count(Long.MAX_VALUE);
  }

  private List<Scrape> count(long end) {
    int count = 0;
    while (count < waiting.size() && waiting.get(count).time() <= end) {
      count++;
    }
    var events = waiting.subList(0, count);
    var scrapes = new ArrayList<Scrape>();
    var touched = new TreeMap<Spot, Total>(ORDER);
    if (count > 0) {
      round++;
    }
    for (int from = 0; from < count; ) {
      int to = from;
      for (; to < count && together(events.get(from), events.get(to)); to++) {
        count(events.get(to), touched);
      }
      for (int i = from; i < to; i++) {
        events.get(i).line().origin.seen = true;
      }
      long at = events.get(from).time();
      from = to;
      if (from == count || events.get(from).time() != at) {
        touched.forEach((spot, total) -> scrapes.add(scrape(spot, total, at)));
        touched.clear();
      }
    }
    waiting = new ArrayList<>(waiting.subList(count, waiting.size()));
    if (count > 0 && round % LOOK_FOR_FORGOTTEN == 0) {
      forget();
    }
    return scrapes;
  }

  /// The same whatever came first, so that the same samples make the same judge.
  private static final Comparator<Spot> ORDER =
      Comparator.comparing(Spot::group).reversed().thenComparing(Spot::pod);

  private static boolean together(Event one, Event other) {
    return one.time() == other.time() && one.line().origin == other.line().origin;
  }

  private void count(Event event, Map<Spot, Total> touched) {
    var line = event.line();
    remember(line);
    double more = gained(event);
    line.round = round;
    line.gained += more;
    boolean request = line.bucket == Line.REQUESTS;
    if (line.counts()) {
      var spot = spot(line);
      var total = totals.computeIfAbsent(spot, _ -> new Total(bounds.length));
      touched.put(spot, total);
      if (request) {
        total.requests += more;
        total.errors += line.outcome == Outcome.ERROR ? more : 0;
      } else {
        total.atMost[line.bucket] += more;
      }
    }
    if (request && event.time() > start) {
      line.gainedSinceStart += more;
      sums.getOrDefault(line.group, Map.of())
          .forEach((by, sum) -> add(sum, by.of(line.series, line.group, facts.callers()), more));
    }
  }

  private static void add(Sums sum, Outcome outcome, double more) {
    if (outcome != Outcome.LEFT_OUT) {
      sum.requests += more;
      sum.errors += outcome == Outcome.ERROR ? more : 0;
    }
  }

  private double gained(Event event) {
    var line = event.line();
    double before = line.last;
    line.last = event.value();
    if (!Double.isNaN(before)) {
      return event.value() < before ? event.value() : event.value() - before;
    }
    if (line.origin.seen) {
      return event.value();
    }
    if (line.origin.forgotten || line.group != Group.CANARY || event.time() <= start) {
      return 0;
    }
    if (event.time() - FIRST_ROUND > keptFrom) {
      return event.value();
    }
    lost += line.bucket == Line.REQUESTS && line.counts() ? event.value() : 0;
    return 0;
  }

  private void remember(Line line) {
    if (line.forgotten) {
      line.forgotten = false;
      line.origin.lines++;
      lines.put(line.id, line);
      origins.putIfAbsent(line.origin.name, line.origin);
    }
  }

  /// Who comes back later begins with what it has then.
  private void forget() {
    lines
        .values()
        .removeIf(line -> {
          // What was taken and not counted yet has its round to come.
          if ((line.round == 0 && line.bucket != Line.PASSED_OVER)
              || round - line.round <= FORGET_AFTER) {
            return false;
          }
          forget(line);
          return true;
        });
    var spots = new HashSet<Spot>();
    lines.values().forEach(line -> spots.add(spot(line)));
    totals.keySet().retainAll(spots);
    var oldest = origins.values().iterator();
    for (int over = origins.size() - MOST_FORGOTTEN; over > 0 && oldest.hasNext(); over--) {
      if (oldest.next().forgotten) {
        oldest.remove();
      }
    }
  }

  private Spot spot(Line line) {
    return new Spot(line.group, podsApart ? line.pod : "");
  }

  private void forget(Line line) {
    line.forgotten = true;
    line.last = Double.NaN;
    if (!line.counts() && line.bucket == Line.REQUESTS) {
      leftOutByForgotten.merge(line.rule, line.gainedSinceStart, Double::sum);
      line.gainedSinceStart = 0;
    }
    line.origin.lines--;
    if (line.origin.lines == 0) {
      line.origin.seen = false;
      line.origin.forgotten = true;
    }
  }

  private Scrape scrape(Spot spot, Total total, long time) {
    return new Scrape(
        (time - start) / 1000.0,
        spot.group(),
        spot.pod(),
        total.requests,
        total.errors,
        total.atMost.clone());
  }

  /// What was counted since the start, or would have been by another definition.
  public Counted.Sum sum(Group group, Definition by) {
    var sum = sums.getOrDefault(group, Map.of()).getOrDefault(by, new Sums());
    return new Counted.Sum(Math.round(sum.requests), Math.round(sum.errors));
  }

  /// Requests since the start that count for neither side, by the rule that says so; whole
  /// requests, without rules that left nothing out.
  public Map<Rule, Long> leftOut() {
    var leftOut = new EnumMap<Rule, Double>(leftOutByForgotten);
    for (var line : lines.values()) {
      if (!line.counts() && line.bucket == Line.REQUESTS) {
        leftOut.merge(line.rule, line.gainedSinceStart, Double::sum);
      }
    }
    var whole = new EnumMap<Rule, Long>(Rule.class);
    leftOut.forEach((rule, count) -> {
      if (Math.round(count) > 0) {
        whole.put(rule, Math.round(count));
      }
    });
    return whole;
  }
}
