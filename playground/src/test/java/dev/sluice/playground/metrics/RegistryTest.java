package dev.sluice.playground.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryTest {
  private final Registry registry = new Registry();

  @Test
  void nothingExistsBeforeItsFirstEvent() {
    assertThat(registry.exposition()).isEmpty();
  }

  @Test
  void aCounterIsWrittenAsPrometheusReadsIt() {
    registry.inc("istio_requests_total", Map.of("response_code", "200", "reporter", "source"), 1);
    registry.inc("istio_requests_total", Map.of("response_code", "200", "reporter", "source"), 2);
    registry.inc("istio_requests_total", Map.of(), 1);

    assertThat(registry.exposition())
        .isEqualTo(
            """
            # TYPE istio_requests_total counter
            istio_requests_total{reporter="source",response_code="200"} 3
            istio_requests_total 1
            """);
  }

  @Test
  void aHistogramHasIstiosBucketsWithInclusiveBounds() {
    registry.observe("istio_request_duration_milliseconds", Map.of("a", "b"), 10);
    registry.observe("istio_request_duration_milliseconds", Map.of("a", "b"), 10.5);
    registry.observe("istio_request_duration_milliseconds", Map.of("a", "b"), 4_000_000);

    assertThat(registry.exposition().lines())
        .hasSize(1 + 20 + 2)
        .startsWith(
            "# TYPE istio_request_duration_milliseconds histogram",
            "istio_request_duration_milliseconds_bucket{a=\"b\",le=\"0.5\"} 0",
            "istio_request_duration_milliseconds_bucket{a=\"b\",le=\"1\"} 0",
            "istio_request_duration_milliseconds_bucket{a=\"b\",le=\"5\"} 0",
            "istio_request_duration_milliseconds_bucket{a=\"b\",le=\"10\"} 1",
            "istio_request_duration_milliseconds_bucket{a=\"b\",le=\"25\"} 2")
        .endsWith(
            "istio_request_duration_milliseconds_bucket{a=\"b\",le=\"3600000\"} 2",
            "istio_request_duration_milliseconds_bucket{a=\"b\",le=\"+Inf\"} 3",
            "istio_request_duration_milliseconds_sum{a=\"b\"} 4000020.5",
            "istio_request_duration_milliseconds_count{a=\"b\"} 3");
  }

  @Test
  void labelValuesAreEscaped() {
    registry.inc("x_total", Map.of("path", "a\"b\\c\nd"), 1);

    assertThat(registry.exposition()).contains("x_total{path=\"a\\\"b\\\\c\\nd\"} 1");
  }

  @Test
  void anEmptyLabelIsAnAbsentOne() {
    registry.inc("x_total", Map.of("source_app", ""), 1);
    registry.inc("x_total", Map.of(), 1);

    assertThat(registry.exposition()).endsWith("x_total 2\n");
  }

  @Test
  void labelSetsBeyondTheLimitAreDroppedAndCounted() {
    var small = new Registry(2);
    for (var i = 0; i < 5; i++) {
      small.inc("x_total", Map.of("i", String.valueOf(i)), 1);
    }
    small.inc("x_total", Map.of("i", "0"), 1);

    assertThat(small.exposition())
        .contains("x_total{i=\"0\"} 2", "x_total{i=\"1\"} 1", Registry.DROPPED + " 3")
        .doesNotContain("i=\"2\"");
  }

  @Test
  void aValueWithoutEndIsCut() {
    registry.inc("x_total", Map.of("path", "y".repeat(10_000)), 1);

    assertThat(registry.exposition().length()).isLessThan(600);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void aCounterOnlyGrows(double by) {
    assertThatThrownBy(() -> registry.inc("x_total", Map.of(), by))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot move by");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1x", "a-b", "a b", "ä"})
  void aNameThatPrometheusWouldNotTakeIsRefused(String name) {
    assertThatThrownBy(() -> registry.inc(name, Map.of(), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> registry.inc("x_total", Map.of(name, "v"), 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> registry.inc("x_total", Map.of("__" + name, "v"), 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNameIsACounterOrAHistogramAndNeverBoth() {
    registry.inc("x", Map.of(), 1);

    assertThatThrownBy(() -> registry.observe("x", Map.of(), 1)).hasMessage("x is a counter");
  }

  @Test
  void noEventIsLostBetweenThreads() {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var thread = 0; thread < 50; thread++) {
        var labels = new HashMap<>(Map.of("even", String.valueOf(thread % 2)));
        threads.execute(() -> {
          for (var i = 0; i < 200; i++) {
            registry.inc("x_total", labels, 1);
            registry.observe("y", labels, i);
          }
        });
      }
    }

    assertThat(registry.exposition())
        .contains("x_total{even=\"0\"} 5000", "y_count{even=\"1\"} 5000");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, 1, 0.5, 1e-7, 1.5e-10, 1e21, 123456789.25, 1e20, -3.25e300})
  void numbersReadBackAsThemselves(double value) {
    assertThat(Double.parseDouble(Values.write(value))).isEqualTo(value);
  }
}
