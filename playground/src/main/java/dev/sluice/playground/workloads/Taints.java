package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// Whom a node's taints keep out, and whom they drive away.
final class Taints {
  /// What a cordoned node is to those who ask for it by this name, as DaemonSets do.
  static final ObjectNode UNSCHEDULABLE =
      JsonNodeFactory.instance
          .objectNode()
          .put("key", "node.kubernetes.io/unschedulable")
          .put("effect", "NoSchedule");

  private static final String DRIVES_AWAY = "NoExecute";

  private Taints() {}

  /// The first taint that a new pod would have to tolerate and does not.
  static Optional<JsonNode> keepingOut(Pod pod, ObjectNode node) {
    for (var taint : node.at("/spec/taints")) {
      if (!taint.path("effect").asText().equals("PreferNoSchedule") && !tolerates(pod, taint)) {
        return Optional.of(taint);
      }
    }
    return Optional.empty();
  }

  /// Whether a pod that is on the node already must leave it.
  static boolean driveAway(Pod pod, ObjectNode node) {
    for (var taint : node.at("/spec/taints")) {
      if (taint.path("effect").asText().equals(DRIVES_AWAY) && !tolerates(pod, taint)) {
        return true;
      }
    }
    return false;
  }

  static boolean tolerates(Pod pod, JsonNode taint) {
    for (var toleration : pod.object().at("/spec/tolerations")) {
      var key = toleration.path("key").asText();
      boolean exists = toleration.path("operator").asText().equals("Exists");
      boolean keyFits = key.isEmpty() ? exists : key.equals(taint.path("key").asText());
      boolean valueFits =
          exists || toleration.path("value").asText().equals(taint.path("value").asText());
      var only = toleration.path("effect").asText();
      if (keyFits && valueFits && (only.isEmpty() || only.equals(taint.path("effect").asText()))) {
        return true;
      }
    }
    return false;
  }
}
