package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/// The life of a CustomResourceDefinition: names are accepted, it is established, it ends.
final class Definitions {

  static final String CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

  private final State state;

  Definitions(State state) {
    this.state = state;
  }

  /// Fills in what a definition may leave out, and says in its status whether it is served.
  void complete(ObjectNode definition, Optional<ObjectNode> old) {
    var spec = definition.withObjectProperty("spec");
    var names = spec.withObjectProperty("names");
    var kind = names.path("kind").asText("");
    if (names.path("singular").asText("").isEmpty()) {
      names.put("singular", kind.toLowerCase(Locale.ROOT));
    }
    if (names.path("listKind").asText("").isEmpty()) {
      names.put("listKind", kind + "List");
    }
    if (!spec.has("conversion")) {
      spec.putObject("conversion").put("strategy", "None");
    }
    if (old.isPresent() && old.get().path("spec").equals(spec)) {
      return;
    }
    var status =
        old.map(o -> o.path("status").deepCopy())
            .filter(ObjectNode.class::isInstance)
            .map(ObjectNode.class::cast)
            .orElseGet(JsonNodeFactory.instance::objectNode);
    var conflict = conflict(definition);
    if (conflict.isEmpty()) {
      status.set("acceptedNames", names.deepCopy());
    } else if (!status.has("acceptedNames")) {
      status.putObject("acceptedNames").put("kind", "").put("plural", "");
    }
    var conditions = status.withArrayProperty("conditions");
    if (conflict.isEmpty()) {
      condition(conditions, "NamesAccepted", "True", "NoConflicts", "no conflicts found");
      condition(
          conditions,
          "Established",
          "True",
          "InitialNamesAccepted",
          "the initial names have been accepted");
    } else {
      condition(conditions, "NamesAccepted", "False", conflict.getFirst(), conflict.getLast());
      condition(conditions, "Established", "False", "NotAccepted", "not all names are accepted");
    }
    var stored = status.withArrayProperty("storedVersions");
    for (var version : spec.path("versions")) {
      if (version.path("storage").asBoolean() && !has(stored, version.path("name").asText())) {
        stored.add(version.path("name").asText());
      }
    }
    definition.set("status", status);
    if (old.isEmpty()) {
      var finalizers = definition.withObjectProperty("metadata").withArrayProperty("finalizers");
      if (!has(finalizers, CLEANUP) && finalizers.isEmpty()) {
        definition.withObjectProperty("metadata").remove("finalizers");
      }
    }
  }

  /// Says in a deleted definition's status that its objects go first.
  void terminating(ObjectNode definition) {
    condition(
        definition.withObjectProperty("status").withArrayProperty("conditions"),
        "Terminating",
        "True",
        "InstanceDeletionInProgress",
        "CustomResource deletion is in progress");
  }

  /// @return reason and message of the last name that is taken, or empty when all are free
  private List<String> conflict(ObjectNode definition) {
    var names = definition.path("spec").path("names");
    var group = definition.path("spec").path("group").asText();
    var resources = new TreeSet<String>();
    var kinds = new TreeSet<String>();
    for (var other : state.storage().list(State.DEFINITIONS, "")) {
      if (!other.path("spec").path("group").asText().equals(group)
          || other.at("/metadata/name").equals(definition.at("/metadata/name"))) {
        continue;
      }
      var taken = other.path("status").path("acceptedNames");
      resources.add(taken.path("plural").asText());
      resources.add(taken.path("singular").asText());
      taken.path("shortNames").forEach(each -> resources.add(each.asText()));
      kinds.add(taken.path("kind").asText());
      kinds.add(taken.path("listKind").asText());
    }
    var conflict = List.<String>of();
    if (resources.contains(names.path("plural").asText())) {
      conflict = inUse("PluralConflict", names.path("plural"));
    }
    if (resources.contains(names.path("singular").asText())) {
      conflict = inUse("SingularConflict", names.path("singular"));
    }
    for (var shortName : names.path("shortNames")) {
      if (resources.contains(shortName.asText())) {
        conflict = inUse("ShortNamesConflict", shortName);
      }
    }
    if (kinds.contains(names.path("kind").asText())) {
      conflict = inUse("KindConflict", names.path("kind"));
    }
    if (kinds.contains(names.path("listKind").asText())) {
      conflict = inUse("ListKindConflict", names.path("listKind"));
    }
    return conflict;
  }

  private static List<String> inUse(String reason, JsonNode name) {
    return List.of(reason, Refusal.quoted(name.asText()) + " is already in use");
  }

  private void condition(
      ArrayNode conditions, String type, String status, String reason, String message) {
    for (var each : conditions) {
      if (each.path("type").asText().equals(type)) {
        if (!each.path("status").asText().equals(status)) {
          ((ObjectNode) each).put("lastTransitionTime", state.timestamp());
        }
        ((ObjectNode) each).put("status", status).put("reason", reason).put("message", message);
        return;
      }
    }
    conditions
        .addObject()
        .put("lastTransitionTime", state.timestamp())
        .put("message", message)
        .put("reason", reason)
        .put("status", status)
        .put("type", type);
  }

  private static boolean has(JsonNode array, String text) {
    for (var each : array) {
      if (each.asText().equals(text)) {
        return true;
      }
    }
    return false;
  }
}
