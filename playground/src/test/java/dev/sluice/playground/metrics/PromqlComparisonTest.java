package dev.sluice.playground.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The real Prometheus and the embedded one answer the same about the same samples.
class PromqlComparisonTest {
  private static Vertx vertx;
  private static Process process;
  private static Comparison comparison = new Comparison("");

  @BeforeAll
  static void theRealOneHasTheSameSamples(@TempDir Path folder) throws Exception {
    var binary = RealPrometheus.find(System.getenv().getOrDefault("PATH", ""));
    assumeTrue(
        binary.isPresent(), "skipped: no prometheus on the PATH to compare with (apt install it)");
    var promtool = binary.get().resolveSibling("promtool");
    assumeTrue(Files.isExecutable(promtool), "skipped: there is no promtool beside prometheus");
    var data = folder.resolve("data");
    Comparison.writeBlocks(promtool, folder, data);
    var config = Files.writeString(folder.resolve("prometheus.yml"), "scrape_configs: []\n");
    var port = RealPrometheus.free(0);
    var log = folder.resolve("prometheus.log");
    process =
        Leash.start(
            List.of(
                binary.get().toString(),
                "--config.file=" + config,
                "--storage.tsdb.path=" + data,
                "--storage.tsdb.retention.time=100y",
                "--web.listen-address=127.0.0.1:" + port),
            folder,
            log);
    vertx = Vertx.vertx();
    var version = RealPrometheus.awaitReady(vertx, process, port, Duration.ofSeconds(30), log);
    assumeTrue(
        Comparison.sameRules(version),
        "skipped: prometheus " + version + " has newer rules for rates and windows than 2.51");
    comparison = new Comparison("http://127.0.0.1:" + port);
  }

  @AfterAll
  static void endTheRealOne() {
    if (process != null) {
      Leash.end(process);
    }
    if (vertx != null) {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  static List<String> queries() {
    return TrafficSamples.lines("promql-supported.txt");
  }

  static List<String> mistakes() {
    return TrafficSamples.lines("promql-mistakes.txt");
  }

  static List<String> unsupported() {
    return TrafficSamples.lines("promql-unsupported.txt");
  }

  @ParameterizedTest
  @MethodSource("queries")
  void theyAnswerTheSame(String query) throws Exception {
    comparison.answerTheSame(query);
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void theyRefuseTheSame(String query) throws Exception {
    var time = Comparison.seconds(TrafficSamples.MOMENTS.getLast());
    var parameters = Map.of("query", query, "time", time);

    var real = comparison.real("/api/v1/query", parameters);
    var embedded = Comparison.embedded("/api/v1/query", parameters);

    assertThat(embedded.status()).as("%s: %s", query, embedded.body()).isEqualTo(real.status());
    assertThat(embedded.status()).isBetween(400, 422);
    assertThat(embedded.body().path("errorType")).isEqualTo(real.body().path("errorType"));
  }

  @ParameterizedTest
  @MethodSource("unsupported")
  void whatOnlyTheRealOneCanDoIsNamed(String query) throws Exception {
    var time = Comparison.seconds(TrafficSamples.MOMENTS.getLast());
    var parameters = Map.of("query", query, "time", time);

    assertThat(comparison.real("/api/v1/query", parameters).status()).as(query).isEqualTo(200);
    var embedded = Comparison.embedded("/api/v1/query", parameters);
    assertThat(embedded.status()).isEqualTo(400);
    assertThat(embedded.body().path("error").asText())
        .contains("is not supported by the playground's embedded metrics; install prometheus");
  }

  @Test
  void theyAnswerTheSameOverARangeOfTime() throws Exception {
    for (var query :
        List.of(
            "sum(rate(istio_requests_total[30s])) by (destination_workload)",
            "histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket[1m])) by (le))",
            "up",
            "1 + 1")) {
      var parameters =
          Map.of(
              "query",
              query,
              "start",
              Comparison.seconds(TrafficSamples.START.plusSeconds(20)),
              "end",
              Comparison.seconds(TrafficSamples.START.plusSeconds(500)),
              "step",
              "15s");
      comparison.compare(query, "/api/v1/query_range", parameters, 200);
    }
  }

  @Test
  void theyRefuseTheSameRanges() throws Exception {
    var bad =
        List.of(
            Map.of("query", "up", "start", "10", "end", "5", "step", "1"),
            Map.of("query", "up", "start", "10", "end", "20", "step", "0"),
            Map.of("query", "up", "start", "10", "end", "20", "step", "x"),
            Map.of("query", "up", "start", "x", "end", "20", "step", "1"),
            Map.of("query", "up", "start", "0", "end", "20000", "step", "1"),
            Map.of("query", "up[1m]", "start", "0", "end", "20", "step", "1"));
    for (var parameters : bad) {
      var real = comparison.real("/api/v1/query_range", parameters);
      var embedded = Comparison.embedded("/api/v1/query_range", parameters);

      assertThat(embedded.status()).as(parameters.toString()).isEqualTo(400);
      assertThat(real.status()).isEqualTo(400);
      assertThat(embedded.body().path("error")).isEqualTo(real.body().path("error"));
    }
  }

  @Test
  void theyKnowTheSameSeriesAndLabels() throws Exception {
    var times =
        Map.of(
            "start", Comparison.seconds(TrafficSamples.START),
            "end", Comparison.seconds(TrafficSamples.START.plusSeconds(600)));
    comparison.compare("labels", "/api/v1/labels", times, 200);
    comparison.compare("values", "/api/v1/label/destination_workload/values", times, 200);
    var selector = new LinkedHashMap<>(times);
    selector.put("match[]", "istio_requests_total{response_code=~\"5..\"}");
    assertThat(Comparison.embedded("/api/v1/series", selector).body().path("data"))
        .containsExactlyInAnyOrderElementsOf(
            comparison.real("/api/v1/series", selector).body().path("data"));
  }
}
