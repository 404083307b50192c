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
  private static final String UNAVAILABLE = "maxUnavailable";
  private static final String SURGE = "maxSurge";

  private RollingUpdate() {}

  /// The target's strategy where that keeps enough pods, else the nearest one that does.
  ///
  /// @param wanted the target's `spec.strategy`; `Recreate` would leave the primary without pods
  /// @param replicas of the primary
  static ObjectNode serving(JsonNode wanted, int replicas) {
    ObjectNode strategy = Json.MAPPER.createObjectNode();
    strategy.put("type", "RollingUpdate");
    ObjectNode rolling = strategy.putObject("rollingUpdate");
    JsonNode given = wanted.path("rollingUpdate");
    JsonNode unavailable = given.path(UNAVAILABLE);
    JsonNode surge = given.path(SURGE);
    int most = Math.floorDiv(replicas, 4);
    boolean tooMany = resolve(unavailable, replicas, false) > most;
    rolling.set(UNAVAILABLE, unavailable.isMissingNode() || tooMany ? QUARTER : unavailable);
    // With neither a pod to spare nor one to add, Kubernetes would take one away.
    boolean stuck = most == 0 && resolve(surge, replicas, true) == 0;
    rolling.set(SURGE, surge.isMissingNode() ? QUARTER : stuck ? IntNode.valueOf(1) : surge);
    return strategy;
  }

  /// Pods that a number or a percentage stands for, as the Deployment controller counts.
  private static int resolve(JsonNode value, int replicas, boolean up) {
    if (value.isInt()) {
      return value.asInt();
    }
    String text = value.isTextual() ? value.asText() : QUARTER.asText();
    try {
      int percent = Integer.parseInt(text.replace("%", ""));
      return up ? Math.ceilDiv(percent * replicas, 100) : Math.floorDiv(percent * replicas, 100);
    } catch (NumberFormatException e) {
      // The API server lets nothing else in; if it did, the default is safe.
      return replicas;
    }
  }
}
