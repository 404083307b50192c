package dev.sluice.analysis.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlaggerPolicyTest {
  private static final double[] BOUNDS = {100, 250, 500, 1000, Double.POSITIVE_INFINITY};

  /// Five checks fail, and only the sixth pass looks at their number.
  @Test
  void aCanaryThatFailsEveryCheckKeepsItsTrafficForSixMinutes() {
    var flagger = FlaggerPolicy.tutorial(new double[0]);
    assertThat(rolledBackAt(flagger, 600, _ -> 30)).isEqualTo(360);
  }

  @Test
  void failedChecksAreNeverTakenBack() {
    var flagger = FlaggerPolicy.tutorial(new double[0]);
    assertThat(rolledBackAt(flagger, 1200, minute -> minute % 2 == 0 ? 30 : 0)).isEqualTo(600);
  }

  @Test
  void fourFailedChecksAreNotTooMany() {
    var flagger = FlaggerPolicy.tutorial(new double[0]);
    assertThat(rolledBackAt(flagger, 1200, minute -> minute < 4 ? 30 : 0)).isEqualTo(-1);
    assertThat(flagger.failedChecks()).isEqualTo(4);
  }

  @Test
  void noRequestsAreAFailedCheck() {
    var flagger = FlaggerPolicy.tutorial(new double[0]);
    for (int now = 10; now <= 60; now += 10) {
      flagger.take(new Scrape(now, Group.PRIMARY, "", now, 0, new double[0]), now);
      flagger.look(now);
    }
    assertThat(flagger.failedChecks()).isEqualTo(1);
  }

  @Test
  void whatTheCanaryDidBeforeTheRolloutIsNotChecked() {
    var flagger = FlaggerPolicy.tutorial(new double[0]);
    flagger.take(new Scrape(-60, Group.CANARY, "", 0, 0, new double[0]), -60);
    flagger.take(new Scrape(0, Group.CANARY, "", 1000, 1000, new double[0]), 0);
    flagger.take(new Scrape(60, Group.CANARY, "", 1100, 1000, new double[0]), 60);
    flagger.look(60);

    assertThat(flagger.failedChecks()).isZero();
  }

  /// Of 1000 requests: 900 below 100 ms, `below500` below 500, 990 below 1000. Prometheus's
  /// histogram_quantile(0.99) by hand: rank 990; with 980 below 500 the bucket up to 1000 holds it
  /// at its end, 1000 ms; with 990 below 500 the one up to 500 does, at 500 ms.
  @ParameterizedTest
  @CsvSource({"980, 1", "990, 0", "989, 1", "1000, 0"})
  void theSlowestHundredthMayTakeFiveHundredMilliseconds(int below500, int failed) {
    var flagger = FlaggerPolicy.tutorial(BOUNDS);
    flagger.take(new Scrape(0, Group.CANARY, "", 0, 0, new double[5]), 0);
    var atMost = new double[] {900, 900, below500, Math.max(990, below500), 1000};
    flagger.take(new Scrape(60, Group.CANARY, "", 1000, 0, atMost), 60);
    flagger.look(60);

    assertThat(flagger.failedChecks()).isEqualTo(failed);
  }

  /// @param errors of a thousand requests in each minute
  private static int rolledBackAt(FlaggerPolicy flagger, int until, IntUnaryOperator errors) {
    double requests = 0;
    double failed = 0;
    flagger.take(new Scrape(0, Group.CANARY, "", 0, 0, new double[0]), 0);
    for (int now = 60; now <= until; now += 60) {
      requests += 1000;
      failed += errors.applyAsInt(now / 60 - 1);
      flagger.take(new Scrape(now, Group.CANARY, "", requests, failed, new double[0]), now);
      flagger.look(now);
      if (flagger.rolledBack()) {
        return now;
      }
    }
    return -1;
  }
}
