package dev.sluice.controller.wallclock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cli.CommandLineRun;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.HttpFront;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real controller, over real HTTP, in a cluster that gets Istio after it.
class MeshInstalledLaterOnTheWallClockTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  private final KubernetesApi api =
      new KubernetesApi(InstantSource.system(), new Random(1), Users.EVERYBODY);
  private final BlockingQueue<JsonNode> canaries = new LinkedBlockingQueue<>();
  private final Map<String, JsonNode> latest = new HashMap<>();

  @Test
  void itStartsWithoutAMeshSaysWhatIsMissingAndGoesOnWhenThatIsThere() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (HttpFront front = HttpFront.start(vertx, api, 0)) {
      for (ObjectNode definition : Manifests.definitions(ROOT)) {
        Manifests.create(api, definition);
      }
      post("/api/v1/namespaces", "{apiVersion: v1, kind: Namespace, metadata: {name: production}}");
      AutoCloseable _ =
          api.watch(
              call(
                  "GET",
                  "/apis/flagger.app/v1beta1/canaries",
                  Map.of("watch", List.of("true")),
                  ""),
              frame -> canaries.add(frame.path("object").deepCopy()));
      try (CommandLineRun controller = start(front)) {
        canary("in-istio", "istio");
        canary("alone", "kubernetes");

        await("in-istio", canary -> stalled(canary).contains("does not define VirtualService"));
        await("alone", canary -> !stalled(canary).contains("spec.provider"));

        for (ObjectNode definition : Manifests.istio()) {
          Manifests.create(api, definition);
        }
        await("in-istio", canary -> !stalled(canary).contains("spec.provider"));
        assertThat(controller.ended()).isFalse();
      }
    } finally {
      vertx.close();
    }
  }

  private CommandLineRun start(HttpFront front) throws IOException {
    Path kubeconfig = folder.resolve("kubeconfig");
    Files.writeString(
        kubeconfig,
        """
        apiVersion: v1
        kind: Config
        current-context: it
        clusters: [{name: it, cluster: {server: "%s"}}]
        users: [{name: it, user: {}}]
        contexts: [{name: it, context: {cluster: it, user: it}}]
        """
            .formatted(front.url()));
    return CommandLineRun.start(
        "controller",
        "--kubeconfig=" + kubeconfig,
        "--git-dir=" + folder.resolve("mirrors"),
        "--listen=127.0.0.1",
        "--port=0",
        "--log-level=warn");
  }

  private void await(String name, Predicate<JsonNode> wanted) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!latest.containsKey(name)
        || latest.get(name).at("/status/conditions").isEmpty()
        || !wanted.test(latest.get(name))) {
      JsonNode seen = canaries.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (seen == null) {
        throw new AssertionError("never seen; last " + latest.get(name));
      }
      latest.put(seen.at("/metadata/name").asText(), seen);
    }
  }

  private static String stalled(JsonNode canary) {
    for (JsonNode condition : canary.at("/status/conditions")) {
      if (condition.path("type").asText().equals("Stalled")
          && condition.path("status").asText().equals("True")) {
        return condition.path("message").asText();
      }
    }
    return "";
  }

  private void canary(String name, String provider) throws IOException {
    post(
        "/apis/flagger.app/v1beta1/namespaces/production/canaries",
        """
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata: {name: %1$s, namespace: production}
        spec:
          provider: %2$s
          targetRef: {apiVersion: apps/v1, kind: Deployment, name: %1$s}
          service: {port: 80}
          analysis: {interval: 10s, threshold: 3, iterations: 3}
        """
            .formatted(name, provider));
  }

  private void post(String path, String yaml) throws IOException {
    String json = Manifests.read(yaml).getFirst().toString();
    assertThat(api.handle(call("POST", path, Map.of(), json)).status()).isEqualTo(201);
  }

  private static Call call(
      String method, String path, Map<String, List<String>> query, String body) {
    return new Call(
        method,
        path,
        query,
        Map.of("accept", "application/json", "content-type", "application/json"),
        body.getBytes(StandardCharsets.UTF_8));
  }
}
