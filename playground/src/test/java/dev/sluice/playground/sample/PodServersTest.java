package dev.sluice.playground.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.playground.metrics.Registry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PodServersTest {
  private final Vertx vertx = Vertx.vertx();
  private final Registry registry = new Registry();
  private final PodServers pods = new PodServers(vertx, InstantSource.system(), registry);
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() throws Exception {
    http.close();
    pods.close();
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  private HttpResponse<String> get(String ip, int port, String path) throws Exception {
    var address = pods.address(ip, port).orElseThrow();
    var uri = "http://%s:%d%s".formatted(address.getHostString(), address.getPort(), path);
    var request = HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(5)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aRunningPodAnswersAtItsAddressUntilItIsStopped() throws Exception {
    var pod = SampleAppTest.pod("web:1", Behaviour.DEFAULT);
    pods.run(pod);

    assertThat(get(pod.ip(), 8080, "/hello").body())
        .contains("\"version\":\"1\"")
        .contains("\"path\":\"/hello\"");
    assertThat(pods.address(pod.ip(), 9090)).as("a port it does not listen on").isEmpty();
    assertThat(pods.pod(pod.ip())).contains(pod);

    var address = pods.address(pod.ip(), 8080).orElseThrow();
    pods.stop(pod.uid());

    assertThat(pods.address(pod.ip(), 8080)).isEmpty();
    var uri = URI.create("http://%s:%d/".formatted(address.getHostString(), address.getPort()));
    assertThatThrownBy(() ->
            http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(),
                HttpResponse.BodyHandlers.discarding()))
        .isInstanceOf(IOException.class);
  }

  @Test
  void changedAnnotationsChangeARunningPod() throws Exception {
    var pod = SampleAppTest.pod("web:1", Behaviour.DEFAULT);
    pods.run(pod);
    pods.run(SampleAppTest.pod("web:1", SampleAppTest.behaviour(Map.of("error-rate", "1"))));

    assertThat(get(pod.ip(), 8080, "/").statusCode()).isEqualTo(500);
  }

  @Test
  void theAppMeasuresItselfAsWithAPrometheusClient() throws Exception {
    pods.run(SampleAppTest.pod("web:1", SampleAppTest.behaviour(Map.of("error-rate", "1"))));

    get("10.244.0.1", 8080, "/");

    assertThat(registry.exposition())
        .containsPattern(
            "http_request_duration_seconds_bucket\\{kubernetes_namespace=\"[^\"]+\",kubernetes_pod_name=\"[^\"]+\",le=\"0.5\",status=\"500\"} 1")
        .contains("http_request_duration_seconds_count");
  }

  @Test
  void latencyIsWaitedForBeforeTheAnswer() throws Exception {
    var slow = SampleAppTest.behaviour(Map.of("latency", "300ms"));
    pods.run(SampleAppTest.pod("web:1", slow));

    long start = System.nanoTime();
    get("10.244.0.1", 8080, "/");

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(290));
  }
}
