package dev.sluice.crds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {

  @ParameterizedTest
  @CsvSource({
    "1m, PT1M",
    "1m30s, PT1M30S",
    "500ms, PT0.5S",
    "1.5h, PT1H30M",
    "0, PT0S",
    "0s, PT0S",
    "2h45m, PT2H45M",
    "100us, PT0.0001S"
  })
  void isReadAsGoReadsIt(String text, Duration expected) {
    assertThat(GoDuration.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "1d", "-1s", "1m 30s", "m", "1m30", "999999999999h"})
  void anythingElseIsRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> GoDuration.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'" + text + "' is not a duration such as 30s or 1m30s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1m", "1m30s", "500ms", "1h30m", "0s"})
  void isWrittenInItsShortestForm(String text) {
    assertThat(GoDuration.format(GoDuration.parse(text))).isEqualTo(text);
  }

  @Test
  void aDurationBelowAMillisecondIsNotLost() {
    assertThat(GoDuration.format(Duration.ofNanos(700))).isEqualTo("700ns");
  }
}
