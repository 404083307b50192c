package dev.sluice.playground.metrics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiConsumer;

/// Ten minutes of a release as a Prometheus would have collected them: a canary that appears after
/// three minutes, a primary whose counters start anew after six, scrapes that were missed.
final class TrafficSamples {
  static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

  /// On a scrape, between scrapes, with and without the canary, around the restart, after the end.
  static final List<Instant> MOMENTS =
      List.of(
          START.plusSeconds(60),
          START.plusMillis(183_250),
          START.plusMillis(217_777),
          START.plusSeconds(300),
          START.plusMillis(361_500),
          START.plusMillis(402_003),
          START.plusMillis(640_000),
          START.plusSeconds(1_200),
          START.plusMillis(598_999));

  private static final Map<String, String> TARGET =
      Map.of("job", "playground", "instance", "127.0.0.1:8080");

  private TrafficSamples() {}

  static SeriesStore store() {
    var store = new SeriesStore(Duration.ofHours(2), 10_000);
    run((registry, now) -> store.scrape(registry, TARGET, now));
    return store;
  }

  /// The same samples for `promtool tsdb create-blocks-from openmetrics`.
  static String openMetrics() {
    var store = store();
    var text = new StringBuilder();
    for (var run : store.range(List.of(), 0, Long.MAX_VALUE - 1)) {
      for (var i = 0; i < run.size(); i++) {
        line(text, run, i);
      }
    }
    return text.append("# EOF\n").toString();
  }

  private static void line(StringBuilder text, Run run, int i) {
    text.append(run.labels().get(Labels.NAME)).append('{');
    run.labels()
        .map()
        .forEach((name, value) -> {
          if (!name.equals(Labels.NAME)) {
            text.append(name).append("=\"").append(value).append("\",");
          }
        });
    text.setLength(text.length() - 1);
    text.append("} ").append(run.values()[i]);
    text.append(' ').append(run.times()[i] / 1000.0).append('\n');
  }

  static List<String> lines(String resource) {
    try (var in = TrafficSamples.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(BiConsumer<Registry, Instant> scrape) {
    var random = new Random(42);
    var registry = new Registry();
    for (var second = 0; second < 600; second++) {
      if (second == 360) {
        registry = new Registry();
      }
      for (var request = random.nextInt(12); request > 0; request--) {
        var canary = second > 180 && random.nextInt(10) < 2;
        request(registry, canary ? "myapp" : "myapp-primary", random);
      }
      var missed = second >= 400 && second < 425;
      if (second % 5 == 0 && !missed) {
        scrape.accept(registry, START.plusSeconds(second).plusMillis(random.nextInt(40)));
      }
    }
  }

  private static void request(Registry registry, String workload, Random random) {
    var failed = random.nextInt(100) < (workload.equals("myapp") ? 8 : 1);
    var labels =
        Map.of(
            "reporter", "destination",
            "source_workload", random.nextBoolean() ? "istio-ingressgateway" : "loadtester",
            "destination_workload", workload,
            "destination_workload_namespace", "production",
            "destination_service_name", "myapp",
            "response_code", failed ? "503" : "200",
            "response_flags", "-",
            "source_app", "");
    registry.inc("istio_requests_total", labels, 1);
    registry.observe(
        "istio_request_duration_milliseconds", labels, Math.exp(random.nextGaussian() + 3));
  }
}
