package dev.sluice.playground.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// A real Prometheus beside the embedded one, both over the traffic samples.
///
/// @param url of the real one
record Comparison(String url) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final QueryApi EMBEDDED = new QueryApi(TrafficSamples.store());
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};

  /// Writes the traffic samples as Prometheus stores them.
  static void writeBlocks(Path promtool, Path folder, Path data) throws Exception {
    var samples = Files.writeString(folder.resolve("samples.om"), TrafficSamples.openMetrics());
    var log = folder.resolve("promtool.log");
    var run =
        new ProcessBuilder(
                promtool.toString(),
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                samples.toString(),
                data.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(run.waitFor()).as(Files.readString(log)).isZero();
  }

  /// Prometheus 2.52 changed how counters near zero are extrapolated, 3.0 which ends of a window
  /// belong to it.
  ///
  /// @param version such as `2.42.0+ds`
  static boolean sameRules(String version) {
    var parts = version.split("\\.", 3);
    return parts.length == 3
        && parts[0].equals("2")
        && parts[1].matches("[0-9]+")
        && Integer.parseInt(parts[1]) < 52;
  }

  void answerTheSame(String query) throws Exception {
    for (var time : TrafficSamples.MOMENTS) {
      var parameters = Map.of("query", query, "time", seconds(time));
      compare(query + " at " + time, "/api/v1/query", parameters, 200);
    }
  }

  record Reply(int status, JsonNode body) {}

  void compare(String what, String path, Map<String, String> parameters, int status)
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

  static Reply embedded(String path, Map<String, String> parameters) throws Exception {
    var lists =
        parameters.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue())));
    var reply = EMBEDDED.answer(path, lists, Instant.EPOCH);
    return new Reply(reply.status(), JSON.readTree(reply.body()));
  }

  Reply real(String path, Map<String, String> parameters) throws Exception {
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

  static String seconds(Instant time) {
    return time.getEpochSecond() + "." + "%03d".formatted(time.toEpochMilli() % 1000);
  }
}
