package dev.sluice.controller.canary;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// The smallest merge patch from one status to another. Pure.
final class StatusPatch {
  private StatusPatch() {}

  /// @return empty when nothing differs; fields that vanish are null (RFC 7386)
  @SuppressWarnings("unchecked")
  static Map<String, Object> between(Map<String, Object> before, Map<String, Object> after) {
    Map<String, Object> patch = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : after.entrySet()) {
      Object old = before.get(entry.getKey());
      Object now = entry.getValue();
      if (old instanceof Map && now instanceof Map) {
        Map<String, Object> inner = between((Map<String, Object>) old, (Map<String, Object>) now);
        if (!inner.isEmpty()) {
          patch.put(entry.getKey(), inner);
        }
      } else if (!Objects.equals(old, now)) {
        patch.put(entry.getKey(), now);
      }
    }
    for (String field : before.keySet()) {
      if (!after.containsKey(field)) {
        remove(patch, field);
      }
    }
    return patch;
  }

  @SuppressWarnings("NullAway") // null is how a merge patch removes a field
  private static void remove(Map<String, Object> patch, String field) {
    patch.put(field, null);
  }
}
