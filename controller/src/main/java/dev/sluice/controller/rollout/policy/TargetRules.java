package dev.sluice.controller.rollout.policy;

import dev.sluice.crds.CanaryService;
import dev.sluice.crds.CanarySpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What of a spec does not go with the kind of its target.
public final class TargetRules {
  private TargetRules() {}

  /// @param splits whether the mesh can give a share of the requests to somebody else
  static List<Problem> problems(CanarySpec spec, boolean splits) {
    var problems = new ArrayList<Problem>();
    var kind = spec.targetRef().kind();
    if (spec.autoscalerRef() != null && !kind.equals("Deployment")) {
      problems.add(
          new Problem(
              "spec.autoscalerRef",
              kind.equals("DaemonSet")
                  ? "a DaemonSet has a pod on every node that takes it, so nothing can scale it; leave the field out"
                  : "a Service has no pods of its own that could be scaled; leave the field out"));
    }
    if (!kind.equals("Service")) {
      return problems;
    }
    var name = spec.service().name();
    if (name != null && !name.isEmpty() && !name.equals(spec.targetRef().name())) {
      problems.add(
          new Problem(
              "spec.service.name",
              "is %s, but callers name the target itself, %s; leave the field out"
                  .formatted(name, spec.targetRef().name())));
    }
    if (!splits) {
      problems.add(
          new Problem(
              "spec.provider",
              "without a mesh nothing is between callers and a Service, so an edit of it reaches all of them at once; choose a mesh"));
    }
    if (spec.analysis().comparesRequests()) {
      problems.add(
          new Problem(
              "spec.analysis.comparison",
              "requests are compared by the workload whose pods answer, and a Service has none; use thresholds, or compare MetricTemplates"));
    }
    return problems;
  }

  static List<Problem> warnings(CanarySpec spec) {
    if (!spec.targetRef().kind().equals("Service")) {
      return List.of();
    }
    CanaryService service = spec.service();
    Map<String, Boolean> fields = new LinkedHashMap<>();
    fields.put("portName", service.portName() != null);
    fields.put("targetPort", service.targetPort() != null);
    fields.put("appProtocol", service.appProtocol() != null);
    fields.put("portDiscovery", service.portDiscovery());
    fields.put("headless", service.headless());
    fields.put("trafficDistribution", service.trafficDistribution() != null);
    fields.put("apex", service.apex() != null);
    fields.put("primary", service.primary() != null);
    fields.put("canary", service.canary() != null);
    fields.put("unmanagedMetadata", service.unmanagedMetadata() != null);
    return fields.entrySet().stream()
        .filter(Map.Entry::getValue)
        .map(field ->
            new Problem(
                "spec.service." + field.getKey(),
                "is ignored: the target is a Service, and its two sides are copies of it"))
        .toList();
  }
}
