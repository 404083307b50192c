package dev.sluice.controller.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What the kubelet and Prometheus get.
class EndpointsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  private static HttpResponse<String> get(Pulse pulse, List<String> unready, String path)
      throws IOException, InterruptedException {
    var page = new Exposition().busy();
    var vertx = Vertx.vertx();
    try (var endpoints =
            new Endpoints(
                vertx, "127.0.0.1", 0, page.registry(), () -> pulse.problems(NOW), () -> unready);
        var client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoints.port() + path)).build(),
          HttpResponse.BodyHandlers.ofString());
    } finally {
      vertx.close();
    }
  }

  private static Pulse turned(Duration ago) {
    var pulse = new Pulse();
    pulse.of(() -> Optional.of(NOW.minus(ago)));
    return pulse;
  }

  @Test
  void aLoopThatTurnsIsWell() throws Exception {
    assertThat(get(turned(Duration.ofSeconds(60)), List.of(), "/healthz").statusCode())
        .isEqualTo(200);
    assertThat(get(new Pulse(), List.of("starting"), "/healthz").statusCode())
        .as("a process that starts or stands by is not started anew")
        .isEqualTo(200);
  }

  @Test
  void aLoopThatStoppedIsToBeStartedAnew() throws Exception {
    var answer = get(turned(Duration.ofMinutes(11)), List.of(), "/healthz");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("the loop has not turned for 660 seconds\n");
  }

  @Test
  void whoeverIsNotReadySaysWhy() throws Exception {
    var answer = get(new Pulse(), List.of("waiting for canaries"), "/readyz");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("waiting for canaries\n");
    assertThat(get(new Pulse(), List.of(), "/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsAreInPrometheusFormat() throws Exception {
    var answer = get(new Pulse(), List.of(), "/metrics");
    assertThat(answer.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
    assertThat(answer.body())
        .contains("flagger_info{mesh_provider=\"istio\",version=\"1.2.3\"} 1.0")
        .contains("sluice_api_calls_total{outcome=\"ok\",resource=\"canaries\",verb=\"patch\"} 1.0")
        .contains("jvm_memory_used_bytes");
  }
}
