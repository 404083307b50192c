package dev.sluice.controller.importing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({"90, 90s", "120, 2m", "30s, 30s", "1h30m, 90m", "1h, 60m", "500ms, 1s", "1.5m, 90s"})
  void areWrittenInMinutesWhereTheyAreWhole(String argo, String ours) {
    assertThat(Durations.text(Durations.seconds(argo).orElseThrow())).isEqualTo(ours);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-5s", "5 m", "1d"})
  void whatIsNoTimeIsNone(String text) {
    assertThat(Durations.seconds(text)).isEmpty();
  }
}
