package dev.sluice.playground.pods;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.playground.api.HttpFront;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.sample.Behaviour;
import dev.sluice.playground.sample.PodFacts;
import dev.sluice.playground.sample.PodServers;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Logs and forwarded ports of a pod, over real HTTP and WebSockets.
class PodDoorTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T10:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(BEGIN);
  private final Vertx vertx = Vertx.vertx();
  private final KubernetesApi api = new KubernetesApi(now::get, new Random(7), Users.EVERYBODY);
  private final PodServers pods = new PodServers(vertx, now::get, new Registry());
  private final HttpClient http = HttpClient.newHttpClient();
  private HttpFront front = start();
  private final KubernetesClient client =
      new KubernetesClientBuilder()
          .withConfig(
              new ConfigBuilder()
                  .withMasterUrl(front.url())
                  .withNamespace("default")
                  .withHttp2Disable(true)
                  .withRequestRetryBackoffLimit(0)
                  .build())
          .build();

  private HttpFront start() {
    try {
      return HttpFront.start(
          vertx, api, 0, Optional.of(new PodDoor(vertx, api, pods, pods.logs(), now::get)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void runs() {
    run(pod("web", "app", "sidecar"), 1);
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    front.close();
    pods.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    http.close();
  }

  private static Pod pod(String name, String... containers) {
    var pod = new PodBuilder().withNewMetadata().withName(name).endMetadata().withNewSpec();
    pod.withNodeName("node-1");
    for (var container : containers) {
      pod.addNewContainer()
          .withName(container)
          .withImage("registry.example.com/web:1")
          .endContainer();
    }
    return pod.endSpec().build();
  }

  private PodFacts run(Pod wanted, int address) {
    var ip = "10.244.0." + address;
    var pod = client.resource(wanted).create();
    var status = new PodBuilder(pod).withNewStatus().withPhase("Running").withPodIP(ip);
    for (var container : pod.getSpec().getContainers()) {
      status
          .addNewContainerStatus()
          .withName(container.getName())
          .withImage(container.getImage())
          .withImageID("")
          .withReady(true)
          .withRestartCount(0)
          .withNewState()
          .withNewRunning()
          .endRunning()
          .endState()
          .endContainerStatus();
    }
    client.resource(status.endStatus().build()).updateStatus();
    var facts =
        new PodFacts(
            pod.getMetadata().getUid(),
            "default",
            pod.getMetadata().getName(),
            "node-1",
            ip,
            "registry.example.com/web:1",
            Set.of(8080),
            Map.of(),
            Behaviour.DEFAULT);
    pods.run(facts);
    return facts;
  }

  private void visit(String ip, String path) throws Exception {
    var address = pods.address(ip, 8080).orElseThrow();
    var uri = "http://%s:%d%s".formatted(address.getHostString(), address.getPort(), path);
    http.send(
        HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    var uri = URI.create(front.url() + "/api/v1/namespaces/default/pods/" + path);
    return http.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String message(String path) throws Exception {
    var answer = get(path);
    assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
    assertThat(answer.body()).contains("\"kind\":\"Status\"");
    return answer.statusCode()
        + " "
        + answer
            .body()
            .replaceAll(".*\"message\":\"(.*)\",\"reason.*\\n", "$1")
            .replace("\\\"", "'");
  }

  @Test
  void aLogSaysWhatTheAppDid() throws Exception {
    visit("10.244.0.1", "/hello");
    now.set(BEGIN.plusSeconds(30));
    visit("10.244.0.1", "/status/503");

    var all = get("web/log?container=app");
    assertThat(all.headers().firstValue("content-type")).hasValue("text/plain");
    assertThat(all.body())
        .isEqualTo(
            """
            registry.example.com/web:1 listens on port 8080
            GET /hello 200 0 ms
            GET /status/503 503 0 ms
            """);
    assertThat(get("web/log?container=app&tailLines=1").body())
        .isEqualTo("GET /status/503 503 0 ms\n");
    assertThat(get("web/log?container=app&tailLines=0").body()).isEmpty();
    assertThat(get("web/log?container=app&sinceSeconds=10&timestamps=true").body())
        .isEqualTo("2026-01-01T10:00:30Z GET /status/503 503 0 ms\n");
    assertThat(get("web/log?container=app&sinceTime=2026-01-01T10:00:30Z").body())
        .isEqualTo("GET /status/503 503 0 ms\n");
    assertThat(get("web/log?container=app&limitBytes=8").body()).isEqualTo("registry");
    assertThat(get("web/log?container=sidecar").body()).as("one app plays the pod").isEmpty();
  }

  @Test
  void aLogIsRefusedInTheWordsOfARealServer() throws Exception {
    assertThat(message("web/log"))
        .isEqualTo(
            "400 a container name must be specified for pod web, choose one of: [app sidecar]");
    assertThat(message("web/log?container=nix"))
        .isEqualTo("400 container nix is not valid for pod web");
    assertThat(message("web/log?container=app&previous=true"))
        .isEqualTo("400 previous terminated container 'app' in pod 'web' not found");
    assertThat(message("web/log?container=app&tailLines=-1"))
        .isEqualTo(
            "422 PodLogOptions 'web' is invalid: tailLines: Invalid value: -1: must be greater than or"
                + " equal to 0");
    assertThat(message("web/log?container=app&sinceSeconds=0"))
        .endsWith("sinceSeconds: Invalid value: 0: must be greater than 0");
    assertThat(message("web/log?container=app&sinceSeconds=1&sinceTime=2026-01-01T10:00:30Z"))
        .contains("at most one of `sinceTime` or `sinceSeconds` may be specified");
    assertThat(message("web/log?container=app&tailLines=x")).contains("400", "invalid syntax");
    assertThat(get("none/log").statusCode()).isEqualTo(404);

    client.resource(pod("starting", "app")).create();
    assertThat(message("starting/log"))
        .isEqualTo("400 container 'app' in pod 'starting' is waiting to start: ContainerCreating");
  }

  @Test
  void whoFollowsALogSeesEachLineUntilTheAppEnds() throws Exception {
    var pod = run(pod("one", "app"), 2);
    var request =
        HttpRequest.newBuilder(
                URI.create(front.url() + "/api/v1/namespaces/default/pods/one/log?follow=true"))
            .build();
    var answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    try (var lines = reader(answer.body())) {
      assertThat(lines.readLine()).endsWith("listens on port 8080");
      visit(pod.ip(), "/first");
      assertThat(lines.readLine()).isEqualTo("GET /first 200 0 ms");
      visit(pod.ip(), "/second\u00e9");
      assertThat(lines.readLine()).startsWith("GET /second");
      pods.stop(pod.uid());
      assertThat(lines.readLine()).isEqualTo("the process ends");
      assertThat(lines.readLine()).isNull();
    }
    assertThat(client.pods().withName("one").getLog()).contains("GET /first 200");
  }

  @Test
  void theLogBeforeTheLastRestartIsKept() throws Exception {
    var pod = run(pod("one", "app"), 2);
    visit(pod.ip(), "/before");
    pods.stop(pod.uid());
    pods.run(pod);
    client
        .pods()
        .withName("one")
        .editStatus(live ->
            new PodBuilder(live)
                .editStatus()
                .editFirstContainerStatus()
                .withNewLastState()
                .withNewTerminated()
                .withExitCode(1)
                .endTerminated()
                .endLastState()
                .endContainerStatus()
                .endStatus()
                .build());

    assertThat(get("one/log?previous=true").body()).contains("GET /before 200");
    assertThat(get("one/log").body()).doesNotContain("/before");
  }

  private static BufferedReader reader(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, UTF_8));
  }

  @Test
  void fabric8ForwardsAPort() throws Exception {
    try (var forward =
        client.pods().withName("web").portForward(8080, InetAddress.getLoopbackAddress(), 0)) {
      var uri = URI.create("http://127.0.0.1:" + forward.getLocalPort() + "/through");
      for (int i = 0; i < 3; i++) {
        var answer =
            http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).contains("\"path\":\"/through\"");
      }
    }
  }

  @Test
  void commandsAreRefusedWithTheReason() throws Exception {
    assertThat(message("web/exec?command=ls"))
        .startsWith(
            "501 there is nothing to run commands in: every image is played by the playground's");
    assertThat(message("web/attach")).startsWith("501");
    assertThat(get("none/exec").statusCode()).isEqualTo(404);
    assertThat(message("web/portforward")).isEqualTo("400 Upgrade request required");
  }

  /// A connection as kubectl makes it, inside a WebSocket.
  @Test
  void kubectlsTunnelCarriesConnectionsAndTellsOfClosedPorts() throws Exception {
    try (var tunnel =
        SpdyClient.open(vertx, front.port(), "/api/v1/namespaces/default/pods/web/portforward")) {
      var first = tunnel.connect(8080);
      var second = tunnel.connect(8080);
      second.send("GET /two HTTP/1.0\r\n\r\n");
      first.send("GET /one HTTP/1.0\r\n\r\n");
      assertThat(first.answer()).contains("\"path\":\"/one\"");
      assertThat(second.answer()).contains("\"path\":\"/two\"");
      assertThat(first.error()).isEmpty();

      var closed = tunnel.connect(81);
      assertThat(closed.error())
          .startsWith("error forwarding port 81 to pod ")
          .endsWith("failed to connect to localhost:81: connection refused");

      var large = tunnel.connect(8080);
      var body = "x".repeat(300_000);
      large.send(
          "POST /large HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s".formatted(body.length(), body));
      assertThat(large.answer()).contains("\"path\":\"/large\"");
      assertThat(tunnel.ping()).isTrue();
    }
  }

  @Test
  void aTunnelOfRubbishIsClosedAndNothingElseHappens() throws Exception {
    try (var tunnel =
        SpdyClient.open(vertx, front.port(), "/api/v1/namespaces/default/pods/web/portforward")) {
      tunnel.sendRaw(new byte[] {(byte) 0x80, 9, 0, 1, 0, 0, 0, 1, 5});
      tunnel.awaitClose();
    }
    assertThat(get("web/log?container=app").statusCode()).isEqualTo(200);
  }
}
