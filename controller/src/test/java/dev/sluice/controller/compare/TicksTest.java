package dev.sluice.controller.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Credentials;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.Verdict.Reason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
  void aWholeGroupIsAskedForInThreeQuestionsATick() {
    for (int i = 0; i < 12; i++) {
      shops.app("app-" + i, i == 7 ? 20 : 0).follow("app-" + i);
    }
    shops.runUntil(Duration.ofSeconds(25));
    shops.asked.clear();

    shops.runUntil(Duration.ofSeconds(35));

    assertThat(shops.asked)
        .hasSize(3)
        .allSatisfy(query -> assertThat(query).contains("app-0", "app-11"))
        // what is new, and a little more
        .allSatisfy(query -> assertThat(query).endsWith("[25000ms]"));
    assertThat(verdict("app-7")).isInstanceOf(Verdict.Rollback.class);
    assertThat(verdict("app-8")).isNotInstanceOf(Verdict.Rollback.class);
  }

  @Test
  void whatIsDecidedIsAskedForNoMore() {
    shops.app("cart", 20).follow("cart").runUntil(Duration.ofSeconds(35));
    var decided = shops.latest("cart");
    shops.asked.clear();

    shops.runUntil(Duration.ofMinutes(2));

    assertThat(shops.asked).isEmpty();
    assertThat(shops.latest("cart")).isEqualTo(decided);
  }

  @Test
  void aQuestionIsNeverTooLong() {
    for (int i = 0; i < 60; i++) {
      shops.follow("a-name-as-long-as-those-of-large-organisations-with-many-teams-" + i);
    }
    shops.follow("b").runUntil(Duration.ofMinutes(1));

    assertThat(shops.asked).allSatisfy(query -> assertThat(query).hasSizeLessThan(8_192));
    assertThat(verdict("b")).isInstanceOf(Verdict.Hold.class);
  }

  @Test
  void oneCanaryWithTooManySeriesBlindsNoOther() {
    for (int i = 0; i < 8; i++) {
      shops.app("app-" + i, 0).follow("app-" + i);
    }
    shops.tooMuchAbout("app-3").runUntil(Duration.ofMinutes(2));

    assertThat(verdict("app-3").sentence()).contains("too many samples");
    assertThat(verdict("app-2")).isInstanceOf(Verdict.Safe.class);
    assertThat(verdict("app-4")).isInstanceOf(Verdict.Safe.class);

    shops.tooMuchAbout("nothing").runUntil(Duration.ofMinutes(10));

    assertThat(verdict("app-3")).isInstanceOf(Verdict.Safe.class);
  }

  @Test
  void aPrometheusThatIsAwayIsNotAskedForEachCanary() {
    for (int i = 0; i < 50; i++) {
      shops.app("app-" + i, 0).follow("app-" + i);
    }
    shops.runUntil(Duration.ofSeconds(15)).prometheusDown(true);
    shops.asked.clear();

    shops.runUntil(Duration.ofSeconds(35));

    assertThat(shops.asked).hasSizeLessThan(8);
    assertThat(verdict("app-17").sentence())
        .isEqualTo(
            "metrics unavailable: prometheus at http://prometheus:9090 does not answer: connection"
                + " refused; this says nothing about the release");
  }

  @Test
  void ticksThatCameWhileASlowOneWasUnderWayAreMadeUpFor() {
    shops.app("cart", 1).follow("cart").runUntil(Duration.ofSeconds(35));
    var prompt = new Shops().app("cart", 1).follow("cart").runUntil(Duration.ofSeconds(185));

    shops.prometheusTakes(Duration.ofSeconds(12)).runUntil(Duration.ofSeconds(160));
    shops.prometheusTakes(Duration.ZERO).runUntil(Duration.ofSeconds(185));

    assertThat(shops.latest("cart")).isEqualTo(prompt.latest("cart")).isNotEmpty();
  }

  @Test
  void aReleaseThatFailsByACounterOfUsersOwnIsToldAfterThreeScrapes() {
    shops.app("cart", 0).orders("cart", 20).followBoth("cart").runUntil(Duration.ofSeconds(45));

    assertThat(verdict("cart")).isInstanceOf(Verdict.Rollback.class);
    assertThat(verdict("cart").sentence())
        .startsWith("failed orders 20% at the canary (")
        .contains("against 1% at the primary");
    assertThat(shops.latest("cart").orElseThrow().looked())
        .isBeforeOrEqualTo(Shops.RELEASED.plusSeconds(40));
    assertThat(shops.news).last().asString().endsWith("Z cart");
  }

  @Test
  void allThatIsComparedMustBeKnownBeforeAReleaseIsSafe() {
    shops.app("cart", 0).followBoth("cart").runUntil(Duration.ofMinutes(5));
    assertThat(verdict("cart"))
        .isInstanceOfSatisfying(
            Verdict.Hold.class, hold -> assertThat(hold.reason()).isEqualTo(Reason.NO_CANARY_DATA));
    assertThat(verdict("cart").sentence()).startsWith("failed orders: no canary data: ");
    assertThat(shops.latest("cart").orElseThrow().excessAtMost()).isEmpty();

    shops.orders("cart", 1).runUntil(Duration.ofMinutes(25));

    assertThat(verdict("cart")).isInstanceOf(Verdict.Safe.class);
    assertThat(verdict("cart").evidence())
        .anyMatch(evidence -> evidence.metric().equals("error-rate"))
        .anyMatch(evidence -> evidence.metric().equals("failed orders"));
    assertThat(shops.latest("cart").orElseThrow().excessAtMost().orElseThrow()).isLessThan(0.01);
  }

  @Test
  void whereOneIsWorseTheOtherChangesNothing() {
    shops.app("cart", 20).orders("cart", 1).followBoth("cart").runUntil(Duration.ofMinutes(2));

    assertThat(verdict("cart")).isInstanceOf(Verdict.Rollback.class);
    assertThat(verdict("cart").sentence()).startsWith("error rate 20% at the canary (");
  }

  @Test
  void countersOfUsersOwnAreAskedForWithCanaryAndPrimaryInOneQuestionAndAtOneTick() {
    shops.app("cart", 0).orders("cart", 1).followBoth("cart").runUntil(Duration.ofMinutes(2));
    shops.asked.clear();

    shops.runUntil(Duration.ofSeconds(123));

    assertThat(shops.asked)
        .hasSize(3 + 2)
        .allMatch(query -> query.endsWith("[25000ms]"))
        .filteredOn(query -> query.startsWith("orders"))
        .containsExactly(
            "orders_total{deployment=~\"(?:cart)|(?:cart-primary)\"}[25000ms]",
            "orders_failed_total{deployment=~\"(?:cart)|(?:cart-primary)\"}[25000ms]");
  }

  @Test
  void aSecondComparisonBeginsBesideTheFirstWithoutLosingWhatThatKnows() {
    shops.app("cart", 0).orders("cart", 20).follow("cart").runUntil(Duration.ofMinutes(2));
    shops.followBoth("cart").runUntil(Duration.ofSeconds(125));

    assertThat(verdict("cart").sentence()).startsWith("failed orders 20% at the canary (");
    assertThat(shops.latest("cart").orElseThrow().canaryRequests()).isPositive();
  }

  @Test
  void otherCredentialsGoOnWhereTheOldOnesWere() {
    shops.app("cart", 0).follow("cart").runUntil(Duration.ofMinutes(2));
    shops.asked.clear();
    var provider = Provider.prometheus("http://prometheus:9090");

    shops
        .ticks()
        .follow(
            Shops.ref("cart"),
            List.of(
                Shops.following(
                    "cart",
                    "revision-1",
                    provider.with(Credentials.of(Map.of("token", "another"))))));
    shops.runUntil(Duration.ofSeconds(135));

    assertThat(shops.asked).hasSize(2 * 3).allMatch(query -> query.endsWith("[25000ms]"));
    assertThat(shops.latest("cart").orElseThrow().canaryRequests()).isEqualTo(13 * 100);
  }

  @Test
  void anotherRunBeginsAnew() {
    shops.app("cart", 20).follow("cart").runUntil(Duration.ofMinutes(1));
    assertThat(verdict("cart")).isInstanceOf(Verdict.Rollback.class);

    var other =
        Shops.following("cart", "revision-2", Provider.prometheus("http://prometheus:9090"));
    shops.ticks().follow(Shops.ref("cart"), List.of(other));

    assertThat(shops.latest("cart")).isEmpty();
  }

  @Test
  void aSourceThatSomebodyMustEditIsSaid() {
    shops
        .ticks()
        .follow(
            Shops.ref("cart"),
            List.of(Shops.following("cart", "revision-1", Provider.prometheus("prometheus:9090"))));
    shops.runUntil(Duration.ofSeconds(5));

    assertThat(verdict("cart").sentence()).contains("is not the address of a Prometheus");
  }

  private Verdict verdict(String app) {
    return shops.latest(app).orElseThrow().verdict();
  }
}
