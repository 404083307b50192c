package dev.sluice.playground.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The real Prometheus and the embedded one answer the same about the same samples.
class PromqlComparisonTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SeriesStore STORE = TrafficSamples.store();
  private static final QueryApi EMBEDDED = new QueryApi(STORE);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private static Vertx vertx;
  private static Process process;
  private static String url;

  @BeforeAll
  static void theRealOneHasTheSameSamples(@TempDir Path folder) throws Exception {
    var binary = RealPrometheus.find(System.getenv().getOrDefault("PATH", ""));
    assumeTrue(
        binary.isPresent(), "skipped: no prometheus on the PATH to compare with (apt install it)");
    var promtool = binary.get().resolveSibling("promtool");
    assumeTrue(Files.isExecutable(promtool), "skipped: there is no promtool beside prometheus");
    var data = folder.resolve("data");
    var samples = Files.writeString(folder.resolve("samples.om"), TrafficSamples.openMetrics());
    var promtoolRun =
        new ProcessBuilder(
                promtool.toString(),
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                samples.toString(),
                data.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("promtool.log").toFile())
            .start();
    assertThat(promtoolRun.waitFor()).as(Files.readString(folder.resolve("promtool.log"))).isZero();
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
    RealPrometheus.awaitReady(vertx, process, port, Duration.ofSeconds(30), log);
    url = "http://127.0.0.1:" + port;
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
    for (var time : TrafficSamples.MOMENTS) {
      var parameters = Map.of("query", query, "time", seconds(time));
      compare(query + " at " + time, "/api/v1/query", parameters, 200);
    }
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void theyRefuseTheSame(String query) throws Exception {
    var time = seconds(TrafficSamples.MOMENTS.getLast());
    var parameters = Map.of("query", query, "time", time);

    var real = real("/api/v1/query", parameters);
    var embedded = embedded("/api/v1/query", parameters);

    assertThat(embedded.status()).as("%s: %s", query, embedded.body()).isEqualTo(real.status());
    assertThat(embedded.status()).isBetween(400, 422);
    assertThat(embedded.body().path("errorType")).isEqualTo(real.body().path("errorType"));
  }

  @ParameterizedTest
  @MethodSource("unsupported")
  void whatOnlyTheRealOneCanDoIsNamed(String query) throws Exception {
    var time = seconds(TrafficSamples.MOMENTS.getLast());
    var parameters = Map.of("query", query, "time", time);

    assertThat(real("/api/v1/query", parameters).status()).as(query).isEqualTo(200);
    var embedded = embedded("/api/v1/query", parameters);
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
              seconds(TrafficSamples.START.plusSeconds(20)),
              "end",
              seconds(TrafficSamples.START.plusSeconds(500)),
              "step",
              "15s");
      compare(query, "/api/v1/query_range", parameters, 200);
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
      var real = real("/api/v1/query_range", parameters);
      var embedded = embedded("/api/v1/query_range", parameters);

      assertThat(embedded.status()).as(parameters.toString()).isEqualTo(400);
      assertThat(real.status()).isEqualTo(400);
      assertThat(embedded.body().path("error")).isEqualTo(real.body().path("error"));
    }
  }

  @Test
  void theyKnowTheSameSeriesAndLabels() throws Exception {
    var times =
        Map.of(
            "start", seconds(TrafficSamples.START),
            "end", seconds(TrafficSamples.START.plusSeconds(600)));
    compare("labels", "/api/v1/labels", times, 200);
    compare("values", "/api/v1/label/destination_workload/values", times, 200);
    var selector = new LinkedHashMap<>(times);
    selector.put("match[]", "istio_requests_total{response_code=~\"5..\"}");
    assertThat(embedded("/api/v1/series", selector).body().path("data"))
        .containsExactlyInAnyOrderElementsOf(real("/api/v1/series", selector).body().path("data"));
  }

  private record Reply(int status, JsonNode body) {}

  private static void compare(String what, String path, Map<String, String> parameters, int status)
      throws Exception {
    var real = real(path, parameters);
    var embedded = embedded(path, parameters);
    assertThat(real.status()).as("%s: %s", what, real.body()).isEqualTo(status);
    assertThat(embedded.status()).as("%s: %s", what, embedded.body()).isEqualTo(status);
    var realData = real.body().path("data");
    var embeddedData = embedded.body().path("data");
    if (!realData.has("result")
        || !realData.path("resultType").asText().matches("vector|matrix|scalar")) {
      assertThat(embeddedData).as(what).isEqualTo(realData);
      return;
    }
    assertThat(embeddedData.path("resultType")).as(what).isEqualTo(realData.path("resultType"));
    var wanted = series(realData);
    var got = series(embeddedData);
    assertThat(got.keySet()).as(what).isEqualTo(wanted.keySet());
    wanted.forEach((labels, points) -> {
      var others = got.getOrDefault(labels, List.of());
      assertThat(others).as("%s %s", what, labels).hasSameSizeAs(points);
      for (var i = 0; i < points.size(); i++) {
        assertThat(others.get(i).time()).as("%s %s", what, labels).isEqualTo(points.get(i).time());
        assertThat(close(others.get(i).value(), points.get(i).value()))
            .as("%s %s: %s instead of %s", what, labels, others.get(i), points.get(i))
            .isTrue();
      }
    });
  }

  private record At(double time, String value) {}

  private static Map<String, List<At>> series(JsonNode data) {
    var all = new LinkedHashMap<String, List<At>>();
    if (data.path("resultType").asText().equals("scalar")) {
      var pair = data.path("result");
      return Map.of("", List.of(new At(pair.path(0).asDouble(), pair.path(1).asText())));
    }
    for (var series : data.path("result")) {
      var points = new ArrayList<At>();
      var pairs =
          series.has("values")
              ? series.path("values")
              : JSON.createArrayNode().add(series.path("value"));
      for (var pair : pairs) {
        points.add(new At(pair.path(0).asDouble(), pair.path(1).asText()));
      }
      all.put(Labels.of(JSON.convertValue(series.path("metric"), STRINGS)).toString(), points);
    }
    return all;
  }

  private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};

  /// Sums may be added up in another order.
  private static boolean close(String left, String right) {
    if (left.equals(right)) {
      return true;
    }
    if (left.matches("NaN|[+-]Inf") || right.matches("NaN|[+-]Inf")) {
      return false;
    }
    var a = Double.parseDouble(left);
    var b = Double.parseDouble(right);
    return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  }

  private static Reply embedded(String path, Map<String, String> parameters) throws Exception {
    var lists =
        parameters.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue())));
    var reply = EMBEDDED.answer(path, lists, Instant.EPOCH);
    return new Reply(reply.status(), JSON.readTree(reply.body()));
  }

  private static Reply real(String path, Map<String, String> parameters) throws Exception {
    var query =
        parameters.entrySet().stream()
            .map(e -> encode(e.getKey()) + "=" + encode(e.getValue()))
            .collect(Collectors.joining("&"));
    var request = HttpRequest.newBuilder(URI.create(url + path + "?" + query)).build();
    var reply = HTTP.send(request, HttpResponse.BodyHandlers.ofByteArray());
    return new Reply(reply.statusCode(), JSON.readTree(reply.body()));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String seconds(Instant time) {
    return time.getEpochSecond() + "." + "%03d".formatted(time.toEpochMilli() % 1000);
  }
}
