package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// What of an object is the server's own to say: versions, times, the generation; and which part of
/// an object each path may write. Pure.
final class SystemFields {
  private SystemFields() {}

  /// An object that is being deleted goes with its last finalizer.
  static boolean finallyGone(ObjectNode object) {
    var meta = object.path("metadata");
    return meta.has("deletionTimestamp")
        && meta.path("finalizers").isEmpty()
        && object.path("spec").path("finalizers").isEmpty()
        && meta.path("deletionGracePeriodSeconds").asInt(0) == 0;
  }

  /// Which part of what was sent counts: all but the status, or the status alone.
  static ObjectNode throughSubresource(Request request, ObjectNode live, ObjectNode wanted) {
    var kind = request.kind();
    var path = request.path().subresource();
    if (path.equals("status")) {
      var object = live.deepCopy();
      replace(object, "status", wanted.path("status"));
      if (!kind.custom()) {
        replace(meta(object), "annotations", wanted.path("metadata").path("annotations"));
      }
      keepOwnership(object, wanted);
      return object;
    }
    if (path.equals("finalize")) {
      var object = live.deepCopy();
      replace(object, "spec", wanted.path("spec"));
      return object;
    }
    if (kind.has("status")) {
      replace(wanted, "status", live.path("status"));
    }
    return wanted;
  }

  private static void keepOwnership(ObjectNode object, ObjectNode wanted) {
    var managed = wanted.path("metadata").path("managedFields");
    if (!managed.isMissingNode()) {
      meta(object).set("managedFields", managed);
    }
  }

  private static void replace(ObjectNode object, String field, JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      object.remove(field);
    } else {
      object.set(field, value);
    }
  }

  static void keepSystemFields(ResourceKind kind, ObjectNode live, ObjectNode object) {
    var meta = meta(object);
    var before = live.path("metadata");
    for (var ours : List.of("creationTimestamp", "selfLink", "resourceVersion", "generation")) {
      if (ours.equals("generation") && kind.generation() == ResourceKind.Generation.NONE) {
        continue;
      }
      replace(meta, ours, before.path(ours));
    }
    for (var unlessGiven :
        List.of("uid", "namespace", "deletionTimestamp", "deletionGracePeriodSeconds")) {
      if (meta.path(unlessGiven).isMissingNode() || meta.path(unlessGiven).isNull()) {
        replace(meta, unlessGiven, before.path(unlessGiven));
      }
    }
  }

  static void raiseGeneration(ResourceKind kind, ObjectNode live, ObjectNode object) {
    if (kind.generation() == ResourceKind.Generation.NONE) {
      return;
    }
    var annotations =
        kind.generation() == ResourceKind.Generation.SPEC_AND_ANNOTATIONS
            && !live.path("metadata")
                .path("annotations")
                .equals(object.path("metadata").path("annotations"));
    if (annotations || !spec(kind, live).equals(spec(kind, object))) {
      meta(object).put("generation", live.path("metadata").path("generation").asLong(0) + 1);
    }
  }

  private static ObjectNode spec(ResourceKind kind, ObjectNode object) {
    var spec = JsonNodeFactory.instance.objectNode();
    spec.setAll(object);
    spec.remove(List.of("apiVersion", "kind", "metadata"));
    if (!kind.custom() || kind.has("status")) {
      spec.remove("status");
    }
    return spec;
  }

  /// Whether nothing but the time of an ownership entry would change.
  static boolean sameContent(ObjectNode live, ObjectNode object) {
    if (live.equals(object)) {
      return true;
    }
    return timeless(live).equals(timeless(object));
  }

  private static ObjectNode timeless(ObjectNode object) {
    var copy = object.deepCopy();
    for (var entry : copy.path("metadata").path("managedFields")) {
      if (entry instanceof ObjectNode fields) {
        fields.remove("time");
      }
    }
    return copy;
  }

  private static ObjectNode meta(ObjectNode object) {
    return object.withObjectProperty("metadata");
  }
}
