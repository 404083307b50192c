package dev.sluice.controller.oncall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.oncall.Line.Tone;
import org.junit.jupiter.api.Test;

/// What becomes of a line in a terminal.
class LineTest {
  private static final Line LINE = Line.of("├─ target ").and("1 of 2 pods", Tone.BAD).and(" ready");

  @Test
  void whatFitsIsWhole() {
    assertThat(LINE.render(80, false)).isEqualTo("├─ target 1 of 2 pods ready");
  }

  @Test
  void whatDoesNotFitIsCutAtTheLastColumn() {
    assertThat(LINE.render(16, false)).isEqualTo("├─ target 1 of …").hasSize(16);
    assertThat(LINE.render(27, false)).endsWith("ready");
    assertThat(LINE.render(26, false)).isEqualTo("├─ target 1 of 2 pods rea…");
  }

  @Test
  void coloursAreEndedAlsoWhereALineIsCut() {
    assertThat(LINE.render(16, true)).isEqualTo("├─ target \u001b[31m1 of \u001b[0m…");
  }

  @Test
  void aPieceThatIsCutAwayLeavesNoColour() {
    assertThat(LINE.render(6, true)).isEqualTo("├─ ta…");
  }
}
