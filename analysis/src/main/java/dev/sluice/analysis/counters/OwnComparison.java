package dev.sluice.analysis.counters;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.MetricSource;
import dev.sluice.analysis.Samples;
import dev.sluice.analysis.Samples.Run;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.Verdict.Reason;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Judge;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Compares a canary with its primary by a metric of a user's own, from its first traffic on: every
/// sample since then, and what was usual before, is asked for and judged look by look, so that
/// nothing needs to be kept between two checks.
public final class OwnComparison {
  private static final Duration HISTORY = Duration.ofMinutes(30);

  /// A scrape's samples have the time at which it began, and are there when it is over.
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private static final Duration PIECE = Duration.ofMinutes(10);
  private static final Duration SHORTEST = Duration.ofSeconds(30);
  private static final long MOST_SAMPLES = 1_000_000;

  private final String metric;
  private final OwnCounters counters;
  private final ComparisonPolicy policy;

  /// @param metric its name in the analysis
  /// @param policy whose tolerance for errors is that for what is bad
  public OwnComparison(String metric, OwnCounters counters, ComparisonPolicy policy) {
    this.metric = metric;
    this.counters = counters;
    this.policy = policy;
  }

  public String metric() {
    return metric;
  }

  /// Blocks while the source is asked.
  ///
  /// @param start when the revision first got traffic
  /// @throws InterruptedException when the caller gives up
  public Verdict judge(MetricSource source, Instant start, Instant now)
      throws InterruptedException {
    long tick = Math.round(policy.tick() * 1000);
    var end = Instant.ofEpochMilli(Math.floorDiv(now.minus(SETTLED).toEpochMilli(), tick) * tick);
    var judge = new Judge(policy, new double[0], metric, metric);
    if (!end.isAfter(start)) {
      return judged(judge, new OwnCounting(start), start, start.plusMillis(tick));
    }
    var counting = new OwnCounting(start);
    var from = start.minus(HISTORY);
    try {
      switch (counters) {
        case OwnCounters.Share(var bad, var all) -> {
          counting.add(all, runs(source, all.selector(""), from, end), true, 1);
          counting.add(bad, runs(source, bad.selector(""), from, end), false, 1);
        }
        case OwnCounters.Above(var histogram, double bound) -> {
          var buckets = runs(source, histogram.selector("_bucket"), from, end);
          var whole = at(buckets, Double.POSITIVE_INFINITY);
          var below = at(buckets, bound);
          if (below.isEmpty() && !buckets.isEmpty()) {
            return refused(
                "no bucket of %s ends at %s; there are %s"
                    .formatted(histogram.metric(), number(bound), bounds(buckets)));
          }
          counting.add(histogram, whole, true, 1);
          counting.add(histogram, whole, false, 1);
          counting.add(histogram, below, false, -1);
        }
      }
    } catch (NoAnswer e) {
      return e.isForGood ? refused(e.why) : judge.unavailable(e.why);
    }
    return judged(judge, counting, start, end);
  }

  /// Looks are at whole ticks since 1970, whenever it is asked, so that each check repeats what the
  /// one before has seen.
  private Verdict judged(Judge judge, OwnCounting counting, Instant start, Instant end) {
    var scrapes = counting.scrapes();
    long tick = Math.round(policy.tick() * 1000);
    long first = Math.floorDiv(start.minus(HISTORY).toEpochMilli(), tick) * tick;
    int next = 0;
    Verdict verdict = new Verdict.Continue(List.of());
    for (long look = first + tick; look <= end.toEpochMilli(); look += tick) {
      double now = (look - start.toEpochMilli()) / 1000.0;
      for (; next < scrapes.size() && scrapes.get(next).at() <= now; next++) {
        judge.take(scrapes.get(next), now);
      }
      if (now <= 0) {
        judge.remember();
      } else {
        verdict = judge.look(now);
      }
      if (verdict instanceof Verdict.Rollback) {
        break;
      }
    }
    return verdict;
  }

  private Verdict refused(String why) {
    return new Verdict.Hold(
        Reason.QUERY_REFUSED,
        false,
        List.of(
            new Evidence(
                metric,
                null,
                null,
                null,
                null,
                "%s cannot be compared until it is edited: %s".formatted(metric, why))));
  }

  private static final class NoAnswer extends Exception {
    private static final long serialVersionUID = 1;

    final String why;
    final boolean isForGood;

    NoAnswer(String why, boolean isForGood) {
      super(why);
      this.why = why;
      this.isForGood = isForGood;
    }
  }

  private static List<Run> runs(MetricSource source, String selector, Instant from, Instant to)
      throws InterruptedException, NoAnswer {
    var all = new ArrayList<Run>();
    long samples = 0;
    var piece = PIECE;
    for (var at = from; at.isBefore(to); ) {
      var end = at.plus(piece).isBefore(to) ? at.plus(piece) : to;
      var range = "[" + Duration.between(at, end).toMillis() + "ms]";
      switch (source.samples(selector + range, end)) {
        case Samples.Runs(var runs, _) -> {
          all.addAll(runs);
          samples += runs.stream().mapToLong(run -> run.times().length).sum();
          at = end;
        }
        case Samples.TooMuch(var why) -> {
          piece = Duration.between(at, end).dividedBy(2);
          if (piece.compareTo(SHORTEST) < 0) {
            throw new NoAnswer(why, true);
          }
        }
        case Samples.Refused(var why) -> throw new NoAnswer(why, true);
        case Samples.Unavailable(var why) -> throw new NoAnswer(why, false);
      }
      if (samples > MOST_SAMPLES) {
        throw new NoAnswer(
            "it has more than %d samples since the revision's first traffic"
                .formatted(MOST_SAMPLES),
            true);
      }
    }
    return all;
  }

  private static List<Run> at(List<Run> buckets, double bound) {
    return buckets.stream().filter(run -> bound(run) == bound).toList();
  }

  private static double bound(Run run) {
    var le = run.labels().getOrDefault("le", "");
    try {
      return le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
    } catch (NumberFormatException _) {
      return Double.NaN;
    }
  }

  private static String bounds(List<Run> buckets) {
    var bounds = new TreeSet<Double>();
    buckets.forEach(run -> bounds.add(bound(run)));
    return bounds.stream()
        .filter(Double::isFinite)
        .map(OwnComparison::number)
        .collect(Collectors.joining(", "));
  }

  private static String number(double value) {
    return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
  }
}
