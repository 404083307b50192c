package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/// Between the form in which a kind is stored and the versions in which it is served. Pure.
final class Versions {
  private Versions() {}

  /// core/v1 name of an Event's field, and its name in events.k8s.io/v1.
  private static final Map<String, String> EVENT_FIELDS =
      Map.of(
          "involvedObject", "regarding",
          "message", "note",
          "reportingComponent", "reportingController",
          "source", "deprecatedSource",
          "firstTimestamp", "deprecatedFirstTimestamp",
          "lastTimestamp", "deprecatedLastTimestamp",
          "count", "deprecatedCount");

  static ObjectNode toStored(ResourceKind kind, ObjectNode object) {
    if (kind.groupVersion().equals(kind.storedVersion())) {
      return object;
    }
    if (kind.rules().equals("event")) {
      return renamed(object, kind.storedVersion(), false);
    }
    if (kind.kind().equals("HorizontalPodAutoscaler")) {
      return scalerToStored(object, kind.storedVersion());
    }
    return object.deepCopy().put("apiVersion", kind.storedVersion());
  }

  static ObjectNode fromStored(ResourceKind kind, ObjectNode object) {
    if (kind.groupVersion().equals(object.path("apiVersion").asText())) {
      return object;
    }
    if (kind.rules().equals("event")) {
      return renamed(object, kind.groupVersion(), true);
    }
    if (kind.kind().equals("HorizontalPodAutoscaler")) {
      return scalerFromStored(object, kind.groupVersion());
    }
    return object.deepCopy().put("apiVersion", kind.groupVersion());
  }

  private static ObjectNode renamed(ObjectNode object, String apiVersion, boolean fromCore) {
    var result = JsonNodeFactory.instance.objectNode();
    for (var field : object.properties()) {
      result.set(renamed(field.getKey(), fromCore), field.getValue());
    }
    if (fromCore) {
      // The newer form leaves out what is empty, the older one spells it out.
      for (var empty : List.of("deprecatedFirstTimestamp", "deprecatedLastTimestamp")) {
        if (result.path(empty).isNull()) {
          result.remove(empty);
        }
      }
      for (var empty : List.of("reportingController", "reportingInstance")) {
        if (result.path(empty).asText("").isEmpty()) {
          result.remove(empty);
        }
      }
      if (result.path("deprecatedSource").isEmpty()) {
        result.remove("deprecatedSource");
      }
    }
    return result.put("apiVersion", apiVersion);
  }

  private static String renamed(String field, boolean fromCore) {
    for (var pair : EVENT_FIELDS.entrySet()) {
      if (field.equals(fromCore ? pair.getKey() : pair.getValue())) {
        return fromCore ? pair.getValue() : pair.getKey();
      }
    }
    return field;
  }

  private static ObjectNode scalerToStored(ObjectNode object, String apiVersion) {
    var result = object.deepCopy().put("apiVersion", apiVersion);
    if (result.path("spec") instanceof ObjectNode spec) {
      var target = spec.remove("targetCPUUtilizationPercentage");
      if (target != null && target.isNumber()) {
        cpu(spec.putArray("metrics").addObject(), target);
      }
    }
    if (result.path("status") instanceof ObjectNode status) {
      status.remove("currentCPUUtilizationPercentage");
    }
    return result;
  }

  private static ObjectNode scalerFromStored(ObjectNode object, String apiVersion) {
    var result = object.deepCopy().put("apiVersion", apiVersion);
    if (result.path("spec") instanceof ObjectNode spec) {
      var metrics = spec.remove("metrics");
      spec.remove("behavior");
      for (var metric : metrics == null ? spec.arrayNode() : metrics) {
        var resource = metric.path("resource");
        if (resource.path("name").asText().equals("cpu")
            && resource.path("target").path("averageUtilization").isNumber()) {
          spec.set(
              "targetCPUUtilizationPercentage", resource.path("target").path("averageUtilization"));
        }
      }
    }
    return result;
  }

  /// One metric: average utilization of the CPU.
  static void cpu(ObjectNode metric, JsonNode percent) {
    metric.put("type", "Resource");
    var resource = metric.putObject("resource");
    resource.put("name", "cpu");
    resource.putObject("target").put("type", "Utilization").set("averageUtilization", percent);
  }
}
