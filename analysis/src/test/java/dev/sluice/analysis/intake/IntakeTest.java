package dev.sluice.analysis.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class IntakeTest {
  private static final double NONE = Double.NaN;

  private final Intake intake = new Intake(3, 10);

  @Test
  void whatWasAddedBetweenTwoLooksIsCountedOnce() {
    both(0, 0, 1000);
    both(10, 40, 1360);
    var first = intake.close();
    both(20, 90, 1800);
    var second = intake.close();

    assertThat(first.requests(Group.CANARY, 0)).isEqualTo(40);
    assertThat(first.requests(Group.PRIMARY, 0)).isEqualTo(360);
    assertThat(second.requests(Group.CANARY, 0)).isEqualTo(50);
    assertThat(second.requests(Group.PRIMARY, 0)).isEqualTo(440);
    assertThat(intake.requests(Group.CANARY)).isEqualTo(90);
  }

  @Test
  void aDoubledOrLateSampleAddsNothing() {
    both(0, 0, 0);
    both(20, 80, 800);
    both(20, 80, 800);
    both(10, 40, 400);
    both(20, 85, 850);

    assertThat(intake.close().requests(Group.CANARY, 0)).isEqualTo(80);
    assertThat(intake.ignored()).isEqualTo(6);
    both(30, 90, 900);
    assertThat(intake.close().requests(Group.CANARY, 0)).isEqualTo(10);
  }

  @Test
  void aSampleFromTheFutureDoesNotHideThoseThatFollow() {
    both(0, 0, 0);
    intake.take(scrape(1_000_000, Group.CANARY, "", 5), 10);
    both(10, 40, 400);

    assertThat(intake.close().requests(Group.CANARY, 0)).isEqualTo(40);
    assertThat(intake.ignored()).isEqualTo(1);
  }

  @Test
  void aCounterThatFallsBeganAnew() {
    both(0, 0, 0);
    both(10, 400, 4000);
    intake.close();
    both(20, 30, 4400);

    assertThat(intake.close().requests(Group.CANARY, 0)).isEqualTo(30);
    assertThat(intake.requests(Group.CANARY)).isEqualTo(430);
  }

  /// The requests have already overtaken what they were; the errors tell.
  @Test
  void oneCounterThatFallsTellsOfAll() {
    both(0, 0, 0);
    take(10, Group.CANARY, "", 100, 7, 50, 90, 100);
    take(20, Group.CANARY, "", 120, 1, 70, 110, 120);
    take(20, Group.PRIMARY, "", 900, 0, 900, 900, 900);
    var interval = intake.close();

    assertThat(interval.requests(Group.CANARY, 0)).isEqualTo(220);
    assertThat(interval.bad(Group.CANARY, 0)).isEqualTo(8);
    assertThat(interval.requests(Group.CANARY, 1)).isEqualTo(220);
    assertThat(interval.bad(Group.CANARY, 1)).isEqualTo(50 + 50);
  }

  @Test
  void anErrorSeriesThatDoesNotExistYetIsNoErrors() {
    take(0, Group.CANARY, "", 0, NONE, 0, 0, 0);
    take(0, Group.PRIMARY, "", 5000, NONE, 0, 0, 5000);
    take(10, Group.CANARY, "", 100, NONE, 100, 100, 100);
    take(10, Group.PRIMARY, "", 5900, NONE, 0, 0, 5900);
    var none = intake.close();
    take(20, Group.CANARY, "", 200, 3, 200, 200, 200);
    take(20, Group.PRIMARY, "", 6800, 2, 0, 0, 6800);
    var first = intake.close();
    take(30, Group.CANARY, "", 300, NONE, 300, 300, 300);
    take(30, Group.PRIMARY, "", 7700, 2, 0, 0, 7700);
    var gone = intake.close();

    assertThat(none.bad(Group.CANARY, 0)).isZero();
    assertThat(first.bad(Group.CANARY, 0)).isEqualTo(3);
    assertThat(first.bad(Group.PRIMARY, 0)).isEqualTo(2);
    assertThat(gone.bad(Group.CANARY, 0)).isZero();
  }

  @Test
  void whatOneSideCountedWaitsForTheOther() {
    both(0, 0, 0);
    both(10, 40, 400);
    intake.close();
    intake.take(scrape(20, Group.PRIMARY, "", 800), 20);
    assertThat(intake.close().closed(0)).isFalse();
    intake.take(scrape(30, Group.PRIMARY, "", 1200), 30);
    assertThat(intake.close().closed(0)).isFalse();
    both(40, 160, 1600);
    var after = intake.close();

    assertThat(after.requests(Group.CANARY, 0)).isEqualTo(120);
    assertThat(after.requests(Group.PRIMARY, 0)).isEqualTo(1200);
    assertThat(intake.close().closed(0)).isFalse();
  }

  @Test
  void aSampleWithoutRequestsIsNone() {
    both(0, 0, 0);
    take(10, Group.CANARY, "", NONE, NONE, 10, 10, 10);
    intake.take(scrape(10, Group.PRIMARY, "", 400), 10);

    assertThat(intake.close().closed(0)).isFalse();
  }

  @Test
  void aCanaryThatIsSeenFirstAfterTheStartWasBornThen() {
    intake.take(scrape(0, Group.PRIMARY, "", 1_000_000), 0);
    intake.take(scrape(10, Group.PRIMARY, "", 1_000_400), 10);
    take(10, Group.CANARY, "", 35, 2, 10, 20, 35);
    var interval = intake.close();

    assertThat(interval.requests(Group.CANARY, 0)).isEqualTo(35);
    assertThat(interval.bad(Group.CANARY, 0)).isEqualTo(2);
    assertThat(interval.bad(Group.CANARY, 2)).isEqualTo(15);
  }

  @Test
  void aPrimaryThatIsSeenFirstOnlyBeginsToCount() {
    both(0, 0, 0);
    intake.take(scrape(10, Group.PRIMARY, "p-9", 1_000_000), 10);
    both(10, 40, 400);

    assertThat(intake.close().requests(Group.PRIMARY, 0)).isEqualTo(400);
  }

  @Test
  void podsAreCountedApartAndTogether() {
    for (int t = 0; t <= 10; t += 10) {
      intake.take(scrape(t, Group.CANARY, "c-1", t), t);
      intake.take(scrape(t, Group.CANARY, "c-2", 2 * t), t);
      intake.take(scrape(t, Group.PRIMARY, "p-1", 500 + 10 * t), t);
      intake.take(scrape(t, Group.PRIMARY, "p-2", 900 + 12 * t), t);
    }
    var interval = intake.close();

    assertThat(interval.requests(Group.CANARY, 0)).isEqualTo(30);
    assertThat(interval.requests(Group.PRIMARY, 0)).isEqualTo(220);
    assertThat(interval.podRequests(0)).containsExactly(100, 120);
    assertThat(interval.canaryPods()).isEqualTo(2);
  }

  @Test
  void aHistogramThatOneSideLacksLeavesOnlyItsChannelsOpen() {
    both(0, 0, 0);
    take(10, Group.CANARY, "", 50, 0, NONE, NONE, 50);
    take(10, Group.PRIMARY, "", 400, 0, 300, 400, 400);
    var interval = intake.close();

    assertThat(interval.closed(0)).isTrue();
    assertThat(interval.closed(1)).isFalse();
    assertThat(interval.closed(2)).isFalse();
  }

  /// Processes do not stop to be scraped: a slow request may be in one bucket and not in the next.
  @Test
  void bucketsThatAreARequestApartNeverMakeNegativeCounts() {
    both(0, 0, 0);
    take(10, Group.CANARY, "", 50, 0, 50, 51, 50);
    take(10, Group.PRIMARY, "", 400, 500, 300, 400, 400);
    var interval = intake.close();

    assertThat(interval.bad(Group.CANARY, 2)).isZero();
    assertThat(interval.bad(Group.PRIMARY, 0)).isEqualTo(400);
  }

  @Test
  void podsThatComeAndGoDoNotAddUp() {
    for (int i = 0; i < 5000; i++) {
      double now = 10.0 * i;
      intake.take(scrape(now, Group.CANARY, "c-" + i, 5), now);
      intake.take(scrape(now, Group.PRIMARY, "p-" + i, 5), now);
      intake.close();
      intake.forget(now);
    }
    assertThat(intake.pods()).isLessThan(200);
  }

  @Test
  void moreThanAnyoneRunsIsNotCounted() {
    for (int i = 0; i < 2 * Intake.MOST_PODS; i++) {
      intake.take(scrape(10, Group.CANARY, "c-" + i, 5), 10);
    }
    assertThat(intake.requests(Group.CANARY)).isEqualTo(5 * Intake.MOST_PODS);
    assertThat(intake.ignored()).isEqualTo(Intake.MOST_PODS);
  }

  @Test
  void whatIsNotKeptIsCountedNoMore() {
    both(0, 0, 0);
    both(10, 40, 400);
    intake.close();
    intake.keep(Set.of(0, 2));
    both(20, 100, 800);
    var interval = intake.close();

    assertThat(interval.requests(Group.CANARY, 0)).isEqualTo(60);
    assertThat(interval.requests(Group.PRIMARY, 0)).isEqualTo(400);
    assertThat(interval.closed(1)).isFalse();
    assertThat(interval.closed(2)).isTrue();
  }

  private void both(double at, double canary, double primary) {
    intake.take(scrape(at, Group.CANARY, "", canary), at);
    intake.take(scrape(at, Group.PRIMARY, "", primary), at);
  }

  private static Scrape scrape(double at, Group group, String pod, double requests) {
    return new Scrape(at, group, pod, requests, 0, new double[] {requests / 2, requests, requests});
  }

  private void take(
      double at, Group group, String pod, double requests, double errors, double... atMost) {
    intake.take(new Scrape(at, group, pod, requests, errors, atMost), at);
  }
}
