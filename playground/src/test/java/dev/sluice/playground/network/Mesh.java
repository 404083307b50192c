package dev.sluice.playground.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/// A small mesh as tests want it: the Services app, app-primary and app-canary in namespace prod,
/// and whatever else they say in YAML.
final class Mesh {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private final Map<String, JsonNode> objects = new LinkedHashMap<>();

  static Mesh withCanary() {
    return new Mesh()
        .service("app", "app-primary", "2026-01-01T00:00:00Z")
        .service("app-primary", "app-primary", "2026-01-02T00:00:00Z")
        .service("app-canary", "app", "2026-01-02T00:00:00Z")
        .pod("app-primary", "10.244.0.1")
        .pod("app", "10.244.0.2");
  }

  Mesh put(String yaml) {
    try {
      var object = YAML.readTree(yaml);
      objects.put(MeshReader.name(object) + object.path("kind").asText(), object);
      return this;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  Mesh route(String http) {
    return put(
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: app, namespace: prod}
        spec:
          hosts: [app]
          http: %s
        """
            .formatted(http));
  }

  Mesh split(int primary, int canary) {
    return route(
        """
        [{route: [{destination: {host: app-primary}, weight: %d}, \
        {destination: {host: app-canary}, weight: %d}]}]\
        """
            .formatted(primary, canary));
  }

  Mesh service(String name, String app, String created) {
    return put(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: prod, creationTimestamp: '%s'}
        spec:
          selector: {app: %s}
          ports: [{name: http, port: 80, targetPort: 8080}]
        """
            .formatted(name, created, app));
  }

  Mesh pod(String app, String ip) {
    return put(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %1$s-6f5-%2$s
          namespace: prod
          labels: {app: %1$s, pod-template-hash: 6f5}
          ownerReferences: [{kind: ReplicaSet, name: %1$s-6f5}]
        status:
          podIP: %2$s
          conditions: [{type: Ready, status: 'True'}]
        """
            .formatted(app, ip));
  }

  Mesh without(String name, String kind) {
    objects.remove(name + kind);
    return this;
  }

  Collection<JsonNode> objects() {
    return new ArrayList<>(objects.values());
  }

  MeshSnapshot snapshot() {
    return MeshSnapshot.of(objects());
  }

  static final Caller CLIENT =
      new Caller.Sidecar("prod", Map.of("app", "client", "version", "v1"), "client");
}
