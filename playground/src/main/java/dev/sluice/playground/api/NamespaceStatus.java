package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.stream.Collectors;

/// What a terminating namespace says about what holds it. Pure.
final class NamespaceStatus {
  private NamespaceStatus() {}

  /// @param left how many objects of each `plural.group` are there
  /// @param finalizers how many objects carry each finalizer
  static void remaining(
      ObjectNode status, Map<String, Integer> left, Map<String, Integer> finalizers, String now) {
    status.put("phase", "Terminating");
    var conditions = status.withArrayProperty("conditions");
    set(
        conditions,
        "NamespaceDeletionDiscoveryFailure",
        false,
        "ResourcesDiscovered",
        "All resources successfully discovered",
        now);
    set(
        conditions,
        "NamespaceDeletionGroupVersionParsingFailure",
        false,
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
        now);
    set(
        conditions,
        "NamespaceDeletionContentFailure",
        false,
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
        now);
    set(
        conditions,
        "NamespaceContentRemaining",
        !left.isEmpty(),
        left.isEmpty() ? "ContentRemoved" : "SomeResourcesRemain",
        left.isEmpty()
            ? "All content successfully removed"
            : "Some resources are remaining: " + list(left, " has "),
        now);
    set(
        conditions,
        "NamespaceFinalizersRemaining",
        !finalizers.isEmpty(),
        finalizers.isEmpty() ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
        finalizers.isEmpty()
            ? "All content-preserving finalizers finished"
            : "Some content in the namespace has finalizers remaining: " + list(finalizers, " in "),
        now);
  }

  /// Whether two states of a namespace say the same.
  static boolean same(ObjectNode before, ObjectNode after) {
    return before.path("status").equals(after.path("status"));
  }

  private static String list(Map<String, Integer> counts, String verb) {
    return counts.entrySet().stream()
        .map(each -> each.getKey() + verb + each.getValue() + " resource instances")
        .collect(Collectors.joining(", "));
  }

  private static void set(
      ArrayNode conditions,
      String type,
      boolean status,
      String reason,
      String message,
      String now) {
    var text = status ? "True" : "False";
    for (var each : conditions) {
      if (each instanceof ObjectNode condition && condition.path("type").asText().equals(type)) {
        if (!condition.path("status").asText().equals(text)) {
          condition.put("lastTransitionTime", now);
        }
        condition.put("status", text).put("reason", reason).put("message", message);
        return;
      }
    }
    conditions
        .addObject()
        .put("type", type)
        .put("status", text)
        .put("lastTransitionTime", now)
        .put("reason", reason)
        .put("message", message);
  }
}
