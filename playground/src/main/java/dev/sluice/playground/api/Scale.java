package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/// The `/scale` view of an object. Pure.
final class Scale {

  ObjectNode of(ResourceKind kind, ObjectNode object) {
    var scale = JsonNodeFactory.instance.objectNode();
    scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
    var meta = scale.putObject("metadata");
    for (var field : List.of("name", "namespace", "uid", "resourceVersion", "creationTimestamp")) {
      var value = object.path("metadata").path(field);
      if (!value.isMissingNode()) {
        meta.set(field, value);
      }
    }
    int wanted = at(object, replicasPath(kind)).asInt(0);
    var spec = scale.putObject("spec");
    if (wanted != 0) {
      spec.put("replicas", wanted);
    }
    var status = scale.putObject("status");
    status.put("replicas", at(object, statusPath(kind)).asInt(0));
    var selector = selector(kind, object);
    if (!selector.isEmpty()) {
      status.put("selector", selector);
    }
    return scale;
  }

  /// The object with another number of replicas.
  ObjectNode with(ResourceKind kind, ObjectNode object, int replicas) {
    var changed = object.deepCopy();
    var steps = replicasPath(kind);
    var parent = changed;
    for (var step : steps.subList(0, steps.size() - 1)) {
      parent = parent.withObjectProperty(step);
    }
    parent.put(steps.getLast(), replicas);
    return changed;
  }

  private static List<String> replicasPath(ResourceKind kind) {
    return path(kind, "specReplicasPath", ".spec.replicas");
  }

  private static List<String> statusPath(ResourceKind kind) {
    return path(kind, "statusReplicasPath", ".status.replicas");
  }

  private static List<String> path(ResourceKind kind, String field, String builtIn) {
    var text =
        kind.definition()
            .map(d -> d.subresources().path("scale").path(field).asText(""))
            .orElse(builtIn);
    return List.of(text.substring(Math.min(1, text.length())).split("\\.", -1));
  }

  private static String selector(ResourceKind kind, ObjectNode object) {
    if (kind.custom()) {
      var path = path(kind, "labelSelectorPath", "");
      return path.getFirst().isEmpty() ? "" : at(object, path).asText("");
    }
    var terms = new ArrayList<String>();
    var selector = object.path("spec").path("selector");
    var labels = selector.has("matchLabels") ? selector.path("matchLabels") : selector;
    for (var label : labels.properties()) {
      if (label.getValue().isTextual()) {
        terms.add(label.getKey() + "=" + label.getValue().asText());
      }
    }
    terms.sort(String::compareTo);
    return String.join(",", terms);
  }

  private static JsonNode at(JsonNode object, List<String> path) {
    var found = object;
    for (var step : path) {
      found = found.path(step);
    }
    return found;
  }
}
