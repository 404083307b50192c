package dev.sluice.controller.wallclock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.HttpFront;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real controller processes that share a lease, over real HTTP, killed as nodes and people do it.
class HandoverOnTheWallClockTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final long PATIENCE = Duration.ofMinutes(2).toNanos();

  @TempDir Path folder;

  private final BareCluster cluster = new BareCluster();
  private final BlockingQueue<Seen> frames = new LinkedBlockingQueue<>();
  private final Map<String, Process> replicas = new LinkedHashMap<>();

  private record Seen(long nanos, JsonNode object) {}

  @Test
  void anotherReplicaTakesOverWhenTheLeaderIsKilledAndAtOnceWhenItEnds() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (HttpFront front = cluster.listen(vertx)) {
      install();
      watch("/apis/coordination.k8s.io/v1/leases");
      watch("/apis/flagger.app/v1beta1/canaries");
      start("first", front);
      start("second", front);

      String leader = leader(List.of("first", "second"));
      canary("one");
      awaitVerdictOn("one");

      Process killed = replicas.get(leader);
      killed.destroyForcibly().waitFor();
      long death = System.nanoTime();
      String heir = leader.equals("first") ? "second" : "first";
      assertThat(leader(List.of(heir))).isEqualTo(heir);
      assertThat(Duration.ofNanos(System.nanoTime() - death))
          .as("a lease of three seconds, seen twice a second")
          .isBetween(Duration.ofMillis(500), Duration.ofSeconds(15));
      canary("two");
      awaitVerdictOn("two");

      start("third", front);
      awaitLog("third", "standing by");
      replicas.get(heir).destroy();
      long released = awaitHolder("").nanos();
      long taken = awaitHolder("third").nanos();
      assertThat(Duration.ofNanos(taken - released)).isLessThan(Duration.ofSeconds(2));
      canary("three");
      awaitVerdictOn("three");
      assertThat(replicas.get(heir).waitFor(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      replicas.values().forEach(Process::destroyForcibly);
      vertx.close();
    }
  }

  private void start(String name, HttpFront front) throws IOException {
    Path kubeconfig = BareCluster.kubeconfig(folder, front);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            "dev.sluice.controller.cli.Main",
            "controller",
            "--kubeconfig=" + kubeconfig,
            "--leader-election=on",
            "--leader-election-namespace=sluice-system",
            "--leader-election-identity=" + name,
            "--leader-election-lease-duration=3s",
            "--leader-election-renew-deadline=2s",
            "--leader-election-retry-period=500ms",
            "--listen=127.0.0.1",
            "--port=0"));
    replicas.put(
        name,
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name).toFile())
            .start());
  }

  // ---- what is seen ----

  private String leader(List<String> among) throws InterruptedException {
    return awaitSeen(
            "a leader among " + among,
            object ->
                object.path("kind").asText().equals("Lease")
                    && among.contains(object.at("/spec/holderIdentity").asText()))
        .object()
        .at("/spec/holderIdentity")
        .asText();
  }

  private Seen awaitHolder(String name) throws InterruptedException {
    return awaitSeen(
        "holder '" + name + "'",
        object ->
            object.path("kind").asText().equals("Lease")
                && object.at("/spec/holderIdentity").asText().equals(name));
  }

  private void awaitVerdictOn(String canary) throws InterruptedException {
    awaitSeen(
        "a condition of " + canary,
        object ->
            object.at("/metadata/name").asText().equals(canary)
                && !object.at("/status/conditions").isEmpty());
  }

  private Seen awaitSeen(String what, java.util.function.Predicate<JsonNode> wanted)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE;
    while (true) {
      Seen seen = frames.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
      if (seen == null) {
        throw new AssertionError("never seen: " + what + "\n" + logs());
      }
      if (wanted.test(seen.object())) {
        return seen;
      }
    }
  }

  private void awaitLog(String name, String words) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE;
    while (!Files.readString(folder.resolve(name)).contains(words)) {
      if (System.nanoTime() > end) {
        throw new AssertionError("never logged: " + words + "\n" + logs());
      }
      // The lease is renewed twice a second: the watch is the pace.
      frames.poll(1, TimeUnit.SECONDS);
    }
    frames.clear();
  }

  private String logs() {
    StringBuilder all = new StringBuilder();
    for (String name : replicas.keySet()) {
      try {
        all.append("== ").append(name).append('\n');
        all.append(Files.readString(folder.resolve(name)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return all.toString();
  }

  private void watch(String path) {
    cluster.watch(path, object -> frames.add(new Seen(System.nanoTime(), object)));
  }

  // ---- what is there ----

  private void install() throws IOException {
    cluster.define(Manifests.istio());
    cluster.define(Manifests.definitions(ROOT));
    cluster.namespace("sluice-system");
    cluster.namespace("production");
  }

  /// One whose target is missing: the controller that works says so in its status.
  private void canary(String name) throws IOException {
    cluster.post(
        "/apis/flagger.app/v1beta1/namespaces/production/canaries",
        """
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata: {name: %s, namespace: production}
        spec:
          targetRef: {apiVersion: apps/v1, kind: Deployment, name: %s}
          service: {port: 80}
          analysis: {interval: 10s, threshold: 3, maxWeight: 50, stepWeight: 10}
        """
            .formatted(name, name));
  }
}
