package dev.sluice.controller.wallclock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.cli.CommandLineRun;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.HttpFront;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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

  private final BareCluster cluster = new BareCluster();
  private final BlockingQueue<JsonNode> canaries = new LinkedBlockingQueue<>();
  private final Map<String, JsonNode> latest = new HashMap<>();

  @Test
  void itStartsWithoutAMeshSaysWhatIsMissingAndGoesOnWhenThatIsThere() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (HttpFront front = cluster.listen(vertx)) {
      cluster.define(Manifests.definitions(ROOT));
      cluster.namespace("production");
      cluster.watch("/apis/flagger.app/v1beta1/canaries", canaries::add);
      try (CommandLineRun controller = start(front)) {
        canary("in-istio", "istio");
        canary("alone", "kubernetes");

        await("in-istio", canary -> stalled(canary).contains("does not define VirtualService"));
        await("alone", canary -> !stalled(canary).contains("spec.provider"));

        cluster.define(Manifests.istio());
        await("in-istio", canary -> !stalled(canary).contains("spec.provider"));
        assertThat(controller.ended()).isFalse();
      }
    } finally {
      vertx.close();
    }
  }

  private CommandLineRun start(HttpFront front) throws IOException {
    Path kubeconfig = BareCluster.kubeconfig(folder, front);
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
    cluster.post(
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
}
