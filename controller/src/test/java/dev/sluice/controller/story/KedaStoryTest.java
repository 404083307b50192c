package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A target that KEDA scales, and the copy of its ScaledObject that its primary gets.
class KedaStoryTest {
  private static final String SCALED =
      """
      apiVersion: keda.sh/v1alpha1
      kind: ScaledObject
      metadata:
        name: myapp
        namespace: production
        labels: {team: shop}
        annotations: {scaledobject.keda.sh/transfer-hpa-ownership: "true", owner: shop@example.com}
      spec:
        scaleTargetRef: {name: myapp}
        minReplicaCount: 2
        maxReplicaCount: 4
        pollingInterval: 15
        fallback: {failureThreshold: 3, replicas: 3}
        advanced: {horizontalPodAutoscalerConfig: {name: myapp}, restoreToOriginalReplicaCount: true}
        triggers:
        - type: prometheus
          name: requests
          metadata: {serverAddress: "http://prometheus:9090", threshold: "100", query: 'sum(rate(requests{pod=~"myapp-[0-9a-f]+.*", namespace="myapp"}[1m]))'}
          authenticationRef: {name: prometheus}
        - type: cpu
          name: cpu
          metadata: {value: "80"}
      """;

  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        autoscalerRef:
          apiVersion: keda.sh/v1alpha1
          kind: ScaledObject
          name: myapp
          primaryScalerReplicas: {minReplicas: 3, maxReplicas: 6}
        service: {port: 80, targetPort: 8080}
        analysis: {interval: 10s, threshold: 3, maxWeight: 50, stepWeight: 25}
      """;

  private static World onboarded(long seed, String scaled, String canary) {
    World world = Keda.installedIn(new World(seed).trafficOf(0));
    world.apply(Myapp.app(2, "")).apply(Myapp.SERVICE).apply(scaled).run(Duration.ofSeconds(10));
    return world.apply(canary).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
  }

  private static World onboarded(long seed) {
    return onboarded(seed, SCALED, CANARY);
  }

  private static JsonNode primary(World world) {
    return world.get(Keda.SCALED + "myapp-primary");
  }

  private static String paused(World world) {
    return world.get(Keda.SCALED + "myapp").at(Keda.PAUSED).asText("not");
  }

  @Test
  void thePrimaryGetsACopyThatAsksAboutItselfAndHasAnAutoscalerOfItsOwn() {
    try (World world = onboarded(41)) {
      JsonNode copy = primary(world);

      assertThat(copy.at("/spec/scaleTargetRef/name").asText()).isEqualTo("myapp-primary");
      assertThat(copy.at("/spec/minReplicaCount").asInt()).isEqualTo(3);
      assertThat(copy.at("/spec/maxReplicaCount").asInt()).isEqualTo(6);
      assertThat(copy.at("/spec/advanced").toString())
          .isEqualTo("{\"horizontalPodAutoscalerConfig\":{\"name\":\"myapp-primary\"}}");
      assertThat(copy.at("/spec/triggers/0/metadata/query").asText())
          .isEqualTo(
              "sum(rate(requests{pod=~\"myapp-primary-[0-9a-f]+.*\", namespace=\"myapp\"}[1m]))");
      assertThat(copy.at("/spec/triggers/0/authenticationRef/name").asText())
          .isEqualTo("prometheus");
      assertThat(copy.at("/spec/fallback/replicas").asInt()).isEqualTo(3);
      assertThat(copy.at("/metadata/ownerReferences/0/kind").asText()).isEqualTo("Canary");
      assertThat(copy.at("/metadata/labels").toString())
          .isEqualTo("{\"scaledobject.keda.sh/name\":\"myapp-primary\",\"team\":\"shop\"}");
      assertThat(copy.at("/metadata/annotations").toString())
          .isEqualTo("{\"owner\":\"shop@example.com\"}");
    }
  }

  @Test
  void theTargetRestsBetweenReleasesAndIsScaledWhileOneIsUnderWay() {
    try (World world = onboarded(42)) {
      world.trafficOf(5).run(Duration.ofMinutes(10));
      assertThat(paused(world)).isEqualTo("0");
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.replicas("myapp-primary")).isEqualTo(3);
      String settled = primary(world).at("/metadata/resourceVersion").asText();
      world.run(Duration.ofMinutes(5));
      assertThat(primary(world).at("/metadata/resourceVersion").asText()).isEqualTo(settled);

      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 25, Duration.ofMinutes(1));
      assertThat(paused(world)).isEqualTo("not");
      assertThat(world.replicas("myapp")).isEqualTo(2);

      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(3)).run(Duration.ofMinutes(1));
      assertThat(paused(world)).isEqualTo("0");
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void aPauseOfTheTeamsOwnComesBackForTheRun() {
    String three = SCALED.replace("owner:", "autoscaling.keda.sh/paused-replicas: \"3\", owner:");
    try (World world = onboarded(43, three, CANARY)) {
      world.trafficOf(5).run(Duration.ofMinutes(1));
      assertThat(world.replicas("myapp")).isZero();
      assertThat(primary(world).at(Keda.PAUSED).isMissingNode()).isTrue();

      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 50, Duration.ofMinutes(1));
      assertThat(paused(world)).isEqualTo("3");
      assertThat(world.replicas("myapp")).isEqualTo(3);

      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(3)).run(Duration.ofMinutes(1));
      assertThat(world.replicas("myapp")).isZero();
    }
  }

  @Test
  void aCopyThatFlaggerLeftPausedScalesThePrimaryAgain() {
    try (World world = onboarded(50)) {
      world.patch(
          Keda.SCALED + "myapp-primary",
          "{\"metadata\":{\"annotations\":{\"autoscaling.keda.sh/paused-replicas\":\"0\"}}}");
      world.run(Duration.ofSeconds(5));

      assertThat(primary(world).at(Keda.PAUSED).isMissingNode()).isTrue();
      assertThat(world.replicas("myapp-primary")).isEqualTo(3);
    }
  }

  @Test
  void aCopyThatSomebodyPausesAtSomePodsIsLeftSo() {
    try (World world = onboarded(51)) {
      world.patch(
          Keda.SCALED + "myapp-primary",
          "{\"metadata\":{\"annotations\":{\"autoscaling.keda.sh/paused-replicas\":\"5\"}}}");
      world.run(Duration.ofMinutes(1));

      assertThat(primary(world).at(Keda.PAUSED).asText()).isEqualTo("5");
      assertThat(world.replicas("myapp-primary")).isEqualTo(5);
    }
  }

  @Test
  void anAutoscalerThatTheTeamHasSwitchedOffIsNotTouched() {
    String off = SCALED.replace("owner:", "autoscaling.keda.sh/paused: \"true\", owner:");
    try (World world = onboarded(44, off, CANARY)) {
      world.run(Duration.ofMinutes(2));

      assertThat(paused(world)).isEqualTo("not");
      assertThat(world.replicas("myapp")).isZero();
    }
  }

  @Test
  void queriesOfTheCanaryTakeThePlaceOfThoseOfTheirTriggers() {
    String queries =
        CANARY.replace(
            "    primaryScalerReplicas",
            "    primaryScalerQueries: {requests: sum(all)}\n    primaryScalerReplicas");
    try (World world = onboarded(45, SCALED, queries)) {
      assertThat(primary(world).at("/spec/triggers/0/metadata/query").asText())
          .isEqualTo("sum(all)");

      world.patch(
          Myapp.CANARIES + "myapp",
          "{\"spec\":{\"autoscalerRef\":{\"primaryScalerQueries\":{\"lag\":\"sum(lag)\"}}}}");
      world.run(Duration.ofSeconds(2));
      assertThat(world.story("myapp"))
          .last()
          .asString()
          .contains(
              "ScaledObject production/myapp has no trigger named 'lag' with a query",
              "[requests]");
    }
  }

  @Test
  void oneThatMayStopAllPodsIsRefusedByName() {
    try (World world = Keda.installedIn(new World(46).trafficOf(0))) {
      world
          .apply(Myapp.app(2, ""))
          .apply(SCALED.replace("minReplicaCount: 2", "pollingInterval: 30"));
      world.apply(CANARY).run(Duration.ofMinutes(1));

      assertThat(world.replicas("myapp")).isEqualTo(2);
      assertThat(world.story("myapp").toString())
          .contains("ScaledObject production/myapp has minReplicaCount 0", "make it 1 or more");
    }
  }

  @Test
  void withoutKedaNothingMovesUntilItIsInstalled() {
    try (World world = new World(47).trafficOf(0)) {
      world.apply(Myapp.app(2, "")).apply(Myapp.SERVICE).apply(CANARY).run(Duration.ofMinutes(1));
      assertThat(world.story("myapp").toString())
          .contains("Held", "the cluster does not know its kind; install KEDA");

      Keda.installedIn(world).apply(SCALED);
      world.runUntilPhase("myapp", "Initialized", Duration.ofMinutes(3));
      assertThat(primary(world).has("spec")).isTrue();
    }
  }

  @Test
  void thePauseGoesWithACanaryThatGivesTheTrafficBack() {
    try (World world =
        onboarded(48, SCALED, CANARY.replace("spec:\n", "spec:\n  revertOnDeletion: true\n"))) {
      world.trafficOf(5).run(Duration.ofSeconds(30));

      world.delete(Myapp.CANARIES + "myapp").run(Duration.ofMinutes(2));

      assertThat(world.canary("myapp").path("code").asInt()).isEqualTo(404);
      assertThat(paused(world)).isEqualTo("not");
      assertThat(world.replicas("myapp")).isGreaterThanOrEqualTo(2);
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void aKubernetesAutoscalerTakesItsPlaceAndTheCopyGoes() {
    try (World world = onboarded(49)) {
      world.apply(
          """
          apiVersion: autoscaling/v2
          kind: HorizontalPodAutoscaler
          metadata: {name: myapp, namespace: production}
          spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}, minReplicas: 2, maxReplicas: 4}
          """);
      world.patch(
          Myapp.CANARIES + "myapp",
          "{\"spec\":{\"autoscalerRef\":{\"apiVersion\":\"autoscaling/v2\",\"kind\":\"HorizontalPodAutoscaler\"}}}");
      world.run(Duration.ofSeconds(2));

      assertThat(primary(world).path("code").asInt()).isEqualTo(404);
      assertThat(
              world
                  .get(
                      "/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers/myapp-primary")
                  .at("/spec/minReplicas")
                  .asInt())
          .isEqualTo(3);
    }
  }
}
