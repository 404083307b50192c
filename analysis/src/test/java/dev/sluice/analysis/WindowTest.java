package dev.sluice.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowTest {
  private static final Instant FIRST_TRAFFIC = Instant.parse("2026-11-21T12:00:00Z");
  private static final Duration SCRAPE = Duration.ofSeconds(15);

  @Test
  void aWindowNeverReachesBehindTheRevisionsFirstTraffic() {
    assertThat(after(Duration.ofMillis(40_900))).isEqualTo(new Window.Of(Duration.ofSeconds(40)));
  }

  @Test
  void aWindowIsTheMetricsIntervalOnceThereWasTrafficForThatLong() {
    assertThat(after(Duration.ofMinutes(5))).isEqualTo(new Window.Of(Duration.ofMinutes(1)));
  }

  @Test
  void beforeTwoScrapesThereIsNothingToLookAt() {
    assertThat(after(Duration.ofMillis(29_999)))
        .isEqualTo(new Window.TooEarly(Duration.ofMillis(29_999), Duration.ofSeconds(30)));
    assertThat(after(Duration.ofSeconds(30))).isEqualTo(new Window.Of(Duration.ofSeconds(30)));
  }

  @Test
  void anIntervalShorterThanTwoScrapesIsWaitedForNoLongerThanItself() {
    assertThat(
            Window.cut(
                Duration.ofSeconds(10),
                FIRST_TRAFFIC,
                FIRST_TRAFFIC.plusSeconds(10),
                Duration.ofSeconds(15)))
        .isEqualTo(new Window.Of(Duration.ofSeconds(10)));
  }

  @Test
  void aClockThatWentBackwardsIsTooEarlyAndNotNegative() {
    assertThat(after(Duration.ofSeconds(-3)))
        .isEqualTo(new Window.TooEarly(Duration.ZERO, Duration.ofSeconds(30)));
  }

  @ParameterizedTest
  @CsvSource({"PT1M, 1m", "PT90S, 1m30s", "PT26H, 26h", "PT0.5S, 500ms", "PT0S, 0s"})
  void durationsAreWrittenAsPrometheusReadsThem(Duration duration, String text) {
    assertThat(Window.promql(duration)).isEqualTo(text);
  }

  private static Window after(Duration traffic) {
    return Window.cut(Duration.ofMinutes(1), FIRST_TRAFFIC, FIRST_TRAFFIC.plus(traffic), SCRAPE);
  }
}
