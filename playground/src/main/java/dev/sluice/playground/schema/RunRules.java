package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;

/// The rules of what runs containers: their resources and probes, Jobs and their schedules,
/// StatefulSets, and what scales them.
final class RunRules {
  private static final List<String> CHANGEABLE =
      List.of(
          "replicas",
          "ordinals",
          "template",
          "updateStrategy",
          "revisionHistoryLimit",
          "persistentVolumeClaimRetentionPolicy",
          "minReadySeconds");

  private RunRules() {}

  static void whole(String type, JsonNode object, String path, List<Cause> causes) {
    switch (type) {
      case "core.Container" -> container(object, path, causes);
      case "batch.JobSpec" -> {
        if (object.at("/template/spec/restartPolicy").asText("Always").equals("Always"))
          causes.add(
              Cause.required(
                  path + ".template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\""));
      }
      case "batch.CronJobSpec" -> schedule(object.path("schedule").asText(""), path, causes);
      case "autoscaling2.HorizontalPodAutoscalerSpec" -> scaler(object, path, causes);
      case "autoscaling2.ResourceMetricSource" -> {
        JsonNode target = object.path("target");
        if (!target.hasNonNull("averageUtilization") && !target.hasNonNull("averageValue"))
          causes.add(
              Cause.required(
                  path + ".target.averageUtilization",
                  "must set either a target raw value or a target utilization"));
      }
      default -> {}
    }
  }

  private static void container(JsonNode container, String path, List<Cause> causes) {
    JsonNode limits = container.at("/resources/limits");
    for (var request : container.at("/resources/requests").properties()) {
      JsonNode limit = limits.path(request.getKey());
      if (!limit.isMissingNode()
          && Quantity.amount(request.getValue()).compareTo(Quantity.amount(limit)) > 0)
        causes.add(
            Cause.invalid(
                path + ".resources.requests",
                Shown.quoted(request.getValue().asText()),
                "must be less than or equal to "
                    + request.getKey()
                    + " limit of "
                    + limit.asText()));
    }
    for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe"))
      if (container.path(probe).isObject())
        probe(container.path(probe), probe, path + "." + probe, causes);
  }

  private static void probe(JsonNode probe, String name, String path, List<Cause> causes) {
    if (List.of("exec", "httpGet", "tcpSocket", "grpc").stream().noneMatch(probe::hasNonNull))
      causes.add(Cause.required(path, "must specify a handler type"));
    for (String handler : List.of("httpGet", "tcpSocket")) {
      JsonNode port = probe.path(handler).path("port");
      if (port.isNumber() && (port.asLong() < 1 || port.asLong() > 65535))
        causes.add(
            Cause.invalid(
                path + "." + handler + ".port",
                port.asText(),
                "must be between 1 and 65535, inclusive"));
    }
    long successes = probe.path("successThreshold").asLong(1);
    if (!name.equals("readinessProbe") && successes != 1)
      causes.add(Cause.invalid(path + ".successThreshold", Long.toString(successes), "must be 1"));
  }

  private static void schedule(String schedule, String path, List<Cause> causes) {
    if (schedule.isEmpty() || schedule.startsWith("@")) return;
    String[] fields = schedule.strip().split("\\s+", -1);
    if (fields.length != 5)
      causes.add(
          Cause.invalid(
              path + ".schedule",
              Shown.quoted(schedule),
              "expected exactly 5 fields, found "
                  + fields.length
                  + ": ["
                  + String.join(" ", Arrays.asList(fields))
                  + "]"));
  }

  private static void scaler(JsonNode spec, String path, List<Cause> causes) {
    JsonNode least = spec.path("minReplicas");
    if (!least.isNumber() || least.asLong() >= 1) return;
    causes.add(
        Cause.invalid(path + ".minReplicas", least.asText(), "must be greater than or equal to 1"));
    boolean elsewhere =
        spec.path("metrics")
            .valueStream()
            .anyMatch(
                metric -> List.of("Object", "External").contains(metric.path("type").asText()));
    if (least.asLong() == 0 && !elsewhere)
      causes.add(
          Cause.forbidden(
              path + ".metrics",
              "must specify at least one Object or External metric to support scaling to zero"
                  + " replicas"));
  }

  /// What of a StatefulSet may not change.
  static void statefulSet(ObjectNode now, ObjectNode before, List<Cause> causes) {
    if (!fixed(now).equals(fixed(before)))
      causes.add(
          Cause.forbidden(
              "spec",
              "updates to statefulset spec for fields other than 'replicas', 'ordinals',"
                  + " 'template', 'updateStrategy', 'revisionHistoryLimit',"
                  + " 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
  }

  private static JsonNode fixed(ObjectNode set) {
    return set.path("spec") instanceof ObjectNode spec
        ? spec.deepCopy().remove(CHANGEABLE)
        : set.path("spec");
  }
}
