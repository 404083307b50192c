package dev.sluice.controller.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// One app with a Canary in a cluster: what people do to it, and what they can see of it. What is
/// done here meets no faults.
final class Shop {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String APPS = "/apis/apps/v1/namespaces/production/deployments/";
  private static final String CORE = "/api/v1/namespaces/production/";
  private static final String MESH = "/apis/networking.istio.io/v1/namespaces/production/";
  private static final String CANARIES = "/apis/flagger.app/v1beta1/namespaces/production/canaries";

  private static final String OBJECTS =
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: production}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: shop, namespace: production}
      spec:
        selector: {app: shop}
        ports: [{name: http, port: 80, targetPort: 8080}]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: shop, namespace: production, labels: {app: shop}}
      spec:
        replicas: 2
        progressDeadlineSeconds: 60
        selector: {matchLabels: {app: shop}}
        template:
          metadata: {labels: {app: shop}}
          spec:
            containers:
            - name: shop
              image: registry.example.com/shop:good-0
              ports: [{containerPort: 8080}]
              envFrom: [{configMapRef: {name: shop-config}}]
      ---
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: shop, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
        progressDeadlineSeconds: 60
        service: {port: 80, targetPort: 8080}
        analysis:
          interval: 10s
          threshold: 3
          maxWeight: 50
          stepWeight: 10
          metrics:
          - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}
          webhooks:
          - {name: start, type: confirm-rollout, url: "http://gates.production/"}
          - {name: test, type: pre-rollout, url: "http://gates.production/"}
          - {name: more, type: confirm-traffic-increase, url: "http://gates.production/"}
          - {name: go, type: confirm-promotion, url: "http://gates.production/"}
          - {name: stop, type: rollback, url: "http://gates.production/"}
          - {name: done, type: post-rollout, url: "http://gates.production/"}
      """;

  private static final String SCALERS =
      "/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers/";

  private final ApiServer api;

  Shop(ApiServer api, Path root) {
    this.api = api;
    try {
      for (ObjectNode definition : Manifests.istio()) {
        Manifests.create(api, definition);
      }
      for (ObjectNode definition : Manifests.definitions(root)) {
        Manifests.create(api, definition);
      }
      for (ObjectNode object : Manifests.read(OBJECTS)) {
        Manifests.create(api, object);
      }
      configure("good-0");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- what people do ----

  /// @param image after the colon; what it begins with tells how it behaves
  void release(String image, int readyAfter) {
    patch(
        APPS + "shop",
        "application/strategic-merge-patch+json",
        """
        {"spec":{"template":{
          "metadata":{"annotations":{"playground.sluice.dev/ready-after":"%ds",
            "playground.sluice.dev/ready":"%s"}},
          "spec":{"containers":[{"name":"shop","image":"registry.example.com/shop:%s"}]}}}}
        """
            .formatted(readyAfter, image.startsWith("never") ? "never" : "true", image));
  }

  /// Gives the ConfigMap that the app reads another content.
  void configure(String content) {
    send(
        "PATCH",
        CORE + "configmaps/shop-config?fieldManager=people",
        "application/apply-patch+yaml",
        """
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"shop-config"},"data":{"content":"%s"}}
        """
            .formatted(content));
  }

  void scale(String deployment, int replicas) {
    patch(
        APPS + deployment,
        "application/merge-patch+json",
        "{\"spec\":{\"replicas\":%d}}".formatted(replicas));
  }

  /// Gives the app an autoscaler of two to six pods.
  void autoscaled() {
    send(
        "POST",
        SCALERS.replaceFirst("/$", ""),
        "application/json",
        """
        {"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"shop"},"spec":{
          "scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"shop"},
          "minReplicas":2,"maxReplicas":6,
          "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":80}}}]}}
        """);
    patch(
        CANARIES + "/shop",
        "application/merge-patch+json",
        "{\"spec\":{\"autoscalerRef\":{\"kind\":\"HorizontalPodAutoscaler\",\"name\":\"shop\"}}}");
  }

  /// Releases go by a list of steps from now on.
  void stepped() {
    patch(
        CANARIES + "/shop",
        "application/merge-patch+json",
        """
        {"spec":{"analysis":{"stepWeight":null,"maxWeight":null,"steps":[
          {"setWeight":10},{"pause":{"duration":"15s"}},{"setWeight":20,"interval":"20s"},
          {"analysis":{"count":2}},{"setWeight":40},{"setWeight":30},{"pause":{}},{"setWeight":50}]}}}
        """);
  }

  /// Ends the pause that a run is in by its list of steps, where it is in one.
  ///
  /// @return whether it is
  boolean resume() {
    JsonNode canary = get(CANARIES + "/shop");
    boolean paused =
        canary.at("/status/rollout/held/reason").asText().equals("PausedAtStep")
            && !canary.at("/metadata/annotations").has("sluice.dev/command");
    if (paused) {
      patch(
          CANARIES + "/shop",
          "application/merge-patch+json",
          """
          {"metadata":{"annotations":{"sluice.dev/command":"resume","sluice.dev/command-revision":"%s"}}}
          """
              .formatted(canary.at("/status/rollout/revision").asText()));
    }
    return paused;
  }

  /// The autoscalers that there are look at their workloads, as the playground's do not.
  ///
  /// @param needed pods for all of the load
  void autoscale(int needed) {
    int canary = Rules.weight(get(MESH + "virtualservices/shop"));
    autoscale("shop", Math.ceilDiv(needed * canary, 100));
    autoscale("shop-primary", Math.ceilDiv(needed * (100 - canary), 100));
  }

  private void autoscale(String name, int needed) {
    JsonNode bounds = get(SCALERS + name).path("spec");
    int replicas = get(APPS + name).at("/spec/replicas").asInt();
    if (bounds.isObject() && replicas > 0) {
      int wanted =
          Math.clamp(
              needed, bounds.path("minReplicas").asInt(1), bounds.path("maxReplicas").asInt());
      if (wanted != replicas) {
        scale(name, wanted);
      }
    }
  }

  /// A quota that leaves room for three pods, or none.
  void quota(boolean small) {
    if (small) {
      send(
          "POST",
          CORE + "resourcequotas",
          "application/json",
          """
          {"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"small"},"spec":{"hard":{"pods":"3"}}}
          """);
    } else {
      send("DELETE", CORE + "resourcequotas/small", "application/json", "");
    }
  }

  void suspend(boolean suspended) {
    patch(
        CANARIES + "/shop",
        "application/merge-patch+json",
        "{\"spec\":{\"suspend\":%s}}".formatted(suspended));
  }

  /// Points the apex Service at the pods of the target.
  void resetApex() {
    patch(
        CORE + "services/shop",
        "application/merge-patch+json",
        "{\"spec\":{\"selector\":{\"app\":\"shop\"}}}");
  }

  /// As by `kubectl edit`: other weights, or none at all.
  void editWeights(int canary) {
    JsonNode live = get(MESH + "virtualservices/shop");
    if (live.at("/spec/http/0/route").size() == 2) {
      ObjectNode edited = live.deepCopy();
      ((ObjectNode) edited.at("/spec/http/0/route/0")).put("weight", 100 - canary);
      ((ObjectNode) edited.at("/spec/http/0/route/1")).put("weight", canary);
      send(
          "PUT",
          MESH + "virtualservices/shop?fieldManager=kubectl-edit",
          "application/json",
          edited.toString());
    }
  }

  void deleteRoutes() {
    send("DELETE", MESH + "virtualservices/shop", "application/json", "");
  }

  void deleteService(String name) {
    send("DELETE", CORE + "services/" + name, "application/json", "");
  }

  void deletePrimary() {
    send("DELETE", APPS + "shop-primary", "application/json", "");
  }

  // ---- what people see ----

  /// The content of a ConfigMap.
  String config(String name) {
    return get(CORE + "configmaps/" + name).at("/data/content").asText();
  }

  /// What comes after the colon; empty when there is no such Deployment.
  String image(String deployment) {
    return get(APPS + deployment)
        .at("/spec/template/spec/containers/0/image")
        .asText()
        .replaceFirst(".*:", "");
  }

  /// As in the canary's status.
  String phase() {
    return get(CANARIES + "/shop").at("/status/phase").asText();
  }

  /// The canary's share that its status speaks of.
  int weight() {
    return get(CANARIES + "/shop").at("/status/canaryWeight").asInt();
  }

  private void patch(String path, String type, String body) {
    send("PATCH", path, type, body);
  }

  private JsonNode get(String path) {
    return send("GET", path, "application/json", "");
  }

  /// What was refused is an object of kind Status; people see it and go on.
  private JsonNode send(String method, String pathAndQuery, String type, String body) {
    String[] parts = pathAndQuery.split("\\?fieldManager=", 2);
    Map<String, List<String>> query =
        parts.length == 2 ? Map.of("fieldManager", List.of(parts[1])) : Map.of();
    Map<String, String> headers =
        Map.of("accept", "application/json", "content-type", type, "user-agent", "people");
    Answer answer =
        api.handle(
            new Call(method, parts[0], query, headers, body.getBytes(StandardCharsets.UTF_8)));
    try {
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
