package dev.sluice.controller.story;

import static dev.sluice.controller.story.Myapp.A_WHILE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What is special to releases of a Service: its owner leads it to other pods, and users follow
/// step by step. StrategyMatrixTest has their ends.
class ServiceTargetStoryTest {
  private static final String SERVICES = "/api/v1/namespaces/production/services/";
  private static final String DEPLOYMENTS = Myapp.DEPLOYMENTS;

  private static final String CANARY = Myapp.canaryOf("apiVersion: v1, kind: Service", "port: 80");

  private static String service(String more) {
    return """
    apiVersion: v1
    kind: Service
    metadata: {name: myapp, namespace: production, labels: {team: shop}}
    spec:
      selector: {app: myapp, version: one}
      ports: [{name: http, port: 80, targetPort: 8080}]
      %s
    """
        .formatted(more);
  }

  /// @param annotations of the pods
  private static String pods(String version, String annotations) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: myapp-%1$s, namespace: production}
    spec:
      replicas: 2
      selector: {matchLabels: {app: myapp, version: %1$s}}
      template:
        metadata: {labels: {app: myapp, version: %1$s}, annotations: {%2$s}}
        spec:
          containers: [{name: myapp, image: "registry.example.com/myapp:%1$s", ports: [{containerPort: 8080}]}]
    """
        .formatted(version, annotations);
  }

  private static World onboarded(long seed, String service, String canary, String ofTwo) {
    World world = new World(seed).trafficOf(0);
    world.apply(service).apply(pods("one", "")).apply(pods("two", ofTwo));
    world.apply(pods("three", "")).run(Duration.ofSeconds(10)).trafficOf(20);
    return world.apply(canary).runUntilPhase("myapp", "Initialized", A_WHILE);
  }

  private static World onboarded(long seed) {
    return onboarded(seed, service(""), CANARY, "");
  }

  private static World release(World world, String version) {
    return world.patch(
        SERVICES + "myapp", "{\"spec\":{\"selector\":{\"version\":\"%s\"}}}".formatted(version));
  }

  private static World at(int weight, long seed) {
    return release(onboarded(seed), "two").runUntilWeight("myapp", weight, A_WHILE);
  }

  private static String leadsTo(World world, String service) {
    return world.get(SERVICES + service).at("/spec/selector/version").asText();
  }

  private static void served(World world, String version) {
    assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
    assertThat(leadsTo(world, "myapp-primary")).isEqualTo(version);
    assertThat(world.failedForUsers()).isZero();
  }

  @Test
  void aServiceIsOnboardedWithoutAFailedRequestAndStaysItsOwners() {
    try (World world = onboarded(1)) {
      world.run(Duration.ofSeconds(30));

      served(world, "one");
      JsonNode target = world.get(SERVICES + "myapp");
      assertThat(target.at("/spec/selector/version").asText()).isEqualTo("one");
      assertThat(target.at("/metadata/annotations").isMissingNode()).isTrue();
      assertThat(world.get(SERVICES + "myapp-primary").at("/metadata/labels/team").asText())
          .isEqualTo("shop");
      assertThat(world.answered()).containsOnlyKeys("myapp-one");
      assertThat(world.story("myapp"))
          .last()
          .asString()
          .contains("myapp-canary.production waits for the next release");
    }
  }

  @Test
  void aBadReleaseIsRolledBackOnTheRequestsThatItsCallersSaw() {
    try (World world =
        onboarded(3, service(""), CANARY, "playground.sluice.dev/error-rate: '0.3'")) {
      release(world, "two").runUntilPhase("myapp", "Failed", A_WHILE);

      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(leadsTo(world, "myapp-primary")).isEqualTo("one");
      assertThat(world.alerts()).last().asString().contains("request-success-rate");
      assertThat(world.prometheusWasAsked().toString())
          .contains("reporter=\"source\"", "destination_service_name=\"myapp-canary\"");
      assertThat(world.reasons("myapp")).contains("WeightAdvanced");
    }
  }

  @Test
  void aReleaseThatFindsNoReadyPodGetsNoUserAndIsGivenUpAtTheDeadline() {
    try (World world = onboarded(4)) {
      release(world, "none").runUntilPhase("myapp", "Failed", A_WHILE);

      assertThat(world.reasons("myapp")).doesNotContain("WeightAdvanced");
      assertThat(world.alerts())
          .last()
          .asString()
          .contains("did not become ready within 60s", "myapp-canary finds no ready pod");
      served(world, "one");
    }
  }

  @Test
  void podsThatVanishUnderTrafficLoseItAtOnce() {
    try (World world = at(30, 5)) {
      world.patch(DEPLOYMENTS + "myapp-two", "{\"spec\":{\"replicas\":0}}");
      world.run(Duration.ofSeconds(3));

      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(world.reasons("myapp")).contains("CanaryLost");
    }
  }

  /// Flagger copies the edit to `-canary` with its next tick, whatever traffic that has.
  @Test
  void anEditInMidRunMeetsNoUserBeforeItsOwnAnalysis() {
    try (World world = at(30, 6)) {
      world.answered().clear();
      release(world, "three").runUntilWeight("myapp", 0, Duration.ofSeconds(3));
      world.run(Duration.ofSeconds(5));

      assertThat(world.answered()).doesNotContainKey("myapp-three");
      assertThat(world.reasons("myapp")).last().isEqualTo("RevisionRestarted");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      served(world, "three");
    }
  }

  @Test
  void aTargetThatIsDeletedInMidRunGivesItsTrafficBack() {
    try (World world = at(30, 8)) {
      world.delete(SERVICES + "myapp").runUntilPhase("myapp", "Failed", A_WHILE);

      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(leadsTo(world, "myapp-primary")).isEqualTo("one");
      assertThat(world.alerts().toString()).contains("myapp.production was deleted");
    }
  }

  @Test
  void aDeletedCanaryLeadsCallersToTheServiceAsItIs() {
    try (World world =
        onboarded(
            10, service(""), CANARY.replace("spec:\n", "spec:\n  revertOnDeletion: true\n"), "")) {
      world.delete(Myapp.CANARIES + "myapp").run(Duration.ofMinutes(1));

      assertThat(world.canary("myapp").path("code").asInt()).isEqualTo(404);
      assertThat(world.get(SERVICES + "myapp-primary").path("code").asInt()).isEqualTo(404);
      assertThat(world.failedForUsers()).isZero();
      world.answered().clear();
      world.run(Duration.ofSeconds(10));
      assertThat(world.answered()).containsOnlyKeys("myapp-one");
    }
  }

  /// The address is the target's; Flagger asks the cloud for two more.
  @Test
  void aLoadBalancerIsNotMultiplied() {
    try (World world = onboarded(11, service("type: LoadBalancer"), CANARY, "")) {
      assertThat(world.get(SERVICES + "myapp").at("/spec/type").asText()).isEqualTo("LoadBalancer");
      for (String side : new String[] {"myapp-primary", "myapp-canary"}) {
        assertThat(world.get(SERVICES + side).at("/spec/type").asText()).isEqualTo("ClusterIP");
      }
    }
  }

  @Test
  void builtInMetricsThatCountPodsAreRefusedAndNotAskedOfTheWrongOnes() {
    try (World world = new World(14, Provider.GATEWAY_API).trafficOf(0)) {
      world
          .apply(service(""))
          .apply(pods("one", ""))
          .apply(
              CANARY.replace(
                  "{port: 80}",
                  "{port: 80, hosts: [myapp.example.com], gatewayRefs: [{name: public}]}"))
          .run(Duration.ofMinutes(1));

      assertThat(world.canary("myapp").at("/status/conditions").toString())
          .contains("Stalled", "spec.analysis.metrics", "are counted by pod");
      assertThat(world.prometheusWasAsked()).isEmpty();
    }
  }

  @Test
  void betweenReleasesNothingIsWritten() {
    try (World world = onboarded(12)) {
      world.run(Duration.ofMinutes(1));
      JsonNode canary = world.canary("myapp").at("/metadata/resourceVersion");
      JsonNode side = world.get(SERVICES + "myapp-canary").at("/metadata/resourceVersion");

      world.patch(SERVICES + "myapp", "{\"metadata\":{\"annotations\":{\"note\":\"mine\"}}}");
      world.run(Duration.ofMinutes(5));

      assertThat(world.canary("myapp").at("/metadata/resourceVersion")).isEqualTo(canary);
      assertThat(world.get(SERVICES + "myapp-canary").at("/metadata/resourceVersion"))
          .isEqualTo(side);
    }
  }

  @Test
  void aServiceThatIsNoCopyableOneIsSaidToBeWrong() {
    try (World world = new World(13).trafficOf(0)) {
      world
          .apply(
              "{apiVersion: v1, kind: Service, metadata: {name: myapp, namespace: production},"
                  + " spec: {type: ExternalName, externalName: shop.example.com}}")
          .apply(CANARY)
          .run(Duration.ofMinutes(1));

      assertThat(world.canary("myapp").at("/status/conditions").toString())
          .contains("Service myapp is of type ExternalName");
    }
  }
}
