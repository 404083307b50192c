package dev.sluice.controller.virtual;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A Deployment controller without pods: whatever is wanted is ready when [#run] is called next. It
/// makes thousands of Deployments cost nothing that a figure would show.
public final class PromptDeployments {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ApiServer api;
  private final Queue<ObjectNode> changed = new ConcurrentLinkedQueue<>();

  public PromptDeployments(ApiServer api) {
    this.api = api;
    AutoCloseable _ =
        api.watch(
            call("GET", "/apis/apps/v1/deployments", Map.of("watch", List.of("true")), ""),
            frame -> {
              if (!frame.path("type").asText().equals("DELETED")
                  && frame.path("object") instanceof ObjectNode deployment) {
                changed.add(deployment);
              }
            });
  }

  /// Makes everything ready that is not.
  ///
  /// @return whether there was anything to do
  public boolean run() {
    boolean acted = false;
    for (ObjectNode next = changed.poll(); next != null; next = changed.poll()) {
      acted |= makeReady(next);
    }
    return acted;
  }

  private boolean makeReady(JsonNode deployment) {
    long generation = deployment.at("/metadata/generation").asLong();
    int replicas = deployment.at("/spec/replicas").asInt(1);
    JsonNode status = deployment.path("status");
    if (status.path("observedGeneration").asLong() == generation
        && status.path("availableReplicas").asInt() == replicas) {
      return false;
    }
    ObjectNode patch = JSON.createObjectNode();
    patch
        .putObject("status")
        .put("observedGeneration", generation)
        .put("replicas", replicas)
        .put("updatedReplicas", replicas)
        .put("readyReplicas", replicas)
        .put("availableReplicas", replicas);
    String path =
        "/apis/apps/v1/namespaces/%s/deployments/%s/status"
            .formatted(
                deployment.at("/metadata/namespace").asText(),
                deployment.at("/metadata/name").asText());
    api.handle(call("PATCH", path, Map.of(), patch.toString()));
    return true;
  }

  private static Call call(
      String method, String path, Map<String, List<String>> query, String body) {
    return new Call(
        method,
        path,
        query,
        Map.of(
            "accept", "application/json",
            "content-type", "application/merge-patch+json",
            "user-agent", "kube-controller-manager"),
        body.getBytes(StandardCharsets.UTF_8));
  }
}
