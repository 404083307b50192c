package dev.sluice.playground.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The embedded answer by itself, where there is no Prometheus to compare with.
class PromqlTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private final SeriesStore store = new SeriesStore();

  @Test
  void aRateIsExtrapolatedToTheEndsOfItsWindow() {
    samples("x_total", 5, 100, 110, 120, 130);

    assertThat(value("increase(x_total[20s])", 20)).isEqualTo(40);
    assertThat(value("rate(x_total[20s])", 20)).isEqualTo(2);
  }

  @Test
  void aCounterIsNotExtrapolatedBelowZero() {
    samples("x_total", 10, 1, 11, 21);

    assertThat(value("increase(x_total[30s])", 30)).isEqualTo(21);
  }

  @Test
  void aWindowThatEndsFarFromTheSamplesGrowsByHalfTheirDistance() {
    samples("x_total", 5, 100, 110, 120);

    assertThat(value("increase(x_total[1m])", 40)).isEqualTo(30);
  }

  @Test
  void aRestartedCounterGoesOn() {
    samples("x_total", 5, 100, 110, 5, 15);

    assertThat(value("increase(x_total[15s])", 20)).isEqualTo(25);
  }

  @Test
  void theFirstValueOfASeriesIsNoGrowth() {
    samples("x_total", 5, 7);

    assertThat(answer("rate(x_total[1m])", 10).path("data").path("result")).isEmpty();
  }

  @Test
  void aQuantileIsInterpolatedInsideItsBucket() {
    for (var bucket : Map.of("10", 50, "100", 90, "+Inf", 100).entrySet()) {
      store.append(
          Labels.of(Map.of("__name__", "d_bucket", "le", bucket.getKey())),
          NOON.toEpochMilli(),
          bucket.getValue());
    }

    assertThat(value("histogram_quantile(0.7, d_bucket)", 0)).isEqualTo(55);
    assertThat(value("histogram_quantile(0.25, d_bucket)", 0)).isEqualTo(5);
    assertThat(value("histogram_quantile(0.99, d_bucket)", 0)).isEqualTo(100);
  }

  @Test
  void aSampleIsForgottenAfterFiveMinutes() {
    samples("x_total", 5, 7);

    assertThat(value("x_total", 305)).isEqualTo(7);
    assertThat(answer("x_total", 306).path("data").path("result")).isEmpty();
  }

  @Test
  void nothingOlderThanTheRetentionIsKeptAndNoMoreSeriesThanAllowed() {
    var small = new SeriesStore(Duration.ofMinutes(1), 3);
    var registry = new Registry();
    for (var i = 0; i < 10; i++) {
      registry.inc("x_total", Map.of("i", String.valueOf(i)), 1);
    }
    for (var second = 0; second <= 600; second += 10) {
      small.scrape(registry, Map.of("job", "j"), NOON.plusSeconds(second));
    }

    var kept = small.range(List.of(), 0, Long.MAX_VALUE - 1);
    assertThat(kept).hasSize(3).allSatisfy(run -> assertThat(run.size()).isEqualTo(7));
    assertThat(small.names()).containsExactly("up", "x_total");
  }

  @Test
  void whatComesTooLateIsIgnored() {
    samples("x_total", 5, 7, 8);
    store.append(Labels.of(Map.of("__name__", "x_total")), NOON.plusSeconds(6).toEpochMilli(), 1);

    assertThat(value("x_total", 10)).isEqualTo(8);
  }

  @Test
  void aQueryHasALimitInLengthDepthAndSize() {
    assertThat(error("1 + ".repeat(10_000) + "1")).contains("longer than 16384 characters");
    assertThat(error("(".repeat(5_000) + "1" + ")".repeat(5_000))).contains("nested deeper");
    assertThat(error("-".repeat(5_000) + "1")).contains("nested deeper");
    assertThat(error("1" + "+1".repeat(5_000))).contains("more than 400 parts");
  }

  @Test
  void anExpressionThatNeverEndsIsStopped() {
    store.append(
        Labels.of(Map.of("__name__", "x", "path", "a".repeat(60) + "!")), NOON.toEpochMilli(), 1);

    assertThat(error("x{path=~\"(.*a){12}\"}")).contains("too expensive");
  }

  @Test
  void aQueryThatLooksAtTooMuchIsStopped() {
    for (var series = 0; series < 60; series++) {
      var labels = Labels.of(Map.of("__name__", "x", "i", String.valueOf(series)));
      for (var second = 0; second < 900; second++) {
        store.append(labels, NOON.toEpochMilli() + second * 1000L, second);
      }
    }

    var reply =
        reply(
            "/api/v1/query_range",
            Map.of(
                "query", List.of("sum(rate(x[15m]))"),
                "start", List.of("" + NOON.getEpochSecond()),
                "end", List.of("" + NOON.plusSeconds(1000).getEpochSecond()),
                "step", List.of("1")),
            0);

    assertThat(reply.status()).isEqualTo(422);
    assertThat(text(reply)).contains("would load too many samples");
  }

  static List<String> unsupported() {
    return TrafficSamples.lines("promql-unsupported.txt");
  }

  @ParameterizedTest
  @MethodSource("unsupported")
  void whatItCannotDoItNames(String query) {
    assertThat(error(query))
        .contains("is not supported by the playground's embedded metrics; install prometheus");
  }

  static List<String> mistakes() {
    return TrafficSamples.lines("promql-mistakes.txt");
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeIsAnErrorAndNeverAnException(String query) {
    var samples = new QueryApi(TrafficSamples.store());
    var reply =
        samples.answer(
            "/api/v1/query", Map.of("query", List.of(query)), TrafficSamples.MOMENTS.getLast());

    assertThat(reply.status()).as(query).isIn(400, 422);
  }

  @Test
  void otherPathsAreNotServed() {
    assertThat(reply("/api/v1/rules", Map.of(), 0).status()).isEqualTo(404);
    assertThat(reply("/api/v1/label//values", Map.of(), 0).status()).isEqualTo(200);
  }

  private void samples(String name, int secondsApart, double... values) {
    for (var i = 0; i < values.length; i++) {
      store.append(
          Labels.of(Map.of("__name__", name)),
          NOON.plusSeconds((long) (i + 1) * secondsApart).toEpochMilli(),
          values[i]);
    }
  }

  private double value(String query, int second) {
    var result = answer(query, second).path("data").path("result");
    assertThat(result).as(query).hasSize(1);
    return result.path(0).path("value").path(1).asDouble();
  }

  private String error(String query) {
    return answer(query, 0).path("error").asText();
  }

  private JsonNode answer(String query, int second) {
    try {
      return JSON.readTree(text(reply("/api/v1/query", Map.of("query", List.of(query)), second)));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private QueryApi.Reply reply(String path, Map<String, List<String>> parameters, int second) {
    return new QueryApi(store).answer(path, parameters, NOON.plusSeconds(second));
  }

  private static String text(QueryApi.Reply reply) {
    return new String(reply.body(), StandardCharsets.UTF_8);
  }
}
