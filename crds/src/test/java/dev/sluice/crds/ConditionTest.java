package dev.sluice.crds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.crds.Condition.Status;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionTest {
  private static final Instant TEN = Instant.parse("2026-11-21T10:00:00Z");
  private static final Instant ELEVEN = Instant.parse("2026-11-21T11:00:00.5Z");

  private final Condition ready =
      Condition.of("Ready", Status.TRUE, "Promoted", "All is well.", 3, TEN);

  @Test
  void nothingIsWrittenWhereNothingChanged() {
    var same = Condition.of("Ready", Status.TRUE, "Promoted", "All is well.", 3, ELEVEN);

    assertThat(Condition.put(List.of(ready), same)).containsExactly(ready);
  }

  @Test
  void aNewReasonKeepsTheTimeOfTheTransition() {
    var other = Condition.of("Ready", Status.TRUE, "Reverted", "Back again.", 4, ELEVEN);

    assertThat(Condition.put(List.of(ready), other))
        .singleElement()
        .satisfies(condition -> {
          assertThat(condition.reason()).isEqualTo("Reverted");
          assertThat(condition.lastTransitionTime()).isEqualTo(TEN);
          assertThat(condition.lastUpdateTime()).isEqualTo("2026-11-21T11:00:00Z");
        });
  }

  @Test
  void aNewStatusIsATransition() {
    var broken = Condition.of("Ready", Status.FALSE, "Failed", "Rolled back.", 4, ELEVEN);

    assertThat(Condition.put(List.of(ready), broken))
        .extracting(Condition::lastTransitionTime)
        .containsExactly(Instant.parse("2026-11-21T11:00:00Z"));
  }

  @Test
  void conditionsOfOtherTypesStay() {
    var held = Condition.of("Held", Status.TRUE, "Webhook", "Waiting for approval.", 3, ELEVEN);

    var both = Condition.put(List.of(ready), held);

    assertThat(both).containsExactly(ready, held);
    assertThat(Condition.remove(both, "Ready")).containsExactly(held);
    assertThat(Condition.find(both, "Held")).contains(held);
  }
}
