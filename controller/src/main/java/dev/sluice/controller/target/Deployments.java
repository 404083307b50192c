package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Owners;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.controller.rollout.Workload;
import dev.sluice.crds.ObjectRef;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Deployments: as many pods as `spec.replicas` says.
final class Deployments implements TargetKind {
  private static final List<String> CARRIED =
      List.of("progressDeadlineSeconds", "minReadySeconds", "revisionHistoryLimit");

  @Override
  public Kind kind() {
    return Kind.DEPLOYMENT;
  }

  @Override
  public Workload workload(JsonNode live) {
    JsonNode meta = live.path("metadata");
    JsonNode status = live.path("status");
    return new Workload(
        meta.path("generation").asLong(),
        status.path("observedGeneration").asLong(),
        live.path("spec").path("replicas").asInt(1),
        status.path("replicas").asInt(),
        status.path("updatedReplicas").asInt(),
        status.path("availableReplicas").asInt(),
        deadlineExceeded(status),
        hindrance(live),
        TargetReader.annotation(live, TargetReader.REVISION).map(Revision::new),
        TargetReader.annotation(live, TargetReader.REPLICAS)
            .map(Deployments::number)
            .orElse(OptionalInt.empty()),
        true,
        renewed(status));
  }

  private static Optional<Instant> renewed(JsonNode status) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals("Progressing")) {
        return time(condition.path("lastUpdateTime").asText());
      }
    }
    return Optional.empty();
  }

  private static Optional<Instant> time(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
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

  private static OptionalInt number(String text) {
    try {
      return OptionalInt.of(Integer.parseUnsignedInt(text));
    } catch (NumberFormatException e) {
      return OptionalInt.empty();
    }
  }

  @Override
  public JsonNode template(JsonNode live) {
    return live.path("spec").path("template");
  }

  @Override
  public Optional<String> unfit(JsonNode target) {
    return Optional.empty();
  }

  @Override
  public void size(ObjectNode spec, int pods) {
    spec.put("replicas", pods);
  }

  @Override
  public void carry(JsonNode target, ObjectNode primary) {
    ObjectNode spec = Json.object(primary, "spec");
    PrimaryCopy.carry(target, spec, CARRIED);
    spec.set(
        "strategy",
        RollingUpdate.serving(
            target.path("spec").path("strategy"), spec.path("replicas").asInt(1)));
  }

  /// Server-side apply of nothing but the replicas: from then on the rollout owns the field, and a
  /// Git sync that leaves it out does not take it away.
  @Override
  public void scaleTarget(Cluster cluster, ObjectRef target, int pods) {
    ObjectNode minimal = Json.MAPPER.createObjectNode();
    minimal.put("apiVersion", kind().apiVersion()).put("kind", kind().kind());
    minimal
        .putObject("metadata")
        .put("name", target.name())
        .put("namespace", target.namespace())
        .put("resourceVersion", TargetKind.version(cluster, kind(), target));
    minimal.putObject("spec").put("replicas", pods);
    cluster.apply(kind(), Json.resource(minimal), Owners.MANAGER, true, false);
  }

  @Override
  public void scalePrimary(Cluster cluster, ObjectRef primary, int pods) {
    cluster.mergePatch(
        kind(),
        primary,
        Map.of(
            "metadata",
            Map.of("resourceVersion", TargetKind.version(cluster, kind(), primary)),
            "spec",
            Map.of("replicas", pods)));
  }
}
