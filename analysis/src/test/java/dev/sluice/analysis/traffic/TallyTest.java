package dev.sluice.analysis.traffic;

import static dev.sluice.analysis.traffic.SeriesOfIstio.APP;
import static dev.sluice.analysis.traffic.SeriesOfIstio.destination;
import static dev.sluice.analysis.traffic.SeriesOfIstio.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Samples.Run;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The rollout begins at second 100; a round is ten seconds.
class TallyTest {
  private static final Instant START = Instant.ofEpochSecond(100);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void bitByBitWithAnOverlapCountsTheSameAsAllAtOnce(long seed) {
    var all = proxies(new Random(seed), 40);
    var whole = new Tally(APP, START, Definition.TABLE);
    whole.take(all, List.of());
    var pieces = whole.anew();
    var atOnce = new ArrayList<Scrape>();
    var bitByBit = new ArrayList<Scrape>();
    for (int end = 0; end <= 500; end += 10) {
      atOnce.addAll(whole.countTo(Instant.ofEpochSecond(end)));
      pieces.take(shuffled(between(all, end - 25, end), seed), List.of());
      bitByBit.addAll(pieces.countTo(Instant.ofEpochSecond(end)));
    }

    assertThat(lines(bitByBit)).isNotEmpty().isEqualTo(lines(atOnce));
    assertThat(pieces.sum(Group.CANARY, Definition.TABLE))
        .isEqualTo(whole.sum(Group.CANARY, Definition.TABLE));
    assertThat(pieces.leftOut()).isEqualTo(whole.leftOut());
    assertThat(pieces.outdated()).isFalse();
  }

  @Test
  void aCallerWhoseOwnProxyIsHeardLaterOutdatesWhatItsPodsSideCounted() {
    var tally = new Tally(APP, START, Definition.TABLE);
    tally.take(List.of(destination("shop", "app").seen(105, 40)), List.of());
    tally.countTo(START.plusSeconds(10));
    assertThat(tally.outdated()).isFalse();
    assertThat(tally.sum(Group.CANARY, Definition.TABLE)).isEqualTo(new Counted.Sum(40, 0));
    var all =
        List.of(
            destination("shop", "app").seen(105, 40, 115, 80), source("shop", "app").seen(114, 79));

    tally.take(all, List.of());

    assertThat(tally.outdated()).isTrue();
    var right = tally.anew();
    right.take(all, List.of());
    right.countTo(START.plusSeconds(20));
    assertThat(right.outdated()).isFalse();
    assertThat(right.sum(Group.CANARY, Definition.TABLE)).isEqualTo(new Counted.Sum(79, 0));
  }

  @Test
  void whatHasNotCountedYetIsNotOutdatedByNewCallers() {
    var tally = new Tally(APP, START, Definition.TABLE);
    tally.take(List.of(destination("shop", "app-primary").seen(95, 40)), List.of());
    tally.countTo(START);

    tally.take(
        List.of(
            destination("shop", "app-primary").seen(105, 80),
            source("shop", "app-primary").seen(104, 79, 114, 99)),
        List.of());
    tally.countTo(START.plusSeconds(20));

    assertThat(tally.sum(Group.PRIMARY, Definition.TABLE)).isEqualTo(new Counted.Sum(20, 0));
  }

  @Test
  void aHistogramThatComesLaterOrHasOtherBoundsOutdatesTheBounds() {
    var tally = new Tally(APP, START, Definition.TABLE);
    tally.take(List.of(source("shop", "app").seen(105, 4)), List.of());

    var histogram = List.of(bucket("100", 3), bucket("250", 4), bucket("+Inf", 4));

    tally.take(List.of(), histogram);

    assertThat(tally.outdated()).isTrue();
    var right = tally.anew();
    right.take(List.of(), histogram);
    assertThat(right.bounds()).containsExactly(100, 250, Double.POSITIVE_INFINITY);
  }

  @Test
  void whatTheSourceHasForgottenIsNotTakenForNew() {
    var primary = source("shop", "app-primary").seen(4000, 90_000, 4010, 90_090);
    var canary = source("shop", "app").seen(4000, 10_000, 4010, 10_010);
    var failed = source("shop", "app").code("500").seen(4000, 70);
    var young = source("late", "app").seen(4100, 5);
    var late = source("late", "app-primary").seen(4100, 5);
    var tally = new Tally(APP, START, Definition.TABLE);
    tally.take(List.of(primary, canary, failed, young, late), List.of());
    assertThat(tally.first()).contains(Instant.ofEpochSecond(4000));

    var right = tally.anewWithoutBeginning();
    right.take(List.of(primary, canary, failed, young, late), List.of());
    right.countTo(Instant.ofEpochSecond(4100));

    assertThat(right.sum(Group.CANARY, Definition.TABLE)).isEqualTo(new Counted.Sum(10 + 5, 0));
    assertThat(right.lost()).isEqualTo(10_070);
  }

