package dev.sluice.controller.figures;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// Many apps with a Canary each, in one namespace of an API server. Their Deployments are as long
/// as those of real apps: probes, resources, environment, volumes.
final class Fleet {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CANARIES = "/apis/flagger.app/v1beta1/namespaces/production/canaries";

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: NAME
        namespace: production
        labels: {app: NAME, team: checkout, app.kubernetes.io/part-of: shop}
        annotations:
          kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"labels":{"app":"NAME","app.kubernetes.io/part-of":"shop","team":"checkout"},"name":"NAME","namespace":"production"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"NAME"}},"template":{"metadata":{"annotations":{"prometheus.io/port":"8080","prometheus.io/scrape":"true"},"labels":{"app":"NAME","team":"checkout"}},"spec":{"containers":[{"env":[{"name":"LOG_LEVEL","value":"info"},{"name":"BACKEND","value":"http://backend.production:8080"}],"image":"registry.example.com/shop/NAME:1.0.0","livenessProbe":{"httpGet":{"path":"/healthz","port":"http"},"periodSeconds":10},"name":"app","ports":[{"containerPort":8080,"name":"http"}],"readinessProbe":{"httpGet":{"path":"/readyz","port":"http"},"periodSeconds":5},"resources":{"limits":{"memory":"512Mi"},"requests":{"cpu":"100m","memory":"256Mi"}}}]}}}}'
      spec:
        replicas: 2
        revisionHistoryLimit: 5
        selector: {matchLabels: {app: NAME}}
        template:
          metadata:
            labels: {app: NAME, team: checkout}
            annotations: {prometheus.io/scrape: "true", prometheus.io/port: "8080"}
          spec:
            serviceAccountName: default
            securityContext: {runAsNonRoot: true, fsGroup: 65532}
            containers:
            - name: app
              image: registry.example.com/shop/NAME:VERSION
              args: [--listen=0.0.0.0:8080, --log-format=json, --timeout=30s]
              env:
              - {name: LOG_LEVEL, value: info}
              - {name: BACKEND, value: "http://backend.production:8080"}
              - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
              - {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
              ports:
              - {name: http, containerPort: 8080}
              - {name: metrics, containerPort: 9797}
              readinessProbe: {httpGet: {path: /readyz, port: http}, periodSeconds: 5}
              livenessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 10}
              resources: {requests: {cpu: 100m, memory: 256Mi}, limits: {memory: 512Mi}}
              securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true}
              volumeMounts:
              - {name: tmp, mountPath: /tmp}
            volumes:
            - {name: tmp, emptyDir: {}}
      """;

  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: NAME, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: NAME}
        service: {port: 80, targetPort: 8080}
        analysis:
          interval: 10s
          threshold: 5
          maxWeight: 50
          stepWeight: 10
          metrics:
          - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}
          - {name: request-duration, thresholdRange: {max: 500}, interval: 1m}
      """;

  private final ApiServer api;
  private final int size;

  Fleet(ApiServer api, int size) {
    this.api = api;
    this.size = size;
  }

  /// Defines the kinds of Flagger, Sluice and Istio, and the namespace.
  ///
  /// @param root of the repository
  static void define(ApiServer api, Path root) throws IOException {
    for (var definition : Manifests.istio()) {
      Manifests.create(api, definition);
    }
    for (var definition : Manifests.definitions(root)) {
      Manifests.create(api, definition);
    }
    create(api, "{apiVersion: v1, kind: Namespace, metadata: {name: production}}");
  }

  /// Creates the Deployments and Canaries.
  void create() throws IOException {
    for (int i = 0; i < size; i++) {
      create(api, DEPLOYMENT.replace("VERSION", "1.0.0").replace("NAME", name(i)));
      create(api, CANARY.replace("NAME", name(i)));
    }
  }

  private static void create(ApiServer api, String yaml) throws IOException {
    for (var object : Manifests.read(yaml)) {
      Manifests.create(api, object);
    }
  }

  /// A Deployment of one of these apps, elsewhere.
  static ObjectNode deployment(String namespace, String name, String version) throws IOException {
    return one(DEPLOYMENT.replace("VERSION", version), namespace, name);
  }

  /// A Canary of one of these apps, elsewhere.
  static ObjectNode canary(String namespace, String name) throws IOException {
    return one(CANARY, namespace, name);
  }

  private static ObjectNode one(String yaml, String namespace, String name) throws IOException {
    ObjectNode object = Manifests.read(yaml.replace("NAME", name)).getFirst();
    object.withObject("/metadata").put("namespace", namespace);
    return object;
  }

  static String name(int i) {
    return "app-%05d".formatted(i);
  }

  /// How many Canaries are in each phase.
  Map<String, Integer> phases() {
    Map<String, Integer> phases = new TreeMap<>();
    for (JsonNode canary : get(CANARIES).path("items")) {
      phases.merge(canary.path("status").path("phase").asText("none"), 1, Integer::sum);
    }
    return phases;
  }

  JsonNode canary(int i) {
    return get(CANARIES + "/" + name(i));
  }

  private JsonNode get(String path) {
    Map<String, String> headers = Map.of("accept", "application/json", "user-agent", "kubectl");
    try {
      return JSON.readTree(
          api.handle(new Call("GET", path, Map.of(), headers, new byte[0])).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Gives app `i` another image.
  void release(int i, String version) {
    String patch =
        """
        {"spec":{"template":{"spec":{"containers":[{"name":"app","image":"registry.example.com/shop/%s:%s"}]}}}}
        """
            .formatted(name(i), version);
    api.handle(
        new Call(
            "PATCH",
            "/apis/apps/v1/namespaces/production/deployments/" + name(i),
            Map.of(),
            Map.of(
                "accept",
                "application/json",
                "content-type",
                "application/strategic-merge-patch+json",
                "user-agent",
                "kubectl"),
            patch.getBytes(StandardCharsets.UTF_8)));
  }
}
