package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.controller.rollout.Workload;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/// Reads a Deployment into the facts a rollout decides on. The only place that knows where they
/// stand.
public final class TargetReader {
  /// On a primary: the revision that was copied to it.
  static final String REVISION = "sluice.dev/revision";

  /// On a target: how many replicas Git wants.
  static final String REPLICAS = "sluice.dev/replicas";

  /// On a target: the commit that it came from.
  public static final String COMMIT = "sluice.dev/commit";

  private TargetReader() {}

  public static Workload workload(JsonNode deployment) {
    JsonNode meta = deployment.path("metadata");
    JsonNode status = deployment.path("status");
    return new Workload(
        meta.path("generation").asLong(),
        status.path("observedGeneration").asLong(),
        deployment.path("spec").path("replicas").asInt(1),
        status.path("replicas").asInt(),
        status.path("updatedReplicas").asInt(),
        status.path("availableReplicas").asInt(),
        deadlineExceeded(status),
        hindrance(deployment),
        annotation(deployment, REVISION).map(Revision::new),
        annotation(deployment, REPLICAS).map(TargetReader::number).orElse(OptionalInt.empty()));
  }

  private static Optional<String> deadlineExceeded(JsonNode status) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("reason").asText().equals("ProgressDeadlineExceeded")) {
        return Optional.of(condition.path("message").asText());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> hindrance(JsonNode deployment) {
    if (deployment.path("spec").path("paused").asBoolean()) {
      return Optional.of("it is paused: spec.paused");
    }
    for (JsonNode condition : deployment.path("status").path("conditions")) {
      if (condition.path("type").asText().equals("ReplicaFailure")
          && condition.path("status").asText().equals("True")) {
        return Optional.of(condition.path("message").asText());
      }
    }
    return Optional.empty();
  }

  public static Optional<String> annotation(JsonNode object, String key) {
    String value = object.path("metadata").path("annotations").path(key).asText();
    return value.isBlank() ? Optional.empty() : Optional.of(value);
  }

  private static OptionalInt number(String text) {
    try {
      return OptionalInt.of(Integer.parseUnsignedInt(text));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  /// @param checksums of the tracked configs by `configmap/NAME` or `secret/NAME`
  public static Revision revision(JsonNode deployment, Map<String, String> checksums) {
    ObjectNode content = Json.MAPPER.createObjectNode();
    content.set("template", deployment.path("spec").path("template"));
    ObjectNode configs = content.putObject("configs");
    new TreeMap<>(checksums).forEach(configs::put);
    return new Revision(Json.hash(content));
  }
}
