package dev.sluice.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.analysis.SilencePolicy.Cost;
import dev.sluice.analysis.Verdict.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ThresholdsTest {
  private static final Provider PROMETHEUS = Provider.prometheus("http://prometheus:9090");
  private static final OptionalInt NEVER = OptionalInt.empty();
  private static final Check SUCCESS =
      check("request-success-rate", Bound.atLeast(99, Unit.PERCENT));
  private static final Check DURATION =
      check("request-duration", Bound.atMost(500, Unit.MILLISECONDS));

  @Test
  void everyCheckWithinItsBoundIsSafe() {
    var verdict = judge(0, seen(SUCCESS, 99.5), seen(DURATION, 120));

    assertThat(verdict).isInstanceOf(Verdict.Safe.class);
    assertThat(verdict.sentence())
        .isEqualTo(
            "request-success-rate is 99.5% over the last 1m, allowed is at least 99%; "
                + "request-duration is 120ms over the last 1m, allowed is at most 500ms");
  }

  @ParameterizedTest
  @CsvSource({
    "99, true",
    "98.99999, false",
    "100, true",
    "NaN, false",
    "-Infinity, false",
    "Infinity, true"
  })
  void aLeastSuccessRateIncludesItself(double value, boolean good) {
    assertThat(Bound.atLeast(99, Unit.PERCENT).holds(value)).isEqualTo(good);
  }

  @ParameterizedTest
  @CsvSource({"0.5, true", "0.5001, false", "0, true", "Infinity, false"})
  void millisecondsAreNotTruncated(double value, boolean good) {
    assertThat(Bound.atMost(0.5, Unit.MILLISECONDS).holds(value)).isEqualTo(good);
  }

  @Test
  void aBrokenBoundHoldsAndCountsUntilTooManyChecksHaveFailed() {
    var first = judge(0, seen(SUCCESS, 94.25), seen(DURATION, 120));
    var last = judge(4, seen(SUCCESS, 94.25), seen(DURATION, 120));

    assertThat(first)
        .isInstanceOfSatisfying(
            Verdict.Hold.class,
            hold -> {
              assertThat(hold.reason()).isEqualTo(Reason.CHECK_FAILED);
              assertThat(hold.failedCheck()).isTrue();
            });
    assertThat(last).isInstanceOf(Verdict.Rollback.class);
    assertThat(last.evidence()).hasSize(2);
    assertThat(last.sentence())
        .startsWith("request-success-rate is 94.25% over the last 1m, but allowed is at least 99%");
  }

  @Test
  void whoReadsWhyAReleaseStopsReadsOnlyWhatStopsIt() {
    for (var failedBefore : new int[] {0, 4}) {
      var verdict = judge(failedBefore, seen(SUCCESS, 94.25), seen(DURATION, 120));

      assertThat(verdict.sentence())
          .contains("request-success-rate")
          .doesNotContain("request-duration");
      assertThat(verdict.evidence()).hasSize(2);
    }
    assertThat(judge(0, seen(SUCCESS, 99.9), seen(DURATION, 120)).sentence())
        .contains("request-success-rate", "request-duration");
  }

  @Test
  void whatTheSourceWarnsOfIsPartOfTheEvidence() {
    var asked =
        new Reading.Asked(
            DURATION, Duration.ofMinutes(1), new Sample.Value(20, "a store is away"), null, null);

    assertThat(judge(0, asked).sentence()).endsWith("(the source warns: a store is away)");
  }

  @Test
  void theEvidenceTellsThePrimarysValueAndTheSampleSize() {
    var asked =
        new Reading.Asked(
            DURATION, Duration.ofSeconds(40), new Sample.Value(1515.25), 110.0, 1200L);

    var evidence = judge(0, asked).evidence().getFirst();

    assertThat(evidence)
        .isEqualTo(
            new Evidence(
                "request-duration",
                1515.25,
                DURATION.bound(),
                110.0,
                1200L,
                "request-duration is 1515.25ms over the last 40s, but allowed is at most 500ms,"
                    + " the primary has 110ms, 1200 requests seen"));
  }

  @Test
  void noDataIsAFailedCheckByDefault() {
    assertThat(judge(0, silent(SUCCESS, new Sample.NoData())))
        .isInstanceOfSatisfying(
            Verdict.Hold.class,
            hold -> {
              assertThat(hold.reason()).isEqualTo(Reason.NO_DATA);
              assertThat(hold.failedCheck()).isTrue();
              assertThat(hold.sentence()).contains("probably receives no traffic");
            });
    assertThat(judge(4, silent(SUCCESS, new Sample.NoData()))).isInstanceOf(Verdict.Rollback.class);
  }

  @Test
  void whatOnlyTheApplicationMeasuresMayBeMissingForAnotherReasonThanNoTraffic() throws NeedsEdit {
    var built = MeshQueries.of("kubernetes").successRate();
    var check =
        new Check(
            SUCCESS.metric(),
            new MetricQuery(
                "request-success-rate", SUCCESS.query().provider(), built, Map.of(), true),
            SUCCESS.bound(),
            SUCCESS.interval(),
            SUCCESS.limits());

    assertThat(judge(0, silent(check, new Sample.NoData())).evidence().getFirst().sentence())
        .endsWith(
            "the revision probably receives no traffic, or does not report"
                + " http_request_duration_seconds, which is the application's own");
    assertThat(judge(0, silent(SUCCESS, new Sample.NoData())).evidence().getFirst().sentence())
        .endsWith("the revision probably receives no traffic");
  }

  @Test
  void anOutageOfTheSourceNeverRollsBackByItself() {
    var verdict = judge(1_000, silent(SUCCESS, new Sample.Unavailable("connection refused")));

    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Hold.class,
            hold -> {
              assertThat(hold.reason()).isEqualTo(Reason.SOURCE_UNAVAILABLE);
              assertThat(hold.failedCheck()).isFalse();
              assertThat(hold.sentence())
                  .isEqualTo(
                      "request-success-rate could not be asked: connection refused;"
                          + " this says nothing about the release");
            });
  }

  @Test
  void aQueryThatCanNeverBeAnsweredHoldsAndNamesWhatToEdit() {
    var verdict = judge(1_000, silent(SUCCESS, new Sample.Refused("it has 3 series")));

    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Hold.class,
            hold -> {
              assertThat(hold.reason()).isEqualTo(Reason.QUERY_REFUSED);
              assertThat(hold.failedCheck()).isFalse();
              assertThat(hold.sentence())
                  .contains("until metric template production/request-success-rate is edited");
            });
  }

  @Test
  void whatIsKnownToBeBadDoesNotWaitForASourceThatIsDown() {
    var verdict = judge(4, silent(SUCCESS, new Sample.Unavailable("timeout")), seen(DURATION, 900));

    assertThat(verdict).isInstanceOf(Verdict.Rollback.class);
    assertThat(verdict.evidence().getFirst().metric()).isEqualTo("request-duration");
  }

  @Test
  void aSilenceOutweighsWhatPassed() {
    assertThat(judge(0, seen(DURATION, 1), silent(SUCCESS, new Sample.Unavailable("timeout"))))
        .isInstanceOf(Verdict.Hold.class);
  }

  @Test
  void aRevisionWithoutEnoughTrafficTimeIsNotJudgedAndNothingIsCounted() {
    var early = new Reading.TooEarly(SUCCESS, Duration.ofSeconds(4), Duration.ofSeconds(30));

    var verdict = judge(100, seen(DURATION, 100), early);

    assertThat(verdict).isInstanceOf(Verdict.Continue.class);
    assertThat(verdict.evidence().getFirst().sentence())
        .contains("for 4s of the 30s that a first look needs");
  }

  @ParameterizedTest
  @CsvSource({"FAIL, Rollback", "HOLD, Hold", "PASS, Safe"})
  void whatSilenceCostsIsForThePolicyToSay(Cost cost, String verdict) {
    var policy = new SilencePolicy(cost, cost);

    for (var sample : List.of(new Sample.NoData(), new Sample.Unavailable("timeout"))) {
      var judged =
          Thresholds.judge(Thresholds.looks(List.of(silent(SUCCESS, sample)), policy), 0, 1);
      assertThat(judged.getClass().getSimpleName()).isEqualTo(verdict);
    }
  }

  @Test
  void aFailureThatCountsToTheMetricAloneHoldsAndNeverReachesTheThreshold() {
    var own = limited(DURATION, new Limits(OptionalInt.of(3), NEVER, NEVER, false, Duration.ZERO));

    assertThat(judge(1_000, seen(SUCCESS, 99.5), seen(own, 900)))
        .isInstanceOfSatisfying(
            Verdict.Hold.class,
            hold -> {
              assertThat(hold.reason()).isEqualTo(Reason.CHECK_FAILED);
              assertThat(hold.failedCheck()).isFalse();
            });
    assertThat(judge(4, seen(SUCCESS, 80), seen(own, 900))).isInstanceOf(Verdict.Rollback.class);
  }

  @ParameterizedTest
  @EnumSource(Cost.class)
  void ofAMetricThatSaysHowMuchSilenceIsBorneThePolicyDoesNotSayWhatItCosts(Cost cost) {
    var own =
        limited(
            SUCCESS, new Limits(NEVER, OptionalInt.of(2), OptionalInt.of(2), false, Duration.ZERO));
    var policy = new SilencePolicy(cost, cost);

    assertThat(held(policy, silent(own, new Sample.NoData()))).isEqualTo(Reason.INCONCLUSIVE);
    assertThat(held(policy, silent(own, new Sample.Unavailable("timeout"))))
        .isEqualTo(Reason.SOURCE_UNAVAILABLE);
  }

  private static Reason held(SilencePolicy policy, Reading reading) {
    var hold =
        (Verdict.Hold) Thresholds.judge(Thresholds.looks(List.of(reading), policy), 1_000, 1);
    assertThat(hold.failedCheck()).isFalse();
    return hold.reason();
  }

  @Test
  void aDryRunIsShownLastAndDecidesNothing() {
    var dry = limited(DURATION, new Limits(NEVER, NEVER, NEVER, true, Duration.ZERO));
    var samples =
        List.<Sample>of(
            new Sample.Value(900),
            new Sample.NoData(),
            new Sample.Unavailable("timeout"),
            new Sample.Refused("it has 3 series"));

    for (var sample : samples) {
      var verdict = judge(1_000, silent(dry, sample), seen(SUCCESS, 99.5));

      assertThat(verdict).isInstanceOf(Verdict.Safe.class);
      assertThat(verdict.evidence())
          .extracting(Evidence::metric)
          .containsExactly("request-success-rate", "request-duration");
      assertThat(verdict.sentence()).endsWith("(a dry run, which decides nothing)");
    }
    var early = new Reading.TooEarly(dry, Duration.ofSeconds(4), Duration.ofSeconds(30));
    assertThat(judge(0, early)).isInstanceOf(Verdict.Safe.class);
    assertThat(judge(0, seen(dry, 900), silent(SUCCESS, new Sample.Unavailable("timeout"))))
        .isInstanceOfSatisfying(
            Verdict.Hold.class,
            hold -> assertThat(hold.reason()).isEqualTo(Reason.SOURCE_UNAVAILABLE));
  }

  @Test
  void whatIsNotAskedYetOnPurposeKeepsNobody() {
    var late = limited(DURATION, new Limits(NEVER, NEVER, NEVER, false, Duration.ofMinutes(5)));

    var verdict = judge(0, new Reading.Delayed(late, Duration.ofMinutes(2)), seen(SUCCESS, 99.5));

    assertThat(verdict).isInstanceOf(Verdict.Safe.class);
    assertThat(verdict.sentence())
        .startsWith(
            "request-duration is not asked before the revision has had traffic for 5m"
                + " (initialDelay), 2m by now");
  }

  @Test
  void anAnalysisWithoutMetricsIsSafe() {
    assertThat(judge(0)).isInstanceOf(Verdict.Safe.class);
  }

  @Test
  void aBoundThatNoValueCanMeetIsRefused() {
    assertThatThrownBy(() -> new Bound(5.0, 1.0, Unit.NONE)).hasMessage("min 5 is above max 1");
  }

  private static Verdict judge(int failedBefore, Reading... readings) {
    return Thresholds.judge(
        Thresholds.looks(List.of(readings), SilencePolicy.DEFAULT), failedBefore, 5);
  }

  private static Check limited(Check check, Limits limits) {
    return new Check(check.metric(), check.query(), check.bound(), check.interval(), limits);
  }

  private static Reading seen(Check check, double value) {
    return new Reading.Asked(check, Duration.ofMinutes(1), new Sample.Value(value), null, null);
  }

  private static Reading silent(Check check, Sample sample) {
    return new Reading.Asked(check, Duration.ofMinutes(1), sample, null, null);
  }

  private static Check check(String metric, Bound bound) {
    var query =
        MetricQuery.custom("metric template production/" + metric, PROMETHEUS, "up", Map.of());
    return new Check(metric, query, bound, Duration.ofMinutes(1));
  }
}
