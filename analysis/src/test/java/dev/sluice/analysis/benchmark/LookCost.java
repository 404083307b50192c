package dev.sluice.analysis.benchmark;

import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Judge;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What one look at one canary costs: what was scraped of it and of its primary since the look
/// before is taken and judged, durations included. Without the query.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LookCost {
  /// Intervals that differ, before they repeat.
  private static final int RING = 1024;

  /// Looks that the judge has had: ten minutes of them, and eleven days.
  @Param({"60", "100000"})
  public int looks;

  /// Eight pods of the primary and four of the canary, or each side as one.
  @Param({"12", "2"})
  public int series;

  private final Map<String, Series> scraped = new LinkedHashMap<>();
  private final Judge judge = new Judge(ComparisonPolicy.DEFAULT, World.BOUNDS);
  private double now = -RING * World.TICK;
  private int at;

  /// One pod's counters: requests, errors, and those of each bucket.
  private static final class Series {
    final Group group;
    final String pod;
    final double[][] gained = new double[RING][World.BOUNDS.length + 2];
    final double[] counters = new double[World.BOUNDS.length + 2];

    Series(Group group, String pod) {
      this.group = group;
      this.pod = pod;
    }

    Scrape next(double now, int at) {
      for (int i = 0; i < counters.length; i++) {
        counters[i] += gained[at][i];
      }
      var atMost = Arrays.copyOfRange(counters, 2, counters.length);
      return new Scrape(now, group, pod, counters[0], counters[1], atMost);
    }
  }

  @Setup(Level.Trial)
  public void serve() {
    var world =
        new World(
            new World.Service(1000, 0.001, 0, 1, 60), Nuisance.NONE, new Dice(20261121, 9, series));
    var before = new LinkedHashMap<String, double[]>();
    for (int interval = 0; interval < RING; interval++) {
      int current = interval;
      world.tick((interval + 1) * World.TICK, 0.3, scrape -> gain(before, scrape, current));
    }
    for (; now <= 0; now += World.TICK) {
      take(Group.PRIMARY);
      judge.remember();
    }
    for (int i = 0; i < looks; i++) {
      look();
    }
  }

  private void gain(Map<String, double[]> before, Scrape scrape, int interval) {
    var counters = new double[scrape.atMost().length + 2];
    counters[0] = scrape.requests();
    counters[1] = scrape.errors();
    System.arraycopy(scrape.atMost(), 0, counters, 2, scrape.atMost().length);
    var last = before.put(scrape.pod(), counters);
    var pod = series == 2 ? "" : scrape.pod();
    var of = scraped.computeIfAbsent(scrape.group() + pod, _ -> new Series(scrape.group(), pod));
    for (int i = 0; i < counters.length; i++) {
      of.gained[interval][i] += counters[i] - (last == null ? 0 : last[i]);
    }
  }

  private void take(Group... groups) {
    for (var of : scraped.values()) {
      if (Arrays.asList(groups).contains(of.group)) {
        judge.take(of.next(now, at), now);
      }
    }
    at = (at + 1) % RING;
  }

  /// @return so that nothing of it is left out as unused
  @Benchmark
  public Verdict look() {
    take(Group.CANARY, Group.PRIMARY);
    var verdict = judge.look(now);
    now += World.TICK;
    return verdict;
  }
}
