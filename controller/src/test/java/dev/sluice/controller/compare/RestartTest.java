package dev.sluice.controller.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What was learnt is not kept anywhere: it is learnt again from the source.
class RestartTest {
  private final Shops shops = new Shops();

  @ParameterizedTest
  @ValueSource(ints = {1, 11, 12, 13, 25, 59, 60, 61, 118, 200, 299, 1300})
  void everyLookAfterACrashSaysWhatItWouldHaveSaid(int crash) {
    var undisturbed = verdicts(new Shops().app("cart", 1).follow("cart"), crash);

    shops.app("cart", 1).follow("cart").runUntil(Duration.ofSeconds(crash));
    var after = verdicts(shops.restart().follow("cart"), crash);

    assertThat(after).isEqualTo(undisturbed).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 25, 60, 200, 1300})
  void thatHoldsForCountersOfUsersOwnToo(int crash) {
    var undisturbed =
        verdicts(new Shops().app("cart", 0).orders("cart", 2).followBoth("cart"), crash);

    shops.app("cart", 0).orders("cart", 2).followBoth("cart").runUntil(Duration.ofSeconds(crash));
    var after = verdicts(shops.restart().followBoth("cart"), crash);

    assertThat(after).isEqualTo(undisturbed).isNotEmpty();
  }

  private static List<Optional<Compared>> verdicts(Shops shops, int from) {
    var seen = new ArrayList<Optional<Compared>>();
    for (int second = from + 1; second < from + 60; second++) {
      seen.add(shops.runUntil(Duration.ofSeconds(second)).latest("cart"));
    }
    return seen;
  }

  @Test
  void aRestartAmongManyAsksForAllTogether() {
    for (int i = 0; i < 20; i++) {
      shops.app("app-" + i, 0).follow("app-" + i);
    }
    shops.runUntil(Duration.ofMinutes(9));
    shops.restart();
    shops.asked.clear();
    for (int i = 0; i < 20; i++) {
      shops.follow("app-" + i);
    }

    shops.runUntil(Duration.ofSeconds(541));

    assertThat(shops.latest("app-13").orElseThrow().verdict()).isInstanceOf(Verdict.Safe.class);
    // thirty-nine minutes in pieces below ten, three questions each, and none once more
    assertThat(shops.asked.size()).isEqualTo(15);
  }

  @Test
  void callersWhoTurnOutToBeOthersAreCountedAnewFromTheStart() {
    shops.app("cart", 1).follow("cart").runUntil(Duration.ofMinutes(3));
    shops.podsTell().runUntil(Duration.ofMinutes(5));
    var live = shops.latest("cart");

    shops.restart().follow("cart").runUntil(Duration.ofSeconds(301));

    assertThat(shops.latest("cart")).isEqualTo(live).isNotEmpty();
  }

  @Test
  void whatGoesOnLosesNothingWhereTheSourceHasForgotten() {
    shops.app("cart", 0).follow("cart").runUntil(Duration.ofMinutes(3));

    shops.prometheusForgetsAll().runUntil(Duration.ofMinutes(5));

    assertThat(shops.latest("cart").orElseThrow().verdict()).isInstanceOf(Verdict.Safe.class);
    assertThat(shops.latest("cart").orElseThrow().canaryRequests()).isGreaterThan(2_800);
  }

  @Test
  void aStartWhereTheSourceHasForgottenIsNotSafeFromLessThanThereWas() {
    shops.app("cart", 0).follow("cart").runUntil(Duration.ofMinutes(10));
    assertThat(shops.latest("cart").orElseThrow().verdict()).isInstanceOf(Verdict.Safe.class);
    shops.prometheusForgetsAll().restart().follow("cart").runUntil(Duration.ofMinutes(15));

    var compared = shops.latest("cart").orElseThrow();
    assertThat(compared.verdict()).isInstanceOf(Verdict.Continue.class);
    assertThat(compared.excessAtMost()).isEmpty();
    assertThat(compared.verdict().sentence())
        .startsWith(
            "the source has forgotten what was before 2026-01-01T00:10:10Z, with 6100 requests to"
                + " the canary; not safe before as many are seen, or 2026-01-01T00:20:20Z; error rate");

    shops.runUntil(Duration.ofSeconds(1_225));

    assertThat(shops.latest("cart").orElseThrow().verdict()).isInstanceOf(Verdict.Safe.class);
    assertThat(shops.latest("cart").orElseThrow().verdict().sentence())
        .endsWith(
            "the source has forgotten what was before 2026-01-01T00:10:10Z, with 6100 requests to"
                + " the canary");
  }

  @Test
  void aQuietServiceIsNotTakenForOneWhoseSamplesAreForgotten() {
    shops.follow("cart").runUntil(Duration.ofMinutes(5));
    shops.app("cart", 0).runUntil(Duration.ofMinutes(9));

    var compared = shops.latest("cart").orElseThrow();
    assertThat(compared.verdict()).isInstanceOf(Verdict.Safe.class);
    assertThat(compared.verdict().sentence()).doesNotContain("forgotten");
  }
}
