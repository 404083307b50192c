package dev.sluice.analysis.traffic;

import static dev.sluice.analysis.traffic.SeriesOfIstio.APP;
import static dev.sluice.analysis.traffic.SeriesOfIstio.destination;
import static dev.sluice.analysis.traffic.SeriesOfIstio.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Samples.Run;
import dev.sluice.analysis.intake.Scrape;
import dev.sluice.analysis.replay.Recording;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The rollout begins at second 100.
class CountingTest {
  private static final Instant START = Instant.ofEpochSecond(100);

  @Test
  void countersOfBothSidesBecomeOneSumOfEachPerScrape() {
    var counted =
        count(
            source("shop", "app-primary").seen(90, 1000, 105, 1100, 115, 1250),
            source("shop", "app-primary").code("503").seen(90, 3, 105, 3, 115, 4),
            source("shop", "app").seen(105, 10, 115, 25));

    assertThat(lines(counted))
        .containsExactly(
            "-10.0 PRIMARY 0/0",
            "5.0 PRIMARY 100/0",
            "5.0 CANARY 10/0",
            "15.0 PRIMARY 251/1",
            "15.0 CANARY 25/0");
    assertThat(counted.canary()).isEqualTo(new Counted.Sum(25, 0));
    assertThat(counted.primary()).isEqualTo(new Counted.Sum(251, 1));
  }

  @Test
  void aSeriesThatAppearsWithItsFirstErrorCountsThatError() {
    var counted =
        count(
            source("shop", "app-primary").seen(90, 1000, 105, 1100, 115, 1200),
            source("shop", "app-primary").code("503").seen(115, 1));

    assertThat(lines(counted))
        .containsExactly("-10.0 PRIMARY 0/0", "5.0 PRIMARY 100/0", "15.0 PRIMARY 201/1");
  }

  @Test
  void aProcessThatBeganAnewLosesNothingAndCountsNothingTwice() {
    var counted =
        count(
            source("shop", "app-primary").seen(90, 1000, 105, 1100, 115, 40, 125, 60),
            source("shop", "app-primary").code("503").seen(90, 5, 105, 7));

    assertThat(counted.primary()).isEqualTo(new Counted.Sum(100 + 2 + 40 + 20, 2));
  }

  @Test
  void theCountersOfAnEarlierReleaseAreNotThisCanarys() {
    var counted =
        count(
            source("shop", "app-primary").seen(90, 1000, 105, 1100),
            source("shop", "app").code("500").seen(90, 400, 105, 400),
            source("shop", "app").seen(90, 7000, 105, 7010));

    assertThat(counted.canary()).isEqualTo(new Counted.Sum(10, 0));
  }

  @Test
  void callersWhoseScrapesOrClocksAreApartAreAddedUpExactlyOnce() {
    var counted =
        count(
            source("shop", "app-primary").seen(90, 1000, 105, 1100, 115, 1200),
            source("shop", "app").seen(105, 10, 115, 20),
            source("gate", "app-primary").seen(93.5, 500, 108.5, 600, 118.5, 700),
            source("gate", "app").seen(108.5, 5, 118.5, 15));

    assertThat(lines(counted).stream().filter(l -> l.contains("CANARY")))
        .containsExactly(
            "5.0 CANARY 10/0", "8.5 CANARY 15/0", "15.0 CANARY 25/0", "18.5 CANARY 35/0");
    assertThat(counted.primary()).isEqualTo(new Counted.Sum(400, 0));
  }

  @Test
  void podsAreToldApartWhereTheirOwnSideCounts() {
    var counted =
        count(
            destination("unknown", "app-primary").with("pod", "p-0").seen(90, 100, 105, 150),
            destination("unknown", "app-primary").with("pod", "p-1").seen(90, 100, 105, 130),
            destination("unknown", "app").with("pod", "c-0").seen(105, 9));

    assertThat(recording(counted).scrapes().stream().filter(s -> s.at() > 0).map(Scrape::pod))
        .containsExactlyInAnyOrder("/p-0", "/p-1", "/c-0");
  }

  @Test
  void whatIsLeftOutIsSaidByItsRule() {
    var counted =
        count(
            source("shop", "app-primary").seen(90, 1000, 105, 1100),
            destination("shop", "app-primary").seen(90, 1000, 105, 1100),
            destination("shop", "app").seen(105, 60),
            source("tester", "app").seen(105, 33));

    assertThat(counted.canary()).isEqualTo(new Counted.Sum(0, 0));
    assertThat(counted.leftOut())
        .isEqualTo(
            Map.of(Rule.COPY, 60L, Rule.TOLD_BY_THE_CALLER, 100L, Rule.PAST_THE_WEIGHTS, 33L));
  }

  @Test
  void timeoutsThatFlaggerTakesForSuccessesAreErrors() {
    var runs =
        new Run[] {
          destination("unknown", "app-primary").seen(90, 100, 105, 150),
          destination("unknown", "app").seen(105, 40),
          destination("unknown", "app").code("0").with("response_flags", "DC").seen(105, 8)
        };

    assertThat(count(runs).canary()).isEqualTo(new Counted.Sum(48, 8));
    assertThat(Counting.of(List.of(runs), List.of(), APP, START, Definition.FLAGGER).canary())
        .isEqualTo(new Counted.Sum(48, 0));
  }

  @Test
  void durationsAreCountedAtTheBoundsThatAllHaveInCommon() {
    var requests = List.of(source("shop", "app").seen(105, 10, 115, 30));
    var buckets =
        List.of(
            bucket("100", 105, 6, 115, 16),
            bucket("250", 105, 9, 115, 28),
            bucket("+Inf", 105, 10, 115, 30));

    var recording = recording(Counting.of(requests, buckets, APP, START, Definition.TABLE));

    assertThat(recording.bounds()).containsExactly(100, 250, Double.POSITIVE_INFINITY);
    assertThat(recording.scrapes().getLast().atMost()).containsExactly(16, 28, 30);
  }

  @Test
  void seriesOfOtherCanariesInTheSameAnswerArePassedOver() {
    var counted =
        count(
            source("shop", "app").seen(105, 10),
            source("shop", "other").code("500").seen(105, 999),
            source("shop", "other-primary").seen(90, 5, 105, 999));

    assertThat(counted.canary()).isEqualTo(new Counted.Sum(10, 0));
    assertThat(counted.primary()).isEqualTo(new Counted.Sum(0, 0));
  }

  @Test
  void withoutASampleAfterTheStartThereIsNothingToJudge() {
    assertThat(count(source("shop", "app-primary").seen(80, 5, 90, 9)).recording()).isEmpty();
  }

  private static Run bucket(String le, double... samples) {
    return source("shop", "app").with("le", le).seen(samples);
  }

  private static Counted count(Run... requests) {
    return Counting.of(List.of(requests), List.of(), APP, START, Definition.TABLE);
  }

  private static Recording recording(Counted counted) {
    return counted.recording().orElseThrow();
  }

  private static List<String> lines(Counted counted) {
    return recording(counted).scrapes().stream()
        .map(s -> "%s %s %.0f/%.0f".formatted(s.at(), s.group(), s.requests(), s.errors()))
        .toList();
  }
}
