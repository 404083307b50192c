package dev.sluice.playground.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PrometheusServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PATH = System.getenv().getOrDefault("PATH", "");

  private final Vertx vertx = Vertx.vertx();
  private final Registry registry = new Registry();
  @TempDir private Path folder;

  @AfterEach
  void endVertx() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void withoutPrometheusTheEmbeddedOneCollectsAndAnswers() throws Exception {
    try (var server = start(settings(""))) {
      assertThat(server.description()).isEqualTo("embedded metrics (no prometheus on the PATH)");
      collectsAndAnswers(server);
    }
  }

  @Test
  void theRealOneCollectsAndAnswersTheSameWay() throws Exception {
    assumeTrue(RealPrometheus.find(PATH).isPresent(), "skipped: no prometheus on the PATH");
    try (var server = start(settings(PATH))) {
      assertThat(server.description()).matches("prometheus [0-9]+\\.[0-9]+\\..* \\(/.*\\)");
      collectsAndAnswers(server);
    }
  }

  @Test
  void nothingIsLeftWhenTheRealOneIsClosed() throws Exception {
    assumeTrue(RealPrometheus.find(PATH).isPresent(), "skipped: no prometheus on the PATH");
    var before = ProcessHandle.current().descendants().toList();
    var server = start(settings(PATH));
    var started = ProcessHandle.current().descendants().filter(p -> !before.contains(p)).toList();

    server.close();

    assertThat(started).isNotEmpty().noneMatch(ProcessHandle::isAlive);
    assertThatThrownBy(() -> get(server.url() + "/-/ready")).isInstanceOf(IOException.class);
  }

  @Test
  void aPrometheusThatTakesRequestsAndNeverAnswersIsNotWaitedForForEver() throws Exception {
    var silent =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.pause())
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    var log = folder.resolve("log");
    var process = Leash.start(List.of("sleep", "600"), folder, log);
    try {
      assertThatThrownBy(() ->
              RealPrometheus.awaitReady(
                  vertx, process, silent.actualPort(), Duration.ofSeconds(1), log))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("prometheus was not ready after 1 s");
    } finally {
      Leash.end(process);
    }
  }

  @Test
  void aChildEndsWithWhoeverHoldsItsLeash() throws Exception {
    var child = Leash.start(List.of("sleep", "600"), folder, folder.resolve("log"));
    ProcessHandle sleeping = null;
    while (sleeping == null) {
      sleeping =
          child
              .descendants()
              .filter(p -> p.info().command().orElse("").endsWith("sleep"))
              .findFirst()
              .orElse(null);
    }

    // What the system does with our end of the pipe when we are killed.
    child.getOutputStream().close();

    sleeping.onExit().get(10, TimeUnit.SECONDS);
    assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aPrometheusThatEndsAtOnceGivesWayToTheEmbeddedOneVisibly() throws Exception {
    program("echo broken; exit 3");

    try (var server = start(settings(folder.toString()))) {
      assertThat(server.description())
          .startsWith("embedded metrics (prometheus ended at once with status 3, see ")
          .contains("prometheus.log");
      assertThat(Files.readString(folder.resolve("world/prometheus.log"))).isEqualTo("broken\n");
      assertThat(get(server.url() + "/-/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aPrometheusThatNeverGetsReadyGivesWayToTheEmbeddedOne() throws Exception {
    program("exec sleep 600");

    try (var server = start(settings(folder.toString()))) {
      assertThat(server.description()).contains("prometheus was not ready after 2 s");
      assertThat(ProcessHandle.current().descendants())
          .noneMatch(p -> p.info().command().orElse("").endsWith("sleep"));
    }
  }

  @Test
  void aPortInUseIsSaidInOneLine() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      var port = taken.getLocalPort();
      var settings =
          new PrometheusServer.Settings(
              folder, port, Duration.ofMillis(200), PATH, Duration.ofSeconds(2));

      assertThatThrownBy(() -> start(settings))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("the metrics cannot listen on 127.0.0.1:" + port)
          .hasMessageEndingWith("choose another port or end what uses it");
    }
  }

  @Test
  void theEmbeddedOneTakesFormsAndRefusesBodiesWithoutEnd() throws Exception {
    try (var server = start(settings(""))) {
      var address = URI.create(server.url() + "/api/v1/query");
      var form =
          HttpRequest.newBuilder(address)
              .header("Content-Type", "application/x-www-form-urlencoded");

      var good = send(form.POST(HttpRequest.BodyPublishers.ofString("query=1%2B1&time=5")).build());
      var bad = send(form.POST(HttpRequest.BodyPublishers.ofString("query=1%2B")).build());
      var big =
          send(
              form.POST(HttpRequest.BodyPublishers.ofString("query=" + "1".repeat(200_000)))
                  .build());

      assertThat(good.body())
          .isEqualTo(
              "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[5,\"2\"]}}");
      assertThat(bad.statusCode()).isEqualTo(400);
      assertThat(JSON.readTree(bad.body()).path("errorType").asText()).isEqualTo("bad_data");
      assertThat(big.statusCode()).isEqualTo(413);
    }
  }

  private void collectsAndAnswers(PrometheusServer server) throws Exception {
    assertThat(get(server.url() + "/-/ready").statusCode()).isEqualTo(200);
    assertThat(get(server.url() + "/-/healthy").statusCode()).isEqualTo(200);
    registry.inc("istio_requests_total", Map.of("response_code", "200"), 41);
    eventually(server, "sum(istio_requests_total)", "41");
    registry.inc("istio_requests_total", Map.of("response_code", "503"), 1);
    eventually(server, "sum(istio_requests_total)", "42");
    eventually(server, "up{job=\"playground\"}", "1");
    eventually(server, "sum(rate(istio_requests_total{response_code=\"200\"}[10s])) * 0 + 1", "1");
  }

  /// Asks again and again; the test's time limit ends a series that never comes.
  private static void eventually(PrometheusServer server, String query, String value)
      throws Exception {
    while (true) {
      var result = ask(server, query).path("data").path("result").path(0).path("value").path(1);
      if (result.asText().equals(value)) {
        return;
      }
      try {
        new CompletableFuture<Void>().get(50, TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        // Look again.
      }
    }
  }

  private static JsonNode ask(PrometheusServer server, String query) throws Exception {
    var address =
        server.url() + "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8);
    return JSON.readTree(get(address).body());
  }

  private static HttpResponse<String> get(String address) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(address)).build());
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private void program(String script) throws IOException {
    var file = folder.resolve("prometheus");
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private PrometheusServer.Settings settings(String path) {
    var patience = path.equals(PATH) ? Duration.ofSeconds(30) : Duration.ofSeconds(2);
    return new PrometheusServer.Settings(
        folder.resolve("world"), 0, Duration.ofMillis(200), path, patience);
  }

  private PrometheusServer start(PrometheusServer.Settings settings) throws Exception {
    return PrometheusServer.start(vertx, registry, InstantSource.system(), settings);
  }
}
