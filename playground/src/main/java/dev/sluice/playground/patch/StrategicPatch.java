package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Schema;

final class StrategicPatch {
  private StrategicPatch() {}

  static ObjectNode apply(ObjectNode target, JsonNode patch, Schema schema) {
    if (!patch.isObject())
      throw new PatchRefused(PatchRefused.Why.UNREADABLE, "error decoding patch");
    if (!patch.isEmpty())
      throw new PatchRefused(PatchRefused.Why.UNTYPED, "strategic merge is not served yet");
    return target.deepCopy();
  }
}