  @Test
  void podsThatComeAndGoForDaysDoNotAddUp() {
    var tally = new Tally(APP, START, Definition.TABLE);
    long requests = 0;
    int most = 0;
    for (int second = 105; second < 105 + 40_000; second += 10) {
      int pod = second / 100;
      tally.take(
          List.of(
              destination("unknown", "app-primary").with("pod", "p").seen(second, second),
              destination("unknown", "app").with("pod", "c-" + pod).seen(second, second % 100)),
          List.of());
      requests += tally.countTo(Instant.ofEpochSecond(second)).size();
      most = Math.max(most, tally.size());
    }

    assertThat(requests).isEqualTo(8_000);
    assertThat(most).isLessThan(20);
    assertThat(tally.sum(Group.CANARY, Definition.TABLE).requests()).isEqualTo(400 * 95);
  }

  @Test
  void aPodThatWasAwayForLongBeginsWithWhatItHasThen() {
    var tally = new Tally(APP, START, Definition.TABLE);
    tally.take(
        List.of(
            destination("unknown", "app-primary")
                .with("pod", "p")
                .seen(
                    IntStream.range(10, 260)
                        .flatMap(i -> IntStream.of(10 * i, i))
                        .asDoubleStream()
                        .toArray()),
            destination("unknown", "app").with("pod", "c").seen(105, 50, 2500, 900, 2510, 910)),
        List.of());
    for (int second = 100; second <= 2600; second += 10) {
      tally.countTo(Instant.ofEpochSecond(second));
    }

    assertThat(tally.sum(Group.CANARY, Definition.TABLE)).isEqualTo(new Counted.Sum(50 + 10, 0));
  }

  @Test
  void moreSeriesThanAreTakenAreSaid() {
    var tally = new Tally(APP, START, Definition.TABLE);
    var many =
        IntStream.rangeClosed(0, Tally.MOST_SERIES)
            .mapToObj(i -> source("shop", "app").with("path", "/" + i).seen(105, 1))
            .toList();

    tally.take(many, List.of());

    assertThat(tally.tooMany()).isTrue();
  }

  private static Run bucket(String le, double count) {
    return source("shop", "app").with("le", le).seen(105, count);
  }

  /// Two callers, one without a proxy, pods that restart, errors that appear, clocks apart.
  private static List<Run> proxies(Random random, int scrapes) {
    var runs = new ArrayList<Run>();
    for (var series :
        List.of(
            source("shop", "app"),
            source("shop", "app-primary"),
            source("shop", "app-primary").code("503"),
            source("gate", "app"),
            source("gate", "app-primary"),
            destination("gate", "app-primary"),
            destination("unknown", "app").with("pod", "c-0"),
            destination("unknown", "app-primary").with("pod", "p-0"))) {
      int from = random.nextInt(scrapes / 2);
      double phase = random.nextInt(10_000) / 1000.0;
      var samples = DoubleStream.builder();
      double value = random.nextInt(1000);
      for (int i = from; i < scrapes; i++) {
        value = random.nextInt(12) == 0 ? random.nextInt(5) : value + random.nextInt(100);
        samples.add(10 * i + phase).add(value);
      }
      runs.add(series.seen(samples.build().toArray()));
    }
    return runs;
  }

  private static List<Run> between(List<Run> all, int from, int to) {
    return all.stream()
        .map(run -> {
          int[] taken =
              IntStream.range(0, run.times().length)
                  .filter(i -> run.times()[i] > from * 1000L && run.times()[i] <= to * 1000L)
                  .toArray();
          return new Run(
              run.labels(),
              Arrays.stream(taken).mapToLong(i -> run.times()[i]).toArray(),
              Arrays.stream(taken).mapToDouble(i -> run.values()[i]).toArray());
        })
        .filter(run -> run.times().length > 0)
        .toList();
  }

  private static List<Run> shuffled(List<Run> runs, long seed) {
    var shuffled = new ArrayList<>(runs);
    Collections.shuffle(shuffled, new Random(seed));
    return shuffled;
  }

  private static List<String> lines(List<Scrape> scrapes) {
    return scrapes.stream()
        .map(s -> "%s %s %s %s/%s".formatted(s.at(), s.group(), s.pod(), s.requests(), s.errors()))
        .toList();
  }
}
