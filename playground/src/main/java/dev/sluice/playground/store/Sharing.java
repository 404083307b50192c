package dev.sluice.playground.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;

/// Lets equal parts of stored objects be one part in memory. Objects of one kind are mostly alike,
/// and the states of one object even more so: the history of a thousand apps takes a tenth of the
/// room. That no stored part is ever changed is what allows it.
final class Sharing {

  /// Parts that are remembered at least; twice as many at most.
  private static final int REMEMBERED = 32_768;

  private Map<JsonNode, JsonNode> lately = new HashMap<>();
  private Map<JsonNode, JsonNode> before = new HashMap<>();

  /// Puts known parts in the place of equal ones. The object itself, its metadata, uid and version
  /// are like no other.
  void share(ObjectNode object) {
    for (var field : object.properties()) {
      if (field.getKey().equals("metadata") && field.getValue() instanceof ObjectNode metadata) {
        metadata.properties().stream()
            .filter(f -> !f.getKey().equals("uid") && !f.getKey().equals("resourceVersion"))
            .forEach(f -> f.setValue(known(f.getValue())));
      } else {
        field.setValue(known(field.getValue()));
      }
    }
  }

  private void inside(JsonNode part) {
    switch (part) {
      case ObjectNode object -> object.properties().forEach(f -> f.setValue(known(f.getValue())));
      case ArrayNode array -> {
        for (int i = 0; i < array.size(); i++) {
          array.set(i, known(array.get(i)));
        }
      }
      default -> {}
    }
  }

  private JsonNode known(JsonNode part) {
    if (!part.isContainerNode() && !part.isTextual()) {
      return part;
    }
    var known = lately.get(part);
    if (known != null) {
      return known;
    }
    inside(part);
    known = before.getOrDefault(part, part);
    if (lately.size() >= REMEMBERED) {
      before = lately;
      lately = new HashMap<>();
    }
    lately.put(known, known);
    return known;
  }
}
