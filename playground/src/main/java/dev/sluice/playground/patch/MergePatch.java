package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.patch.PatchRefused.Why;

/// RFC 7386: objects merge, null removes, everything else replaces.
final class MergePatch {
  private MergePatch() {}

  static ObjectNode apply(ObjectNode target, JsonNode patch) {
    Limits.check(patch);
    if (!(patch instanceof ObjectNode changes))
      throw new PatchRefused(
          Why.UNREADABLE,
          "error decoding patch: json: cannot unmarshal "
              + Limits.goKind(patch)
              + " into Go value of type map[string]interface {}");
    return merged(target.deepCopy(), changes);
  }

  private static ObjectNode merged(ObjectNode target, ObjectNode patch) {
    patch
        .properties()
        .forEach(change -> {
          JsonNode value = change.getValue();
          if (value.isNull()) {
            target.remove(change.getKey());
          } else if (value instanceof ObjectNode object) {
            ObjectNode into =
                target.get(change.getKey()) instanceof ObjectNode there
                    ? there
                    : JsonNodeFactory.instance.objectNode();
            target.set(change.getKey(), merged(into, object));
          } else {
            target.set(change.getKey(), value.deepCopy());
          }
        });
    return target;
  }
}
