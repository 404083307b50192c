package dev.sluice.controller.wallclock;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/// An API server of this process over real HTTP, with nothing that runs behind it.
final class BareCluster {
  private final KubernetesApi api =
      new KubernetesApi(InstantSource.system(), new Random(1), Users.EVERYBODY);

  HttpFront listen(Vertx vertx) throws IOException {
    return HttpFront.start(vertx, api, 0);
  }

  void define(List<ObjectNode> definitions) throws IOException {
    for (ObjectNode definition : definitions) {
      Manifests.create(api, definition);
    }
  }

  void namespace(String name) throws IOException {
    post(
        "/api/v1/namespaces",
        "{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(name));
  }

  void post(String path, String yaml) throws IOException {
    String json = Manifests.read(yaml).getFirst().toString();
    assertThat(api.handle(call("POST", path, Map.of(), json)).status()).isEqualTo(201);
  }

  /// @param told gets a copy of every object that changes
  void watch(String path, Consumer<JsonNode> told) {
    AutoCloseable _ =
        api.watch(
            call("GET", path, Map.of("watch", List.of("true")), ""),
            frame -> told.accept(frame.path("object").deepCopy()));
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

  /// @return the file in that folder with which a controller reaches this cluster
  static Path kubeconfig(Path folder, HttpFront front) throws IOException {
    return Files.writeString(
        folder.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        current-context: it
        clusters: [{name: it, cluster: {server: "%s"}}]
        users: [{name: it, user: {}}]
        contexts: [{name: it, context: {cluster: it, user: it}}]
        """
            .formatted(front.url()));
  }
}
