package dev.sluice.analysis.counters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.MetricSource;
import dev.sluice.analysis.Sample;
import dev.sluice.analysis.Samples;
import dev.sluice.analysis.Samples.Run;
import dev.sluice.analysis.Table;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Judge;
import dev.sluice.analysis.traffic.RawCounters;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Orders that fail, and how long they take, by the shop's own counters: ten minutes of history and
/// five of a release, scraped every ten seconds.
class OwnTallyTest {
  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
  private static final OwnCounters ORDERS =
      new OwnCounters.Share(
          BothSidesTest.sides("orders_failed_total{deployment=\"TARGET\"}"),
          BothSidesTest.sides("orders_total{deployment=\"TARGET\"}"));
  private static final OwnCounters SLOW = slow(0.5);

  private final Shop shop = new Shop();

  private static OwnCounters slow(double bound) {
    return new OwnCounters.Above(
        BothSidesTest.sides("order_seconds{deployment=\"TARGET\"}"), bound);
  }

  @Test
  void aReleaseWhoseOrdersFailMoreOftenIsRolledBack() throws InterruptedException {
    shop.serve(0.05, 0.01);

    assertThat(judged(ORDERS))
        .isInstanceOfSatisfying(
            Verdict.Rollback.class,
            rollback ->
                assertThat(rollback.sentence())
                    .startsWith("failed orders ")
                    .contains("% at the canary (", "against 0.", "would be tolerated"));
    assertThat(shop.asked)
        .hasSize(4)
        .allMatch(q -> q.contains("deployment=~"))
        .anyMatch(q -> q.startsWith("orders_total{"))
        .anyMatch(q -> q.startsWith("orders_failed_total{"));
  }

  @Test
  void aReleaseWhoseOrdersAreSlowMoreOftenIsRolledBack() throws InterruptedException {
    shop.serve(0.005, 0.2);

    assertThat(judged(SLOW)).isInstanceOf(Verdict.Rollback.class);
    assertThat(judged(ORDERS)).isInstanceOf(Verdict.Safe.class);
  }

  @Test
  void aReleaseThatIsAsGoodAsThePrimaryIsSafe() throws InterruptedException {
    shop.serve(0.005, 0.01);

    assertThat(judged(ORDERS)).isInstanceOf(Verdict.Safe.class);
    assertThat(judged(SLOW)).isInstanceOf(Verdict.Safe.class);
  }

  /// A restart of a pod makes its counters begin anew, and its failures are counted from nothing.
  @Test
  void everyOrderCountsOnceWhateverIsRestarted() throws InterruptedException {
    shop.restartAt = 150;
    shop.serve(0.005, 0.01);

    assertThat(canaryRequests(judged(ORDERS))).isEqualTo(30 * 60 - 60);
    assertThat(canaryRequests(judged(SLOW))).isEqualTo(30 * 60 - 60);
  }

  private static long canaryRequests(Verdict verdict) {
    var comparison = verdict.evidence().getFirst().comparison();
    return comparison == null ? -1 : comparison.canary().requests();
  }

  @Test
  void aBoundThatTheHistogramLacksIsToldWithThoseItHas() throws InterruptedException {
    shop.serve(0.005, 0.01);
    var tally = new OwnTally(slow(0.3), START);
    assertThat(tally.refusal()).isEmpty();

    tally.take(asked(slow(0.3), START, START.plusSeconds(300)));

    assertThat(tally.refusal())
        .contains("no bucket of order_seconds ends at 0.3; there are 0.1, 0.5");
  }

  /// As ticks ask: a little more than is new each time.
  @Test
  void whatComesBitByBitAndMoreThanOnceIsCountedAsWhatComesAtOnce() throws InterruptedException {
    shop.restartAt = 150;
    shop.serve(0.02, 0.01);
    for (var counters : List.of(ORDERS, SLOW)) {
      var whole = new OwnTally(counters, START);
      whole.take(asked(counters, START.minusSeconds(600), START.plusSeconds(300)));
      var bits = new OwnTally(counters, START);
      for (int second = -600; second < 300; second += 10) {
        var end = START.plusSeconds(second + 10);
        bits.take(asked(counters, START.plusSeconds(second - 15), end));

        assertThat(bits.countTo(end)).isEqualTo(whole.countTo(end));
      }
    }
  }

  /// What is there when a source begins to know anything is not new; it is known to be missing.
  @Test
  void whatTheSourceHasForgottenIsCountedAsLost() throws InterruptedException {
    shop.serve(0.005, 0.01);
    var first = new OwnTally(ORDERS, START);
    first.take(asked(ORDERS, START.plusSeconds(200), START.plusSeconds(300)));
    assertThat(first.first()).contains(START.plusSeconds(200));

    var tally = first.anewWithoutBeginning();
    tally.take(asked(ORDERS, START.plusSeconds(200), START.plusSeconds(300)));
    tally.countTo(START.plusSeconds(300));

    assertThat(tally.lost()).isEqualTo(20 * 60);
    first.countTo(START.plusSeconds(300));
    assertThat(first.lost()).isZero();
  }

