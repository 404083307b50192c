package dev.sluice.controller.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.Verdict.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TicksTest {
  private final Shops shops = new Shops();

  @Test
  void aReleaseThatFailsIsToldAfterThreeScrapes() {
    shops.app("cart", 20).follow("cart").runUntil(Duration.ofSeconds(35));

    assertThat(verdict("cart")).isInstanceOf(Verdict.Rollback.class);
    assertThat(shops.latest("cart").orElseThrow().looked())
        .isEqualTo(Shops.RELEASED.plusSeconds(30));
    assertThat(shops.news).last().isEqualTo("2026-01-01T00:00:32Z cart");
  }

  @Test
  void aHealthyReleaseBecomesSafe() {
    shops.app("cart", 0).follow("cart").runUntil(Duration.ofMinutes(5));

    assertThat(verdict("cart")).isInstanceOf(Verdict.Safe.class);
    assertThat(shops.latest("cart").orElseThrow().excessAtMost().orElseThrow()).isLessThan(0.01);
  }

  @Test
  void beforeTheFirstLookThereIsNothing() {
    shops.app("cart", 0).follow("cart").runUntil(Duration.ofSeconds(9));

    assertThat(shops.latest("cart")).isEmpty();
  }

  @Test
  void aSourceThatDoesNotAnswerIsUnavailableAndLosesNothing() {
    shops.app("cart", 0).follow("cart").runUntil(Duration.ofMinutes(2));
    shops.prometheusDown(true).runUntil(Duration.ofMinutes(4));
    assertThat(verdict("cart"))
        .isInstanceOfSatisfying(
            Verdict.Hold.class,
            hold -> assertThat(hold.reason()).isEqualTo(Reason.SOURCE_UNAVAILABLE));

    shops.prometheusDown(false).runUntil(Duration.ofSeconds(302));

    assertThat(verdict("cart")).isInstanceOf(Verdict.Safe.class);
    assertThat(shops.latest("cart").orElseThrow().canaryRequests()).isEqualTo(30 * 100);
  }

  @Test
  void whatIsForgottenIsAskedForNoMore() {
    shops.app("cart", 0).follow("cart").runUntil(Duration.ofMinutes(1));
    shops.ticks().forget(Shops.ref("cart"));
    shops.asked.clear();

    shops.runUntil(Duration.ofMinutes(3));

    assertThat(shops.latest("cart")).isEmpty();
    assertThat(shops.asked).isEmpty();
  }

  @Test
  void aRestartSaysTheSameAtTheSameLook() {
    shops.app("cart", 1).follow("cart").runUntil(Duration.ofSeconds(95));
    var before = shops.latest("cart");

    shops.restart().follow("cart").runUntil(Duration.ofSeconds(96));

    assertThat(shops.latest("cart")).isEqualTo(before).isNotEmpty();
  }

  private Verdict verdict(String app) {
    return shops.latest(app).orElseThrow().verdict();
  }
}
