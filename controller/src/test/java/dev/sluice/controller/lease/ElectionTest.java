package dev.sluice.controller.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.controller.lease.Election.Move;
import dev.sluice.controller.lease.Election.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What is done about a lease, case by case.
class ElectionTest {
  private static final Instant WALL = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration NOW = Duration.ofSeconds(1000);

  private static LeaseRecord heldBy(String holder) {
    return new LeaseRecord(
        holder,
        Duration.ofSeconds(15),
        "2026-01-01T11:00:00.000000Z",
        "2026-01-01T11:59:59.000000Z",
        3);
  }

  private static Standing.Following seen(LeaseRecord record, Duration ago) {
    return new Standing.Following(Optional.of(record), NOW.minus(ago));
  }

  private static Move decide(Standing standing, LeaseRecord live) {
    return Election.decide(Timing.DEFAULT, "me", standing, Optional.of(live), NOW, WALL);
  }

  @Test
  void aLeaseThatIsNotThereIsMade() {
    Move move =
        Election.decide(
            Timing.DEFAULT,
            "me",
            new Standing.Following(Optional.empty(), NOW),
            Optional.empty(),
            NOW,
            WALL);
    assertThat(move)
        .isEqualTo(
            new Move.Create(
                new LeaseRecord(
                    "me",
                    Duration.ofSeconds(15),
                    "2026-01-01T12:00:00.000000Z",
                    "2026-01-01T12:00:00.000000Z",
                    0)));
  }

  @Test
  void aReleasedLeaseIsTakenAtOnceAndCounted() {
    assertThat(decide(new Standing.Following(Optional.empty(), NOW), heldBy("")))
        .isEqualTo(
            new Move.Replace(
                new LeaseRecord(
                    "me",
                    Duration.ofSeconds(15),
                    "2026-01-01T12:00:00.000000Z",
                    "2026-01-01T12:00:00.000000Z",
                    4)));
  }

  @Test
  void aLeaseThatIsSeenForTheFirstTimeIsWaitedForWhateverItsTimesSay() {
    LeaseRecord old =
        new LeaseRecord("other", Duration.ofSeconds(15), "", "1999-01-01T00:00:00.000000Z", 3);
    assertThat(decide(new Standing.Following(Optional.empty(), Duration.ZERO), old))
        .isEqualTo(new Move.Wait(new Standing.Following(Optional.of(old), NOW)));
  }

  @Test
  void aLeaseExpiresWhenWeHaveSeenItUnchangedForItsDuration() {
    LeaseRecord other = heldBy("other");
    assertThat(decide(seen(other, Duration.ofMillis(14_999)), other))
        .isEqualTo(new Move.Wait(seen(other, Duration.ofMillis(14_999))));
    assertThat(decide(seen(other, Duration.ofSeconds(15)), other))
        .isInstanceOfSatisfying(
            Move.Replace.class, take -> assertThat(take.wanted().holder()).isEqualTo("me"));
  }

  @Test
  void aRenewalStartsTheWaitAnew() {
    LeaseRecord renewed = heldBy("other").renewed(Duration.ofSeconds(15), WALL);
    assertThat(decide(seen(heldBy("other"), Duration.ofMinutes(5)), renewed))
        .isEqualTo(new Move.Wait(new Standing.Following(Optional.of(renewed), NOW)));
  }

  @Test
  void theHoldersOwnDurationCountsAndOursWhereItNamesNone() {
    LeaseRecord longer = heldBy("other").renewed(Duration.ofSeconds(60), WALL);
    assertThat(decide(seen(longer, Duration.ofSeconds(59)), longer)).isInstanceOf(Move.Wait.class);
    assertThat(decide(seen(longer, Duration.ofSeconds(60)), longer))
        .isInstanceOf(Move.Replace.class);
    LeaseRecord silent = heldBy("other").renewed(Duration.ZERO, WALL);
    assertThat(decide(seen(silent, Duration.ofSeconds(14)), silent)).isInstanceOf(Move.Wait.class);
    assertThat(decide(seen(silent, Duration.ofSeconds(15)), silent))
        .isInstanceOf(Move.Replace.class);
  }

  @Test
  void aLeaseInOurNameThatWeDoNotHoldMayBeATwins() {
    assertThat(decide(new Standing.Following(Optional.empty(), NOW), heldBy("me")))
        .isInstanceOf(Move.Wait.class);
  }

  @Test
  void aLeaderRenewsAndKeepsWhenItBegan() {
    assertThat(decide(new Standing.Leading(heldBy("me"), NOW), heldBy("me")))
        .isEqualTo(
            new Move.Replace(
                new LeaseRecord(
                    "me",
                    Duration.ofSeconds(15),
                    "2026-01-01T11:00:00.000000Z",
                    "2026-01-01T12:00:00.000000Z",
                    3)));
  }

  @Test
  void aLeaderWhoseLeaseIsSomebodyElsesStops() {
    assertThat(decide(new Standing.Leading(heldBy("me"), NOW), heldBy("other")))
        .isEqualTo(
            new Move.Step(
                new Standing.Following(Optional.of(heldBy("other")), NOW),
                "the lease is held by other"));
    assertThat(decide(new Standing.Leading(heldBy("me"), NOW), heldBy("")))
        .isInstanceOf(Move.Step.class);
  }

  @Test
  void aLeaderWhoseLeaseWasDeletedMakesItAgain() {
    assertThat(
            Election.decide(
                Timing.DEFAULT,
                "me",
                new Standing.Leading(heldBy("me"), NOW),
                Optional.empty(),
                NOW,
                WALL))
        .isInstanceOf(Move.Create.class);
  }

  @Test
  void aLeaderIsOverdueFiveSecondsBeforeOthersMayTakeTheLease() {
    assertThat(Election.overdue(Timing.DEFAULT, NOW, NOW.plusMillis(9_999))).isFalse();
    assertThat(Election.overdue(Timing.DEFAULT, NOW, NOW.plusSeconds(10))).isTrue();
  }

  @Test
  void timesThatLeaveNoMarginAreRefused() {
    assertThatThrownBy(
            () -> new Timing(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(2)))
        .hasMessageContaining("longer than the renew deadline");
    assertThatThrownBy(
            () -> new Timing(Duration.ofSeconds(15), Duration.ofSeconds(3), Duration.ofSeconds(2)))
        .hasMessageContaining("twice the retry period");
    assertThatThrownBy(() ->
            new Timing(Duration.ofMillis(15_500), Duration.ofSeconds(3), Duration.ofSeconds(1)))
        .hasMessageContaining("whole seconds");
    assertThatThrownBy(
            () -> new Timing(Duration.ofSeconds(15), Duration.ofSeconds(3), Duration.ZERO))
        .hasMessageContaining("longer than 0");
  }
}