  @Test
  void theSameCountersAreEqualSoThatWhatIsFollowedGoesOn() {
    assertThat(slow(0.5)).isEqualTo(slow(0.5)).isNotEqualTo(slow(0.25));
    assertThat(BothSidesTest.sides("orders_total{deployment=\"TARGET\"}"))
        .isEqualTo(BothSidesTest.sides("orders_total{deployment=\"TARGET\"}"))
        .hasSameHashCodeAs(BothSidesTest.sides("orders_total{deployment=\"TARGET\"}"))
        .isNotEqualTo(BothSidesTest.sides("orders_total{app=\"TARGET\"}"));
  }

  private List<List<Run>> asked(OwnCounters counters, Instant from, Instant to)
      throws InterruptedException {
    var answer = new RawCounters(shop).series(counters.selectors(), from, to);
    return ((RawCounters.Series) answer).bySelector();
  }

  private Verdict judged(OwnCounters counters) throws InterruptedException {
    var tally = new OwnTally(counters, START);
    tally.take(asked(counters, START.minusSeconds(600), START.plusSeconds(300)));
    var policy = ComparisonPolicy.DEFAULT;
    var judge = new Judge(policy, new double[0], "failed orders", "failed orders");
    var verdict = judge.unavailable("nothing was asked yet");
    for (int now = -600; now <= 300 && !(verdict instanceof Verdict.Rollback); now += 10) {
      for (var scrape : tally.countTo(START.plusSeconds(now))) {
        judge.take(scrape, now);
      }
      if (now > 0) {
        verdict = judge.look(now);
      } else {
        judge.remember();
      }
    }
    return verdict;
  }

  /// A source that has what two pods of the primary and one of the canary showed.
  private static final class Shop implements MetricSource {
    private final Random random = new Random(20261121);
    private final Map<Map<String, String>, List<double[]>> samples = new LinkedHashMap<>();
    private final Map<Map<String, String>, Double> counters = new LinkedHashMap<>();
    final List<String> asked = new ArrayList<>();
    int restartAt = -1;

    void serve(double failing, double slow) {
      for (int second = -600; second <= 300; second += 10) {
        orders("app-primary", "p1", 270, 0.005, 0.01);
        orders("app-primary", "p2", 270, 0.005, 0.01);
        if (second > 0) {
          orders("app", "c1", 60, failing, slow);
        }
        if (second == restartAt) {
          counters.keySet().removeIf(labels -> "c1".equals(labels.get("pod")));
        }
        scrape(second);
      }
    }

    private void orders(String deployment, String pod, int many, double failing, double slow) {
      for (int i = 0; i < many; i++) {
        count("orders_total", deployment, pod, "");
        if (random.nextDouble() < failing) {
          count("orders_failed_total", deployment, pod, "");
        }
        boolean late = random.nextDouble() < slow;
        count("order_seconds_bucket", deployment, pod, "+Inf");
        if (!late) {
          count("order_seconds_bucket", deployment, pod, "0.5");
          count("order_seconds_bucket", deployment, pod, "0.1");
        }
      }
    }

    private void count(String name, String deployment, String pod, String le) {
      counters.merge(
          Map.of("__name__", name, "deployment", deployment, "pod", pod, "le", le),
          1.0,
          Double::sum);
    }

    private void scrape(int second) {
      counters.forEach((labels, value) ->
          samples
              .computeIfAbsent(labels, _ -> new ArrayList<>())
              .add(new double[] {START.plusSeconds(second).toEpochMilli(), value}));
    }

    @Override
    public Samples samples(String query, Instant at) {
      asked.add(query);
      var name = query.substring(0, query.indexOf('{'));
      var range =
          Duration.ofMillis(
              Long.parseLong(query.substring(query.indexOf('[') + 1, query.indexOf("ms]"))));
      var runs = new ArrayList<Run>();
      samples.forEach((labels, all) -> {
        if (name.equals(labels.get("__name__"))) {
          // Both ends belong to the range, as in Prometheus 2.
          var within =
              all.stream()
                  .filter(s -> s[0] >= at.minus(range).toEpochMilli() && s[0] <= at.toEpochMilli())
                  .toList();
          if (!within.isEmpty()) {
            runs.add(
                new Run(
                    labels,
                    within.stream().mapToLong(s -> (long) s[0]).toArray(),
                    within.stream().mapToDouble(s -> s[1]).toArray()));
          }
        }
      });
      return new Samples.Runs(runs, "");
    }

    @Override
    public Sample number(String query) {
      throw new UnsupportedOperationException("only samples are asked for, not " + query);
    }

    @Override
    public Table table(String query) {
      throw new UnsupportedOperationException("only samples are asked for, not " + query);
    }
  }
}
