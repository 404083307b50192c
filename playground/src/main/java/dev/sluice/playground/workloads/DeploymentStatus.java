package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a Deployment's status should say, given its ReplicaSets. Numbers that are zero are absent.
final class DeploymentStatus {
  private static final String PROGRESSING = "Progressing";

  private final Deployment deployment;
  private final List<ReplicaSet> sets;
  private final Optional<ReplicaSet> newest;
  private final Conditions conditions;

  DeploymentStatus(Deployment deployment, List<ReplicaSet> sets, Optional<ReplicaSet> newest) {
    this.deployment = deployment;
    this.sets = sets;
    this.newest = newest;
    this.conditions = Conditions.of(deployment.object());
  }

  /// Numbers and availability, without a word about progress: for a Deployment that is paused or
  /// being scaled.
  ObjectNode counted(Instant now) {
    var status = numbers();
    availability(status, now);
    conditions.writeTo(status);
    return status;
  }

  ObjectNode progressed(Instant now) {
    var status = numbers();
    availability(status, now);
    progress(status, now);
    conditions.writeTo(status);
    return status;
  }

  private ObjectNode numbers() {
    int available = sets.stream().mapToInt(ReplicaSet::available).sum();
    int wanted = sets.stream().mapToInt(ReplicaSet::wanted).sum();
    var status = JsonNodeFactory.instance.objectNode();
    put(status, "observedGeneration", Meta.generation(deployment.object()));
    put(status, "replicas", sets.stream().mapToInt(ReplicaSet::replicas).sum());
    put(status, "updatedReplicas", newest.map(ReplicaSet::replicas).orElse(0));
    put(status, "readyReplicas", sets.stream().mapToInt(ReplicaSet::ready).sum());
    put(status, "availableReplicas", available);
    put(status, "unavailableReplicas", Math.max(0, wanted - available));
    var collisions = deployment.object().at("/status/collisionCount");
    if (collisions.isNumber()) {
      status.set("collisionCount", collisions);
    }
    return status;
  }

  private static void put(ObjectNode status, String name, long value) {
    if (value != 0) {
      status.put(name, value);
    }
  }

  private void availability(ObjectNode status, Instant now) {
    int enough = deployment.replicas() - deployment.maxUnavailable();
    if (status.path("availableReplicas").asInt() >= enough) {
      conditions.set(
          "Available",
          "True",
          "MinimumReplicasAvailable",
          "Deployment has minimum availability.",
          now);
    } else {
      conditions.set(
          "Available",
          "False",
          "MinimumReplicasUnavailable",
          "Deployment does not have minimum availability.",
          now);
    }
    var failure =
        sets.stream()
            .map(set -> Conditions.of(set.object()).find("ReplicaFailure"))
            .flatMap(Optional::stream)
            .findFirst();
    failure.ifPresentOrElse(
        failed ->
            conditions.set(
                "ReplicaFailure",
                failed.path("status").asText(),
                failed.path("reason").asText(),
                failed.path("message").asText(),
                now),
        () -> conditions.remove("ReplicaFailure"));
  }

  private void progress(ObjectNode status, Instant now) {
    if (deployment.progressDeadline().isEmpty()) {
      conditions.remove(PROGRESSING);
      return;
    }
    boolean settled =
        status.path("replicas").asInt() == status.path("updatedReplicas").asInt()
            && conditions.is(PROGRESSING, "NewReplicaSetAvailable");
    if (settled) {
      return;
    }
    var set = newest.map(ReplicaSet::name).orElse(deployment.name());
    if (complete(status)) {
      conditions.set(
          PROGRESSING,
          "True",
          "NewReplicaSetAvailable",
          "ReplicaSet \"%s\" has successfully progressed.".formatted(set),
          now);
    } else if (moved(status)) {
      conditions.renew(
          PROGRESSING,
          "True",
          "ReplicaSetUpdated",
          "ReplicaSet \"%s\" is progressing.".formatted(set),
          now);
    } else if (late(now)) {
      conditions.set(
          PROGRESSING,
          "False",
          "ProgressDeadlineExceeded",
          "ReplicaSet \"%s\" has timed out progressing.".formatted(set),
          now);
    }
  }

  private boolean complete(ObjectNode status) {
    int wanted = deployment.replicas();
    return status.path("updatedReplicas").asInt() == wanted
        && status.path("replicas").asInt() == wanted
        && status.path("availableReplicas").asInt() == wanted;
  }

  private boolean moved(ObjectNode status) {
    var before = deployment.object().path("status");
    return more(before, status, "updatedReplicas")
        || more(before, status, "readyReplicas")
        || more(before, status, "availableReplicas")
        || old(status) < old(before);
  }

  private static boolean more(JsonNode before, JsonNode after, String name) {
    return after.path(name).asInt() > before.path(name).asInt();
  }

  private static int old(JsonNode status) {
    return status.path("replicas").asInt() - status.path("updatedReplicas").asInt();
  }

  private boolean late(Instant now) {
    return deadline(deployment).filter(at -> !now.isBefore(at)).isPresent()
        || conditions.is(PROGRESSING, "ProgressDeadlineExceeded");
  }

  /// When the Deployment will have made no progress for too long; empty when it is not rolling, or
  /// is late already.
  static Optional<Instant> deadline(Deployment deployment) {
    return Conditions.of(deployment.object())
        .find(PROGRESSING)
        .filter(condition -> !condition.path("reason").asText().equals("NewReplicaSetAvailable"))
        .filter(condition -> !condition.path("reason").asText().equals("ProgressDeadlineExceeded"))
        .flatMap(condition -> Meta.time(condition.path("lastUpdateTime")))
        .flatMap(since -> deployment.progressDeadline().map(since::plus))
        .map(at -> at.plusSeconds(1));
  }
}
