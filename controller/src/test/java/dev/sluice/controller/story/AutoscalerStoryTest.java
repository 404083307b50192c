package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A target with a HorizontalPodAutoscaler, and the copy that its primary gets. The playground
/// stores autoscalers and does not act for them, so the numbers of pods here are what people set.
class AutoscalerStoryTest {
  private static final String SCALERS =
      "/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers/";
  private static final String CANARIES =
      "/apis/flagger.app/v1beta1/namespaces/production/canaries/";
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/production/deployments/";

  private static final String APP = Myapp.app(2, "") + "---\n" + Myapp.SERVICE;

  private static final String SCALER =
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata:
        name: myapp
        namespace: production
        labels: {team: shop, kustomize.toolkit.fluxcd.io/name: apps}
        annotations: {owner: shop@example.com}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        minReplicas: 2
        maxReplicas: 4
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
      """;

  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        autoscalerRef:
          apiVersion: autoscaling/v2
          kind: HorizontalPodAutoscaler
          name: myapp
          primaryScalerReplicas: {minReplicas: 3, maxReplicas: 6}
        service: {port: 80, targetPort: 8080}
        analysis: {interval: 10s, threshold: 3, maxWeight: 50, stepWeight: 25}
      """;

  private static World onboarded(long seed) {
    World world = new World(seed).trafficOf(0);
    return world
        .apply(APP + "---\n" + SCALER)
        .run(Duration.ofSeconds(10))
        .apply(CANARY)
        .runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
  }

