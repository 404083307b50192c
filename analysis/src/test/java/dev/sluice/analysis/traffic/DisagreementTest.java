package dev.sluice.analysis.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Table;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DisagreementTest {
  private static final Sides SIDES =
      new Sides(
          new Workload("production", "myapp"),
          new Workload("production", "myapp-primary"),
          "myapp");

  private static Table.Row row(
      String reporter, String workload, String code, String flags, double requests) {
    return new Table.Row(
        Map.of(
            "reporter", reporter,
            "source_workload", "shop",
            "source_workload_namespace", "production",
            "destination_workload", workload,
            "response_code", code,
            "response_flags", flags),
        requests);
  }

  @Test
  void aTimeoutThatThePodCallsNoAnswerIsHiddenByFlaggersDefinition() {
    var seen =
        Disagreement.of(
            List.of(
                row("source", "myapp", "200", "-", 93.6),
                row("source", "myapp", "504", "UT", 6.4),
                row("destination", "myapp", "200", "-", 93.6),
                row("destination", "myapp", "0", "DC", 6.4),
                row("source", "myapp-primary", "200", "-", 900),
                row("destination", "myapp-primary", "200", "-", 900)),
            SIDES);

    assertThat(seen.hidden())
        .contains(
            "of the canary 6 of 100 requests failed, and Flagger's request-success-rate sees 0 of 100");
  }

  @Test
  void whereOnlyThePodIsScrapedItIsHiddenJustSo() {
    var seen =
        Disagreement.of(
            List.of(
                row("destination", "myapp", "200", "-", 95),
                row("destination", "myapp", "0", "DC", 5),
                row("destination", "myapp-primary", "200", "-", 900)),
            SIDES);

    assertThat(seen.hidden()).hasValueSatisfying(words -> assertThat(words).contains("5 of 100"));
  }

  @Test
  void whatBothSidesCountAlikeIsNotHiddenThoughTheyWereScrapedAtOtherMoments() {
    var seen =
        Disagreement.of(
            List.of(
                row("source", "myapp", "200", "-", 89),
                row("source", "myapp", "503", "-", 11.8),
                row("destination", "myapp", "200", "-", 90),
                row("destination", "myapp", "503", "-", 10),
                row("source", "myapp-primary", "200", "-", 900)),
            SIDES);

    assertThat(seen.hidden()).isEqualTo(Optional.empty());
    assertThat(Disagreement.of(List.of(), SIDES).hidden()).isEmpty();
  }
}
