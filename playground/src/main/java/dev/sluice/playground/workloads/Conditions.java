package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The conditions of a status, changed one by one. One that changes moves to the end.
final class Conditions {
  private final List<ObjectNode> all = new ArrayList<>();

  static Conditions of(JsonNode object) {
    var conditions = new Conditions();
    for (var condition : object.at("/status/conditions")) {
      conditions.all.add(condition.deepCopy());
    }
    return conditions;
  }

  Optional<ObjectNode> find(String type) {
    return all.stream()
        .filter(condition -> condition.path("type").asText().equals(type))
        .findFirst();
  }

  boolean is(String type, String reason) {
    return find(type).filter(c -> c.path("reason").asText().equals(reason)).isPresent();
  }

  boolean isTrue(String type) {
    return find(type).filter(c -> c.path("status").asText().equals("True")).isPresent();
  }

  void remove(String type) {
    all.removeIf(condition -> condition.path("type").asText().equals(type));
  }

  /// Leaves a condition alone that has this status and reason already.
  void set(String type, String status, String reason, String message, Instant now) {
    var old = find(type);
    if (old.isPresent()
        && old.get().path("status").asText().equals(status)
        && old.get().path("reason").asText().equals(reason)) {
      return;
    }
    renew(type, status, reason, message, now);
  }

  /// Writes the condition with a new update time, whatever it was.
  void renew(String type, String status, String reason, String message, Instant now) {
    var since =
        find(type)
            .filter(old -> old.path("status").asText().equals(status))
            .map(old -> old.path("lastTransitionTime").asText())
            .orElse(Meta.text(now));
    remove(type);
    all.add(
        JsonNodeFactory.instance
            .objectNode()
            .put("type", type)
            .put("status", status)
            .put("lastUpdateTime", Meta.text(now))
            .put("lastTransitionTime", since)
            .put("reason", reason)
            .put("message", message));
  }

  /// Writes the condition where it stands, or at the end.
  void keep(String type, String status, String reason, String message, Instant now) {
    int place = 0;
    while (place < all.size() && !all.get(place).path("type").asText().equals(type)) {
      place++;
    }
    renew(type, status, reason, message, now);
    all.add(place, all.removeLast());
  }

  void writeTo(ObjectNode status) {
    status.remove("conditions");
    if (!all.isEmpty()) {
      var array = status.putArray("conditions");
      all.forEach(array::add);
    }
  }
}
