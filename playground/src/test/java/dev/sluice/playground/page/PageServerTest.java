package dev.sluice.playground.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.playground.virtual.VirtualWorld;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page over real HTTP, of a world on a virtual clock whose routes a test writes.
class PageServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final String ROUTE =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: myapp, namespace: production}
      spec:
        hosts: [myapp]
        http:
        - route:
          - {destination: {host: myapp-primary}, weight: 70}
          - {destination: {host: myapp-canary}, weight: 30}
      """;
  private static final String SERVICES =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: myapp, namespace: production}
      spec: {selector: {app: myapp-primary}, ports: [{name: http, port: 80, targetPort: 8080}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: myapp-primary, namespace: production}
      spec: {selector: {app: myapp-primary}, ports: [{name: http, port: 80, targetPort: 8080}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: myapp-canary, namespace: production}
      spec: {selector: {app: myapp}, ports: [{name: http, port: 80, targetPort: 8080}]}
      """;
  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        service: {port: 80}
        analysis: {interval: 10s, threshold: 1, maxWeight: 50, stepWeight: 10}
      """;

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = HttpClient.newHttpClient();
  private VirtualWorld world = world();
  private PageServer page = start();

  private static VirtualWorld world() {
    try {
      return VirtualWorld.seeded(5, ROOT);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private PageServer start() {
    try {
      return PageServer.start(
          vertx,
          world.api(),
          world.traffic(),
          world.clock(),
          0,
          picture -> picture.putArray("alerts"));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void aCanaryWithThirtyPercentThatFails() {
    world.deploy("myapp-primary", "1.0.0");
    world.deploy("myapp", "1.1.0", Map.of("error-rate", "1"));
    world.create(SERVICES);
    world.create(ROUTE);
    world.create(CANARY);
    world.users("myapp", 40);
    page.mark();
    for (int i = 0; i < 10; i++) {
      world.advance(Duration.ofSeconds(1));
      page.mark();
    }
  }

  @AfterEach
  void stop() throws Exception {
    page.close();
    world.close();
    http.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  private HttpResponse<String> get(String path) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(page.url() + path)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode named(JsonNode rows, String name) {
    return rows.valueStream()
        .filter(row -> row.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void thePictureShowsTheSplitAndHowEachRevisionFares() throws Exception {
    var picture = JSON.readTree(get("state").body());

    var app = named(picture.path("apps"), "myapp");
    assertThat(app.path("canaryWeight").asInt()).isEqualTo(30);
    var primary = app.path("sides").path(0);
    var canary = app.path("sides").path(1);
    assertThat(primary.path("version").asText()).isEqualTo("1.0.0");
    assertThat(primary.path("weight").asInt()).isEqualTo(70);
    assertThat(primary.path("errors").asDouble()).isZero();
    assertThat(canary.path("version").asText()).isEqualTo("1.1.0");
    assertThat(canary.path("ready").asInt()).isEqualTo(2);
    assertThat(canary.path("errors").asDouble()).isEqualTo(1);
    double both =
        primary.path("requestsPerSecond").asDouble() + canary.path("requestsPerSecond").asDouble();
    assertThat(both).isBetween(39.0, 41.0);
    assertThat(canary.path("requestsPerSecond").asDouble() / both).isBetween(0.2, 0.4);
    assertThat(canary.path("history")).isNotEmpty();

    assertThat(named(picture.path("services"), "myapp-primary").path("ready").asInt()).isEqualTo(2);
    assertThat(picture.path("pods").valueStream().map(pod -> pod.path("status").asText()))
        .hasSize(4)
        .containsOnly("Running");
    assertThat(picture.path("events").valueStream().map(event -> event.path("reason").asText()))
        .contains("ScalingReplicaSet", "Started");
  }

  @Test
  void whatLoadTestsSendPastTheWeightsIsNotTakenForUsersTraffic() throws Exception {
    var before = canaryRate();
    world.users("myapp-canary", 100);
    for (int i = 0; i < 6; i++) {
      world.advance(Duration.ofSeconds(1));
      page.mark();
    }

    assertThat(canaryRate()).isCloseTo(before, org.assertj.core.data.Percentage.withPercentage(60));
    var services = JSON.readTree(get("state").body()).path("services");
    assertThat(named(services, "myapp-canary").path("requestsPerSecond").asDouble())
        .isGreaterThan(95);
  }

  private double canaryRate() throws Exception {
    var app = named(JSON.readTree(get("state").body()).path("apps"), "myapp");
    return app.at("/sides/1/requestsPerSecond").asDouble();
  }

  @Test
  void picturesKeepComing() throws Exception {
    var request = HttpRequest.newBuilder(URI.create(page.url() + "stream")).build();
    var answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
    try (var lines =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
      for (int i = 0; i < 2; i++) {
        var line = lines.readLine();
        while (!line.startsWith("data: ")) {
          line = lines.readLine();
        }
        assertThat(JSON.readTree(line.substring(6)).path("apps")).hasSize(1);
      }
    }
  }

  @Test
  void aPageOfAnotherNameMayNotReadIt() throws Exception {
    for (var host : List.of("evil.example.com", "evil.example.com:" + port(), "127.0.0.1:1", "")) {
      assertThat(raw("GET /state HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"))
          .as(host)
          .startsWith("HTTP/1.1 421")
          .doesNotContain("myapp");
    }
    assertThat(
            raw("POST / HTTP/1.1\r\nHost: 127.0.0.1:" + port() + "\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 405");
    assertThat(get("../../etc/passwd").statusCode()).isEqualTo(404);
    assertThat(get("").headers().firstValue("content-security-policy").orElseThrow())
        .contains("default-src 'none'")
        .doesNotContain("unsafe");
  }

  private int port() {
    return URI.create(page.url()).getPort();
  }

  private String raw(String request) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void namesAreTextAndNeverMarkup() throws Exception {
    world.create(
        """
        apiVersion: v1
        kind: Event
        metadata: {name: odd, namespace: production}
        involvedObject: {kind: Canary, namespace: production, name: "<img src=x onerror=alert(1)>"}
        reason: "<script>alert(1)</script>"
        message: "a & b <b>bold</b>"
        lastTimestamp: "2026-01-01T00:00:10Z"
        type: Warning
        """);
    var drawn = drawn();

    assertThat(drawn)
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "a &amp; b &lt;b&gt;bold&lt;/b&gt;")
        .doesNotContain("<img", "<script>alert", "<b>bold");
  }

  @Test
  void aBrowserDrawsTheClusterWithoutAComplaint() throws Exception {
    var drawn = drawn();

    assertThat(drawn)
        .contains("30 %", "70 %", "1.0.0", "1.1.0", "myapp-primary", "Running", "as of ")
        .doesNotContain("undefined", "NaN", "No Canary yet");
    assertThat(drawn).contains("<title>30 % · ");
  }

  /// The page as headless Chromium has it once its script has run.
  private String drawn() throws Exception {
    var browser = chromium();
    assumeTrue(browser.isPresent(), "skipped: the page is drawn by chromium, which is not here");
    var errors = folder.resolve("errors");
    var out = folder.resolve("drawn.html");
    var process =
        new ProcessBuilder(
                browser.get(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--user-data-dir=" + folder.resolve("profile"),
                "--enable-logging=stderr",
                "--virtual-time-budget=2000",
                "--dump-dom",
                page.url() + "?still")
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("chromium ends").isTrue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    assertThat(Files.readString(errors)).doesNotContain("CONSOLE");
    return Files.readString(out);
  }

  private static Optional<String> chromium() {
    var folders =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1));
    return folders
        .flatMap(dir -> Stream.of("chromium", "google-chrome").map(name -> Path.of(dir, name)))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }
}
