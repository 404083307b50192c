package dev.sluice.crds.shape;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/// The smallest JSON merge patch (RFC 7386) between two states of a record.
public final class MergePatch {
  private MergePatch() {}

  /// What must be sent to turn one into the other: null for a field that went away, lists as a
  /// whole. Empty when both are the same, and then nothing should be sent.
  public static Map<String, Object> between(Record from, Record to) {
    return Binding.asMap(between(Binding.write(from), Binding.write(to)));
  }

  /// The same for JSON objects.
  public static ObjectNode between(ObjectNode from, ObjectNode to) {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> entry : to.properties()) {
      JsonNode old = from.get(entry.getKey());
      JsonNode wanted = entry.getValue();
      if (wanted.equals(old)) {
        continue;
      }
      if (old instanceof ObjectNode oldObject && wanted instanceof ObjectNode wantedObject) {
        patch.set(entry.getKey(), between(oldObject, wantedObject));
      } else {
        patch.set(entry.getKey(), wanted);
      }
    }
    for (Map.Entry<String, JsonNode> entry : from.properties()) {
      if (!to.has(entry.getKey())) {
        patch.putNull(entry.getKey());
      }
    }
    return patch;
  }
}
