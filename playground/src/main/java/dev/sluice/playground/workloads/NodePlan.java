package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/// What to do about a Node that somebody added: a kubelet comes with it, says that it is ready, and
/// fills in what the object leaves open.
final class NodePlan {
  private NodePlan() {}

  static Plan of(ObjectNode node, Instant now) {
    var status = node.path("status");
    for (var condition : status.path("conditions")) {
      if (condition.path("type").asText().equals("Ready")) {
        return Plan.NOTHING;
      }
    }
    var changed = node.deepCopy();
    var wanted = changed.withObject("/status");
    for (var field : Nodes.status(Meta.name(node), now).properties()) {
      if (isEmpty(status.path(field.getKey()))) {
        wanted.set(field.getKey(), field.getValue());
      }
    }
    return new Plan.Draft().add(new Action.ReplaceStatus(Resource.NODE, changed)).done();
  }

  /// The server fills nodeInfo with empty texts.
  private static boolean isEmpty(JsonNode value) {
    return value.isContainerNode()
        ? value.valueStream().allMatch(NodePlan::isEmpty)
        : value.asText().isEmpty() || (value.isNumber() && value.asInt() == 0);
  }
}
