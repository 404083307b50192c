package dev.sluice.analysis.counters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Samples.Run;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Intake;
import dev.sluice.analysis.intake.Scrape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Pods that come and go during a long rollout.
class GonePodsTest {
  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
  private static final OwnCounters ORDERS =
      new OwnCounters.Share(
          BothSidesTest.sides("orders_failed_total{deployment=\"TARGET\"}"),
          BothSidesTest.sides("orders_total{deployment=\"TARGET\"}"));

  /// Orders by minute since the start.
  private interface Orders {
    double at(int minute);
  }

  @Test
  void thoseThatAreGoneLeaveTheirRoomToThoseThatCome() {
    var tally = new OwnTally(ORDERS, START);
    var counted = new ArrayList<Scrape>();

    for (int generation = 0; generation < 60; generation++) {
      int begin = generation * 5 + 1;
      var pod = "c" + generation;
      IntStream.range(0, 1000)
          .forEach(path ->
              tally.take(
                  List.of(
                      List.of(run("app", pod, "/" + path, begin, begin + 4, at -> at - begin + 1)),
                      List.of())));
      counted.addAll(tally.countTo(minute(begin + 4)));
    }

    assertThat(tally.refusal()).isEmpty();
    assertThat(last(counted, "c59").requests()).isEqualTo(5 * 1000);
  }

  /// Whether or not whoever reads the sums has forgotten it, too.
  @ParameterizedTest
  @ValueSource(ints = {10, 3600})
  void onePodThatComesBackAfterwardsBeginsWithWhatItHasThen(int secondsOfATick) {
    var away = run("app", "c1", "/", 1, 5, at -> 100 + at);
    var back = run("app", "c1", "/", 40, 45, at -> 500 + at);
    var intake = new Intake(0, secondsOfATick);

    for (var scrape :
        all(List.of(away, back, run("app-primary", "p1", "/", -5, 45, at -> 10 * at + 100)))) {
      intake.take(scrape, scrape.at());
      intake.forget(scrape.at());
    }

    assertThat(intake.requests(Group.CANARY)).isEqualTo(105 + 5);
  }

  @Test
  void aPodThatMissesAFewScrapesLosesNothing() {
    var counted =
        all(
            List.of(
                run("app", "c1", "/", 1, 5, at -> 100 + at),
                run("app", "c1", "/", 18, 20, at -> 500 + at),
                run("app-primary", "p1", "/", -5, 20, at -> 10 * at + 100)));

    assertThat(last(counted, "c1").requests()).isEqualTo(520);
  }

  /// While nothing is known of anybody, nobody is known to be gone.
  @Test
  void anOutageOfTheSourceMakesNobodyGone() {
    var counted =
        all(
            List.of(
                run("app", "c1", "/", 1, 5, at -> 100 + at),
                run("app-primary", "p1", "/", -5, 5, at -> 10 * at + 100),
                run("app", "c1", "/", 125, 130, at -> 500 + at),
                run("app-primary", "p1", "/", 125, 130, at -> 10 * at + 100)));

    assertThat(last(counted, "c1").requests()).isEqualTo(630);
  }

  /// Ticks ask for a little more than is new each time.
  @Test
  void whatComesBitByBitIsCountedAsWhatComesAtOnce() {
    var runs =
        List.of(
            run("app", "c1", "/", 1, 5, at -> 100 + at),
            run("app", "c1", "/", 40, 45, at -> 500 + at),
            run("app", "c2", "/", 3, 12, at -> 7 * at),
            run("app-primary", "p1", "/", -5, 70, at -> 10 * at + 100));
    var bits = new OwnTally(ORDERS, START);
    var counted = new ArrayList<Scrape>();
    for (int now = -5; now <= 70; now++) {
      int from = now - 3;
      int to = now;
      bits.take(List.of(runs.stream().map(run -> between(run, from, to)).toList(), List.of()));
      counted.addAll(bits.countTo(minute(now)));
    }

    assertThat(counted).isEqualTo(all(runs));
  }

  private static List<Scrape> all(List<Run> runs) {
    var tally = new OwnTally(ORDERS, START);
    tally.take(List.of(runs, List.of()));
    return tally.countTo(minute(1000));
  }

  private static Scrape last(List<Scrape> scrapes, String pod) {
    return scrapes.stream().filter(scrape -> scrape.pod().equals(pod)).toList().getLast();
  }

  private static Instant minute(int minute) {
    return START.plusSeconds(60L * minute);
  }

  private static Run run(
      String deployment, String pod, String path, int from, int to, Orders orders) {
    return new Run(
        Map.of("__name__", "orders_total", "deployment", deployment, "pod", pod, "path", path),
        IntStream.rangeClosed(from, to).mapToLong(at -> minute(at).toEpochMilli()).toArray(),
        IntStream.rangeClosed(from, to).mapToDouble(orders::at).toArray());
  }

  private static Run between(Run run, int from, int to) {
    var within =
        IntStream.range(0, run.times().length)
            .filter(i ->
                run.times()[i] >= minute(from).toEpochMilli()
                    && run.times()[i] <= minute(to).toEpochMilli())
            .toArray();
    return new Run(
        run.labels(),
        IntStream.of(within).mapToLong(i -> run.times()[i]).toArray(),
        IntStream.of(within).mapToDouble(i -> run.values()[i]).toArray());
  }
}
