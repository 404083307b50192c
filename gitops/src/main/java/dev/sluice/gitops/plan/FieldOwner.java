package dev.sluice.gitops.plan;

import java.util.List;
import java.util.Map;

/// One entry of `metadata.managedFields`.
///
/// @param applies whether by server-side apply; else by an update
/// @param fields in the form `FieldsV1`
record FieldOwner(String manager, boolean applies, Map<String, Object> fields) {

  /// Whether the field at a path of member names, or anything in or around it as a whole, is its.
  boolean owns(List<String> path) {
    Map<String, Object> at = fields;
    for (String name : path) {
      if (!(at.get("f:" + name) instanceof Map<?, ?> below)) {
        return false;
      }
      at = Json.object(below);
      if (at.isEmpty()) {
        return true;
      }
    }
    return true;
  }
}
