package dev.sluice.controller.story;

import com.fasterxml.jackson.databind.JsonNode;

/// What KEDA does about workloads as far as anybody sees it: its definition, its label on every
/// ScaledObject, pods for a workload without any, and the number that a pause says. The load never
/// asks for more than the lower bound.
final class Keda {
  static final String SCALED = "/apis/keda.sh/v1alpha1/namespaces/production/scaledobjects/";
  static final String PAUSED = "/metadata/annotations/autoscaling.keda.sh~1paused-replicas";

  private static final String DEFINITION =
      """
      apiVersion: apiextensions.k8s.io/v1
      kind: CustomResourceDefinition
      metadata: {name: scaledobjects.keda.sh}
      spec:
        group: keda.sh
        scope: Namespaced
        names: {kind: ScaledObject, listKind: ScaledObjectList, plural: scaledobjects, singular: scaledobject}
        versions:
        - name: v1alpha1
          served: true
          storage: true
          subresources: {status: {}}
          schema:
            openAPIV3Schema:
              type: object
              properties:
                spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
                status: {type: object, x-kubernetes-preserve-unknown-fields: true}
      """;

  private final World world;

  private Keda(World world) {
    this.world = world;
  }

  static World installedIn(World world) {
    world.apply(DEFINITION);
    return world.alsoRuns(new Keda(world)::look);
  }

  private void look() {
    for (JsonNode scaled : world.get(SCALED.substring(0, SCALED.length() - 1)).path("items")) {
      String name = scaled.at("/metadata/name").asText();
      if (!scaled.at("/metadata/labels/scaledobject.keda.sh~1name").asText().equals(name)) {
        world.patch(
            SCALED + name,
            "{\"metadata\":{\"labels\":{\"scaledobject.keda.sh/name\":\"%s\"}}}".formatted(name));
      }
      scale(scaled);
    }
  }

  private void scale(JsonNode scaled) {
    String workload = scaled.at("/spec/scaleTargetRef/name").asText();
    int now = world.replicas(workload);
    int wanted = Math.max(now, scaled.at("/spec/minReplicaCount").asInt());
    if (scaled.at("/metadata/annotations/autoscaling.keda.sh~1paused").asText().equals("true")) {
      wanted = now;
    }
    if (!scaled.at(PAUSED).isMissingNode()) {
      wanted = scaled.at(PAUSED).asInt();
    }
    if (now != wanted && world.deployment(workload).has("spec")) {
      world.patch(Myapp.DEPLOYMENTS + workload, "{\"spec\":{\"replicas\":%d}}".formatted(wanted));
    }
  }
}
