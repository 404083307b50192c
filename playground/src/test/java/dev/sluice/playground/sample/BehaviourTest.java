package dev.sluice.playground.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BehaviourTest {

  private static Behaviour.Reading read(String name, String value) {
    return Behaviour.read(Map.of("playground.sluice.dev/" + name, value));
  }

  @Test
  void withoutAnnotationsAPodIsReadySoonAndHealthy() {
    var reading = Behaviour.read(Map.of("prometheus.io/scrape", "true"));

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.behaviour()).isEqualTo(Behaviour.DEFAULT);
  }

  @Test
  void annotationsSteerReadinessErrorsLatencyAndCrashes() {
    assertThat(read("ready-after", "5s").behaviour().readyAfter()).isEqualTo(Duration.ofSeconds(5));
    assertThat(read("ready", "never").behaviour().ready()).isFalse();
    assertThat(read("error-rate", "0.2").behaviour().errorRate()).isEqualTo(0.2);
    assertThat(read("latency", "900ms").behaviour().latency()).isEqualTo(Duration.ofMillis(900));
    assertThat(read("crash-after", "30s").behaviour().crashAfter())
        .isEqualTo(Optional.of(Duration.ofSeconds(30)));
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1500ms,1500", "1m30s,90000", "1.5s,1500", "2h,7200000"})
  void durationsAreWrittenAsInGo(String text, long millis) {
    var reading = read("latency", text);

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.behaviour().latency()).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({
    "ready-after,5", "ready-after,-5s", "ready-after,soon", "crash-after,999h", "latency,''",
    "error-rate,20%", "error-rate,1.5", "error-rate,-0.1", "error-rate,NaN", "ready,no"
  })
  void aBadValueIsNamedWithItsAnnotationAndIgnored(String name, String value) {
    var reading = read(name, value);

    assertThat(reading.behaviour()).isEqualTo(Behaviour.DEFAULT);
    assertThat(reading.problems())
        .singleElement()
        .asString()
        .contains("playground.sluice.dev/" + name)
        .contains('"' + value + '"');
  }

  @Test
  void aMisspeltAnnotationIsNamedWithTheKnownOnes() {
    assertThat(read("eror-rate", "0.2").problems())
        .singleElement()
        .asString()
        .contains("playground.sluice.dev/eror-rate")
        .contains("error-rate");
  }
}
