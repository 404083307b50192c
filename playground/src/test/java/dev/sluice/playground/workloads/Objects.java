package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.UncheckedIOException;

/// Objects for tests, written as YAML.
final class Objects {
  private static final YAMLMapper YAML = new YAMLMapper();

  private Objects() {}

  static ObjectNode yaml(String text, Object... values) {
    try {
      return (ObjectNode) YAML.readTree(text.formatted(values));
    } catch (java.io.IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode deployment(int replicas, String surge, String unavailable) {
    return yaml(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: shop, uid: d-1, generation: 1}
        spec:
          replicas: %d
          selector: {matchLabels: {app: web}}
          strategy: {rollingUpdate: {maxSurge: %s, maxUnavailable: %s}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: app, image: "web:2"}]}
        """,
        replicas, surge, unavailable);
  }

  static ReplicaSet set(String name, int wanted, int available, int age) {
    return new ReplicaSet(
        yaml(
            """
            metadata: {name: %s, namespace: shop, creationTimestamp: "2026-01-01T00:00:%02dZ"}
            spec: {replicas: %d}
            status: {replicas: %d, readyReplicas: %d, availableReplicas: %d}
            """,
            name, 30 - age, wanted, wanted, available, available));
  }

  static ObjectNode pod(String annotations) {
    return yaml(
        """
        metadata: {name: web-x, namespace: shop, uid: p-1, annotations: {%s}}
        spec: {containers: [{name: app, image: "web:2", ports: [{name: http, containerPort: 8080}]}]}
        status: {phase: Pending}
        """,
        annotations);
  }
}
