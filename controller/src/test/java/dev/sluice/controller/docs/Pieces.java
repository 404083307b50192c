package dev.sluice.controller.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Parts of a manifest, as a page shows them.
final class Pieces {
  private Pieces() {}

  /// What a part says, in a whole manifest; lists are replaced.
  static void merge(ObjectNode into, JsonNode from) {
    from.properties()
        .forEach(entry -> {
          if (into.path(entry.getKey()) instanceof ObjectNode deeper
              && entry.getValue().isObject()) {
            merge(deeper, entry.getValue());
          } else {
            into.set(entry.getKey(), entry.getValue());
          }
        });
  }
}
