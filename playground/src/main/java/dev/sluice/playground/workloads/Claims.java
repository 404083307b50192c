package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// Whom an owner takes in, as its selector matches them and nobody has them, and whom it lets go,
/// as its selector matches them no longer.
record Claims(JsonNode selector, ObjectNode owner, Resource resource) {

  static Claims of(JsonNode selector, ObjectNode owner, Resource resource) {
    return new Claims(selector, owner, resource);
  }

  boolean matches(ObjectNode object) {
    return Selector.matches(selector, Meta.labels(object));
  }

  /// What is being deleted is neither taken nor let go.
  ///
  /// @param owned what the owner manages
  /// @param orphans what nobody in the namespace manages
  Plan plan(Resource kind, List<ObjectNode> owned, List<ObjectNode> orphans) {
    var draft = new Plan.Draft();
    for (var orphan : orphans) {
      if (matches(orphan) && !gone(orphan)) {
        draft.add(new Action.Replace(kind, Meta.adopted(orphan, owner, resource)));
      }
    }
    for (var object : owned) {
      if (!matches(object) && !gone(object)) {
        draft.add(new Action.Replace(kind, Meta.released(object)));
      }
    }
    return draft.done();
  }

  private static boolean gone(ObjectNode object) {
    return Meta.deleted(object)
        || (object.path("kind").asText().equals("Pod") && new Pod(object).ended());
  }
}
