package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.mesh.Percent;
import java.time.Duration;

/// An app that is looked after, for stories about what befalls its releases.
final class Myapp {
  static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/production/deployments/";
  static final String CANARIES = "/apis/flagger.app/v1beta1/namespaces/production/canaries/";
  static final Duration A_WHILE = Duration.ofMinutes(3);

  static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: myapp, namespace: production}
      spec: {selector: {app: myapp}, ports: [{name: http, port: 80, targetPort: 8080}]}
      """;

  static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        service: {port: 80, targetPort: 8080}
        progressDeadlineSeconds: 60
        analysis: {interval: 10s, threshold: 3, maxWeight: 50, stepWeight: 10}
      """;

  /// Of another target, judged by the share of good answers.
  ///
  /// @param target its API version and kind, as fields
  /// @param service fields of `spec.service`
  static String canaryOf(String target, String service) {
    return """
    apiVersion: flagger.app/v1beta1
    kind: Canary
    metadata: {name: myapp, namespace: production}
    spec:
      targetRef: {%s, name: myapp}
      service: {%s}
      progressDeadlineSeconds: 60
      analysis:
        interval: 10s
        threshold: 3
        maxWeight: 50
        stepWeight: 10
        metrics: [{name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}]
    """
        .formatted(target, service);
  }

  /// @param more fields of `spec`, each ended by a line break
  static String app(int replicas, String more) {
    return deployment("1.0.0", replicas, more, "");
  }

  static String deployment(String version) {
    return deployment(version, "");
  }

  /// @param annotations of the pods, what the sample app does among them
  static String deployment(String version, String annotations) {
    return deployment(version, 2, "", annotations);
  }

  private static String deployment(String version, int replicas, String more, String annotations) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: myapp, namespace: production, labels: {app: myapp}}
    spec:
      replicas: %d
      selector: {matchLabels: {app: myapp}}
      %s
      template:
        metadata: {labels: {app: myapp}, annotations: {%s}}
        spec:
          containers: [{name: myapp, image: "registry.example.com/myapp:%s", ports: [{containerPort: 8080}]}]
    """
        .formatted(replicas, more, annotations, version);
  }

  static World onboarded(long seed, String app, String canary) {
    World world = new World(seed).trafficOf(0);
    world.apply(SERVICE).apply(app).run(Duration.ofSeconds(10));
    world.trafficOf(10);
    return world.apply(canary).runUntilPhase("myapp", "Initialized", A_WHILE);
  }

  static World onboarded(long seed) {
    return onboarded(seed, app(2, ""), CANARY);
  }

  static World release(World world, String version) {
    return release(world, version, "");
  }

  /// @param annotations of the pods, as JSON; a release without any is well
  static World release(World world, String version, String annotations) {
    return release(
        world,
        DEPLOYMENTS,
        version,
        annotations.isEmpty() ? "\"playground.sluice.dev/error-rate\":null" : annotations);
  }

  /// @param workloads path of their kind in the namespace
  static World release(World world, String workloads, String version, String annotations) {
    return world.patch(
        workloads + "myapp",
        """
        {"spec":{"template":{"metadata":{"annotations":{%s}},
          "spec":{"containers":[{"name":"myapp","image":"registry.example.com/myapp:%s",
            "ports":[{"containerPort":8080}]}]}}}}
        """
            .formatted(annotations, version));
  }

  static World at(int weight, long seed) {
    return release(onboarded(seed), "1.1.0").runUntilWeight("myapp", weight, A_WHILE);
  }

  static void served(World world, String version) {
    assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
    assertThat(world.image("myapp-primary")).endsWith(":" + version);
    assertThat(world.failedForUsers()).isZero();
  }

  /// What the sample app of every pod of a workload does from now on.
  ///
  /// @param app value of the label `app`
  /// @param behaviour such as `ready`, without the prefix
  static World make(World world, String app, String behaviour, String value) {
    String pods = "/api/v1/namespaces/production/pods";
    for (var pod : world.get(pods).path("items")) {
      if (pod.at("/metadata/labels/app").asText().equals(app)) {
        world.patch(
            pods + "/" + pod.at("/metadata/name").asText(),
            "{\"metadata\":{\"annotations\":{\"playground.sluice.dev/%s\":\"%s\"}}}"
                .formatted(behaviour, value));
      }
    }
    return world;
  }

  private Myapp() {}
}
