package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Reads the metadata that all objects share.
final class Meta {
  private Meta() {}

  static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }

  static String namespace(JsonNode object) {
    return object.at("/metadata/namespace").asText();
  }

  static String uid(JsonNode object) {
    return object.at("/metadata/uid").asText();
  }

  static long generation(JsonNode object) {
    return object.at("/metadata/generation").asLong();
  }

  static boolean deleted(JsonNode object) {
    return object.path("metadata").has("deletionTimestamp");
  }

  static Instant created(JsonNode object) {
    return time(object.at("/metadata/creationTimestamp")).orElse(Instant.EPOCH);
  }

  static Optional<Instant> deletionAsked(JsonNode object) {
    return time(object.at("/metadata/deletionTimestamp"))
        .map(at -> at.minusSeconds(object.at("/metadata/deletionGracePeriodSeconds").asLong()));
  }

  static Map<String, String> labels(JsonNode object) {
    return strings(object.at("/metadata/labels"));
  }

  static Map<String, String> annotations(JsonNode object) {
    return strings(object.at("/metadata/annotations"));
  }

  static Map<String, String> strings(JsonNode map) {
    var all = new LinkedHashMap<String, String>();
    map.properties().forEach(entry -> all.put(entry.getKey(), entry.getValue().asText()));
    return all;
  }

  /// The owner that manages the object, if it has one.
  static Optional<JsonNode> controller(JsonNode object) {
    for (var owner : object.at("/metadata/ownerReferences")) {
      if (owner.path("controller").asBoolean()) {
        return Optional.of(owner);
      }
    }
    return Optional.empty();
  }

  static Optional<String> controllerUid(JsonNode object) {
    return controller(object).map(owner -> owner.path("uid").asText());
  }

  static ObjectNode ownedBy(ObjectNode owner, Resource resource) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("apiVersion", resource.apiVersion())
        .put("kind", resource.kind())
        .put("name", name(owner))
        .put("uid", uid(owner))
        .put("controller", true)
        .put("blockOwnerDeletion", true);
  }

  static ObjectNode adopted(ObjectNode object, ObjectNode owner, Resource resource) {
    var changed = object.deepCopy();
    changed.withObject("/metadata").withArray("ownerReferences").add(ownedBy(owner, resource));
    return changed;
  }

  /// The object without the reference to its managing owner.
  static ObjectNode released(ObjectNode object) {
    var changed = object.deepCopy();
    var owners = changed.withObject("/metadata").withArray("ownerReferences");
    for (int i = owners.size() - 1; i >= 0; i--) {
      if (owners.get(i).path("controller").asBoolean()) {
        owners.remove(i);
      }
    }
    return changed;
  }

  static Optional<Instant> time(JsonNode text) {
    return text.isTextual() ? Optional.of(Instant.parse(text.asText())) : Optional.empty();
  }

  /// Kubernetes keeps whole seconds.
  static String text(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /// Text that is equal for equal trees, whatever the order of their keys and the width of their
  /// numbers.
  static String canonical(JsonNode node) {
    if (node.isObject()) {
      var sorted = new TreeMap<String, String>();
      node.properties()
          .forEach(entry -> {
            if (!entry.getValue().isNull()) {
              sorted.put(entry.getKey(), canonical(entry.getValue()));
            }
          });
      return sorted.toString();
    }
    if (node.isArray()) {
      var text = new StringBuilder("[");
      node.forEach(item -> text.append(canonical(item)).append(','));
      return text.append(']').toString();
    }
    return node.toString();
  }

  static boolean same(JsonNode one, JsonNode other) {
    return one.equals(other) || canonical(one).equals(canonical(other));
  }
}
