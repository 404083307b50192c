package dev.sluice.controller.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/// What somebody reads when a rule was broken.
class ChronicleTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void whatHappensAgainAndAgainIsToldOnce() {
    Chronicle chronicle = new Chronicle(true, BEGIN);
    chronicle.note(BEGIN, "people", () -> "release good-1");
    for (int i = 1; i <= 20; i++) {
      Instant at = BEGIN.plusSeconds(10L * i);
      chronicle.note(at, "world", () -> "stop refuses");
      chronicle.note(at, "sluice", () -> "records nextStepAt " + at);
    }

    assertThat(chronicle.last(60))
        .isEqualTo(
            """
            00:00.000 people  release good-1
            00:10.000 world   stop refuses
            00:10.000 sluice  records nextStepAt 2026-01-01T00:00:10Z
              … and so 19 times more, until 03:20.000\
            """);
  }

  @Test
  void whatHappensTwiceIsToldTwice() {
    Chronicle chronicle = new Chronicle(true, BEGIN);
    chronicle.note(BEGIN, "world", () -> "the watches are cut");
    chronicle.note(BEGIN.plusSeconds(1), "world", () -> "the watches are cut");

    assertThat(chronicle.last(60).lines()).hasSize(2);
  }
}
