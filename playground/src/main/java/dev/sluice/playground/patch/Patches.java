package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Schema;

/// The three kinds of patch that do not track ownership. Each answers a new object and leaves its
/// arguments as they are; what it answers still has to be pruned, defaulted and validated.
public final class Patches {
  private Patches() {}

  /// RFC 6902. All operations or none.
  ///
  /// @param operations the decoded body, which should be an array
  /// @throws PatchRefused when it is not, or an operation does not apply
  public static ObjectNode json(ObjectNode target, JsonNode operations) {
    return JsonPatch.apply(target, operations);
  }

  /// RFC 7386.
  ///
  /// @param patch the decoded body, which should be an object
  /// @throws PatchRefused when it is not
  public static ObjectNode merge(ObjectNode target, JsonNode patch) {
    return MergePatch.apply(target, patch);
  }

  /// Kubernetes' own merge, which knows lists by their keys. Only for built-in kinds.
  ///
  /// @param patch the decoded body, which should be an object
  /// @throws PatchRefused when it is not, or a list item lacks its key
  public static ObjectNode strategic(ObjectNode target, JsonNode patch, Schema schema) {
    return StrategicPatch.apply(target, patch, schema);
  }
}
