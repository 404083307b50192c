package dev.sluice.playground.network;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// How requests fared lately: differences between counts that were taken from time to time.
/// Thread-safe.
public final class RecentTraffic {
  private final TrafficStats stats;
  private final Duration kept;
  private final Deque<Mark> marks = new ArrayDeque<>();

  private record Mark(Instant at, Map<TrafficStats.Way, Long> counts) {}

  /// @param failing share of the requests, 0 to 1; 0 when there were none
  public record Rate(double perSecond, double failing) {
    public static final Rate NONE = new Rate(0, 0);
  }

  /// @param kept how far back anybody will ask
  public RecentTraffic(TrafficStats stats, Duration kept) {
    this.stats = stats;
    this.kept = kept;
  }

  /// Takes the present counts. Call about once a second, or more often for a finer picture.
  public void mark(Instant now) {
    var counts = stats.snapshot();
    synchronized (this) {
      marks.addLast(new Mark(now, counts));
      while (marks.size() > 2 && marks.peekFirst().at().isBefore(now.minus(kept))) {
        marks.removeFirst();
      }
    }
  }

  /// The rate of the chosen requests between the first mark of the last `window` and the last mark.
  public synchronized Rate lately(Duration window, Predicate<TrafficStats.Way> chosen) {
    if (marks.size() < 2) {
      return Rate.NONE;
    }
    var last = marks.peekLast();
    var from = last.at().minus(window);
    var first = marks.stream().filter(mark -> !mark.at().isBefore(from)).findFirst().orElse(last);
    return between(first, last, chosen);
  }

  /// The rates of the chosen requests between marks that are at least `step` apart, oldest first.
  public synchronized List<Rate> history(Duration step, Predicate<TrafficStats.Way> chosen) {
    var rates = new ArrayList<Rate>();
    var before = marks.peekFirst();
    for (var mark : marks) {
      if (before != null && !mark.at().isBefore(before.at().plus(step))) {
        rates.add(between(before, mark, chosen));
        before = mark;
      }
    }
    return rates;
  }

  private static Rate between(Mark first, Mark last, Predicate<TrafficStats.Way> chosen) {
    long all = 0;
    long failed = 0;
    for (var count : last.counts().entrySet()) {
      var way = count.getKey();
      if (chosen.test(way)) {
        long more = count.getValue() - first.counts().getOrDefault(way, 0L);
        all += more;
        failed += way.code() == 0 || way.code() >= 500 ? more : 0;
      }
    }
    double seconds = Duration.between(first.at(), last.at()).toMillis() / 1000.0;
    return all == 0 || seconds <= 0 ? Rate.NONE : new Rate(all / seconds, (double) failed / all);
  }
}
