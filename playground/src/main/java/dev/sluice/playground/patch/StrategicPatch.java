package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Schema;

final class StrategicPatch {
  private StrategicPatch() {}

  static ObjectNode apply(ObjectNode target, JsonNode patch, Schema schema) {
    throw new UnsupportedOperationException("follows within the hour");
  }
}
