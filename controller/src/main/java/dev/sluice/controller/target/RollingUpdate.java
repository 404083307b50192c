package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.controller.object.Json;

/// How the pods of a primary are replaced. It has users' traffic meanwhile, unlike the target, so
/// it never goes without more than a quarter of its pods, which is Kubernetes' own default.
public final class RollingUpdate {
  private static final TextNode QUARTER = TextNode.valueOf("25%");
  private static final IntNode NONE = IntNode.valueOf(0);
  private static final IntNode ONE = IntNode.valueOf(1);
  private static final String UNAVAILABLE = "maxUnavailable";
  private static final String SURGE = "maxSurge";

  private RollingUpdate() {}

  /// The target's strategy where that keeps enough pods, else the nearest one that does.
  ///
  /// @param wanted the target's `spec.strategy`; `Recreate` would leave the primary without pods
  /// @param replicas of the primary
  static ObjectNode serving(JsonNode wanted, int replicas) {
    JsonNode given = wanted.path("rollingUpdate");
    JsonNode unavailable = given.path(UNAVAILABLE);
    JsonNode surge = given.path(SURGE);
    int most = Math.floorDiv(replicas, 4);
    boolean tooMany = resolve(unavailable, QUARTER, replicas, false) > most;
    // With neither a pod to spare nor one to add, Kubernetes would take one away.
    boolean stuck = most == 0 && resolve(surge, QUARTER, replicas, true) == 0;
    return strategy(
        unavailable.isMissingNode() || tooMany ? QUARTER : unavailable,
        surge.isMissingNode() ? QUARTER : stuck ? ONE : surge);
  }

  /// As [#serving], for a pod on every node. One of few nodes is more than a quarter; there the new
  /// pod starts beside the old one, if both can be on one node.
  ///
  /// @param wanted the target's `spec.updateStrategy`
  /// @param pod the pod's spec
  /// @param nodes that the primary is on; 0 when that is not known
  static ObjectNode onNodes(JsonNode wanted, JsonNode pod, int nodes) {
    JsonNode given = wanted.path("rollingUpdate");
    JsonNode unavailable = given.path(UNAVAILABLE);
    JsonNode surge = given.path(SURGE);
    if (resolve(surge, NONE, nodes, true) > 0) {
      return strategy(NONE, surge);
    }
    int most = Math.floorDiv(nodes, 4);
    if (most == 0) {
      return hasNodeToItself(pod) ? strategy(ONE, NONE) : strategy(NONE, ONE);
    }
    int missing = Math.max(1, resolve(unavailable, ONE, nodes, true));
    return strategy(
        missing > most ? IntNode.valueOf(most) : unavailable.isMissingNode() ? ONE : unavailable,
        NONE);
  }

  /// Whether a second pod of it on the same node would find its port taken.
  private static boolean hasNodeToItself(JsonNode pod) {
    if (pod.path("hostNetwork").asBoolean()) {
      return true;
    }
    for (String list : new String[] {"containers", "initContainers"}) {
      for (JsonNode container : pod.path(list)) {
        for (JsonNode port : container.path("ports")) {
          if (port.path("hostPort").asInt() > 0) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static ObjectNode strategy(JsonNode unavailable, JsonNode surge) {
    ObjectNode strategy = Json.MAPPER.createObjectNode();
    strategy.put("type", "RollingUpdate");
    ObjectNode rolling = strategy.putObject("rollingUpdate");
    rolling.set(UNAVAILABLE, unavailable);
    rolling.set(SURGE, surge);
    return strategy;
  }

  /// Pods that a number or a percentage stands for, as the workload's controller counts.
  private static int resolve(JsonNode value, JsonNode byDefault, int pods, boolean up) {
    JsonNode given = value.isMissingNode() ? byDefault : value;
    if (given.isInt()) {
      return given.asInt();
    }
    try {
      int percent = Integer.parseInt(given.asText().replace("%", ""));
      return up ? Math.ceilDiv(percent * pods, 100) : Math.floorDiv(percent * pods, 100);
    } catch (NumberFormatException e) {
      // The API server lets nothing else in; if it did, the default is safe.
      return pods;
    }
  }
}
