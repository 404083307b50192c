package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.store.Key;
import dev.sluice.playground.store.ObjectLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A server whose objects come from an earlier process.
class RestartedServerTest {
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final String WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";
  private static final String DEFINITION =
      """
      {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
       "metadata": {"name": "widgets.example.com"},
       "spec": {"group": "example.com", "scope": "Namespaced", "names": {"kind": "Widget", "plural": "widgets"},
        "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema":
         {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer"}}}}}}}]}}
      """;

  @TempDir Path folder;

  private ObjectLog open() throws Exception {
    return ObjectLog.open(folder, KubernetesApi.FIRST_VERSION, KubernetesApi.KEPT_CHANGES, _ -> {});
  }

  private static KubernetesApi server(ObjectLog log) {
    return new KubernetesApi(
        InstantSource.fixed(Calls.NOW), new Random(1), Users.EVERYBODY, log.storage());
  }

  private static Answer call(KubernetesApi api, String method, String path, String body) {
    return api.handle(
        new Call(
            method,
            path,
            Map.of(),
            Map.of("content-type", "application/json"),
            body.getBytes(StandardCharsets.UTF_8)));
  }

  private static JsonNode json(Answer answer) throws Exception {
    assertThat(answer.status())
        .as(new String(answer.body(), StandardCharsets.UTF_8))
        .isLessThan(300);
    return new ObjectMapper().readTree(answer.body());
  }

  @Test
  void customKindsAndNamespacesAreThereAtOnce() throws Exception {
    JsonNode before;
    try (var log = open()) {
      var api = server(log);
      json(
          call(api, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION));
      json(
          call(
              api,
              "POST",
              WIDGETS,
              "{\"apiVersion\": \"example.com/v1\", \"kind\": \"Widget\", \"metadata\": {\"name\": \"w\"}}"));
      before = json(call(api, "GET", "/api/v1/namespaces", ""));
    }
    try (var log = open()) {
      var api = server(log);
      assertThat(json(call(api, "GET", "/api/v1/namespaces", ""))).isEqualTo(before);
      var widget = json(call(api, "GET", WIDGETS + "/w", ""));
      var invalid = widget.<ObjectNode>deepCopy();
      invalid.putObject("spec").put("size", "large");
      assertThat(call(api, "PUT", WIDGETS + "/w", invalid.toString()).status()).isEqualTo(422);
    }
  }

  @Test
  void whatFollowsFromADeletionIsDoneByTheNextProcess() throws Exception {
    try (var log = open()) {
      var api = server(log);
      var owner = json(call(api, "POST", MAPS, "{\"metadata\": {\"name\": \"owner\"}}"));
      json(
          call(
              api,
              "POST",
              MAPS,
              """
              {"metadata": {"name": "owned", "ownerReferences":
                [{"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": "%s"}]}}
              """
                  .formatted(owner.at("/metadata/uid").asText())));
    }
    // The process ends between the deletion and what follows from it.
    try (var log = open()) {
      var key = new Key("/configmaps", "default", "owner");
      log.storage().remove(key, log.storage().get(key).orElseThrow());
    }
    try (var log = open()) {
      assertThat(call(server(log), "GET", MAPS + "/owned", "").status()).isEqualTo(404);
    }
  }

  @Test
  void aWriteThatTheDiskRefusesIsRefusedAndReadsGoOn() throws Exception {
    KubernetesApi api;
    try (var log = open()) {
      api = server(log);
    }

    var answer = call(api, "POST", MAPS, "{\"metadata\": {\"name\": \"x\"}}");

    assertThat(answer.status()).isEqualTo(500);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("objects.log is closed");
    assertThat(json(call(api, "GET", MAPS, "")).path("items")).isEmpty();
  }
}