  @Test
  void thePrimaryGetsACopyWithTheBoundsOfTheCanary() {
    try (World world = onboarded(21)) {
      JsonNode copy = world.get(SCALERS + "myapp-primary");

      assertThat(copy.at("/spec/scaleTargetRef/name").asText()).isEqualTo("myapp-primary");
      assertThat(copy.at("/spec/minReplicas").asInt()).isEqualTo(3);
      assertThat(copy.at("/spec/maxReplicas").asInt()).isEqualTo(6);
      assertThat(copy.at("/spec/metrics"))
          .isEqualTo(world.get(SCALERS + "myapp").at("/spec/metrics"));
      assertThat(copy.at("/metadata/ownerReferences/0/kind").asText()).isEqualTo("Canary");
      assertThat(copy.at("/metadata/labels").toString()).isEqualTo("{\"team\":\"shop\"}");
      assertThat(copy.at("/metadata/annotations").isMissingNode()).isTrue();
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.get(SCALERS + "myapp").at("/spec/minReplicas").asInt()).isEqualTo(2);
    }
  }

  @Test
  void anEditOfTheTargetsAutoscalerReachesThePrimaryAtOnceAndOnlyOnce() {
    try (World world = onboarded(22)) {
      world
          .patch(
              SCALERS + "myapp",
              "{\"spec\":{\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{\"type\":\"Utilization\",\"averageUtilization\":60}}}]}}")
          .run(Duration.ofSeconds(1));

      JsonNode copy = world.get(SCALERS + "myapp-primary");
      assertThat(copy.at("/spec/metrics/0/resource/target/averageUtilization").asInt())
          .isEqualTo(60);

      world.run(Duration.ofMinutes(10));
      assertThat(world.get(SCALERS + "myapp-primary").at("/metadata/resourceVersion"))
          .isEqualTo(copy.at("/metadata/resourceVersion"));
    }
  }

  @Test
  void aCopyThatSomebodyEditsOrDeletesIsMadeAgain() {
    try (World world = onboarded(23)) {
      world
          .patch(SCALERS + "myapp-primary", "{\"spec\":{\"maxReplicas\":40}}")
          .run(Duration.ofSeconds(1));
      assertThat(world.get(SCALERS + "myapp-primary").at("/spec/maxReplicas").asInt()).isEqualTo(6);

      world.delete(SCALERS + "myapp-primary").run(Duration.ofSeconds(1));
      assertThat(world.get(SCALERS + "myapp-primary").at("/spec/maxReplicas").asInt()).isEqualTo(6);
    }
  }

  @Test
  void theCopyGoesWithTheReferenceAndThePodsStayAsManyAsTheyAre() {
    try (World world = onboarded(24)) {
      world.patch(DEPLOYMENTS + "myapp-primary", "{\"spec\":{\"replicas\":5}}");

      world.patch(CANARIES + "myapp", "{\"spec\":{\"autoscalerRef\":null}}");
      world.run(Duration.ofSeconds(2));

      assertThat(world.get(SCALERS + "myapp-primary").path("code").asInt()).isEqualTo(404);
      assertThat(world.get(SCALERS + "myapp").path("spec").isObject()).isTrue();
      assertThat(world.replicas("myapp-primary")).isEqualTo(5);
    }
  }

  @Test
  void anotherAutoscalerTakesTheOldOnesPlaceSoThatNoTwoScaleThePrimary() {
    try (World world = onboarded(25)) {
      world.apply(SCALER.replace("name: myapp\n", "name: other\n"));
      world.patch(CANARIES + "myapp", "{\"spec\":{\"autoscalerRef\":{\"name\":\"other\"}}}");
      world.run(Duration.ofSeconds(2));

      assertThat(world.get(SCALERS + "myapp-primary").path("code").asInt()).isEqualTo(404);
      assertThat(world.get(SCALERS + "other-primary").at("/spec/scaleTargetRef/name").asText())
          .isEqualTo("myapp-primary");
    }
  }

  @Test
  void aRunKeepsThePrimaryLargeAndStartsTheTargetSmall() {
    try (World world = onboarded(26)) {
      world.patch(DEPLOYMENTS + "myapp-primary", "{\"spec\":{\"replicas\":6}}");
      world.run(Duration.ofSeconds(20)).trafficOf(5);

      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 25, Duration.ofMinutes(1));
      assertThat(world.replicas("myapp")).isEqualTo(2);
      assertThat(world.get(SCALERS + "myapp-primary").at("/spec/minReplicas").asInt()).isEqualTo(6);

      world.patch(DEPLOYMENTS + "myapp", "{\"spec\":{\"replicas\":4}}");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(3));
      assertThat(world.replicas("myapp-primary")).isEqualTo(6);
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.failedForUsers()).isZero();

      world.trafficOf(0).run(Duration.ofMinutes(6));
      assertThat(world.get(SCALERS + "myapp-primary").at("/spec/minReplicas").asInt()).isEqualTo(3);
    }
  }

  @Test
  void podsThatAreAddedInMidRunAreNoNewsToAnybody() {
    try (World world = onboarded(29).trafficOf(10)) {
      world.patch(
          DEPLOYMENTS + "myapp",
          "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"playground.sluice.dev/ready-after\":\"15s\"}}}}}");
      world.runUntilWeight("myapp", 25, Duration.ofMinutes(1));

      world.patch(DEPLOYMENTS + "myapp", "{\"spec\":{\"replicas\":4}}").run(Duration.ofSeconds(2));

      assertThat(world.canary("myapp").at("/status/conditions").toString())
          .contains("Held", "CanaryGrowing", "2 of 4 pods are available");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(3));
      assertThat(world.reasons("myapp")).doesNotContain("Held", "Resumed");
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void anAutoscalerOfAnotherWorkloadIsRefusedByName() {
    try (World world = new World(27).trafficOf(0)) {
      world
          .apply(
              APP
                  + "---\n"
                  + SCALER.replace("kind: Deployment, name: myapp", "kind: Deployment, name: shop"))
          .apply(CANARY)
          .run(Duration.ofMinutes(1));

      assertThat(world.phase("myapp")).isEqualTo("Initializing");
      assertThat(world.replicas("myapp")).isEqualTo(2);
      assertThat(world.story("myapp"))
          .anySatisfy(line ->
              assertThat(line)
                  .contains(
                      "Held",
                      "HorizontalPodAutoscaler production/myapp",
                      "scales Deployment shop"));

      world.apply(SCALER).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
    }
  }

  @Test
  void oneThatIsMadeAfterItsCanaryIsWaitedFor() {
    try (World world = new World(28).trafficOf(0)) {
      world.apply(APP).apply(CANARY).run(Duration.ofMinutes(1));
      assertThat(world.story("myapp").toString())
          .contains("HorizontalPodAutoscaler production/myapp (spec.autoscalerRef) does not exist");

      world.apply(SCALER).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
    }
  }
}
