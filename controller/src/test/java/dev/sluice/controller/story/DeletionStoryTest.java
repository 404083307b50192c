package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A Canary with `revertOnDeletion` is deleted, while people use the app.
class DeletionStoryTest {
  private static final String BASE = "/apis/flagger.app/v1beta1/namespaces/production/canaries/";
  private static final String ROUTE =
      "/apis/networking.istio.io/v1/namespaces/production/virtualservices/myapp";
  private static final String APEX = "/api/v1/namespaces/production/services/myapp";

  private static final String FOUND_SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: myapp, namespace: production, labels: {team: shop}}
      spec:
        selector: {app: myapp}
        ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp-admin, port: 9000, targetPort: 9000}]
      """;

  private static final String FOUND_ROUTE =
      """
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: myapp, namespace: production, labels: {team: shop}}
      spec:
        hosts: [myapp]
        http:
        - match: [{uri: {prefix: /help}}]
          route: [{destination: {host: help-desk}}]
        - timeout: 7s
          route: [{destination: {host: myapp}}]
      """;

  private static String canary(String more) {
    return """
    apiVersion: flagger.app/v1beta1
    kind: Canary
    metadata: {name: myapp, namespace: production}
    spec:
      revertOnDeletion: true
      progressDeadlineSeconds: 120
      targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
      service: {port: 80, targetPort: 8080%s}
      analysis:
        interval: 10s
        threshold: 3
        maxWeight: 50
        stepWeight: 10
        metrics: [{name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}]
    """
        .formatted(more);
  }

  private static World onboarded(long seed, boolean routed) {
    World world = new World(seed).trafficOf(0);
    world.apply(FOUND_SERVICE).apply(Myapp.deployment("1.0.0"));
    if (routed) {
      world.apply(FOUND_ROUTE);
    }
    world.run(Duration.ofSeconds(10)).trafficOf(20);
    world.apply(canary("")).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
    return world;
  }

  private static boolean isGone(JsonNode object) {
    return object.path("code").asInt() == 404;
  }

  private static void assertGivenBack(World world) {
    assertThat(isGone(world.canary("myapp"))).as("the Canary is gone").isTrue();
    assertThat(isGone(world.deployment("myapp-primary"))).as("so is the primary").isTrue();
    assertThat(world.replicas("myapp")).isEqualTo(2);
    assertThat(world.get(APEX).at("/spec/selector/app").asText()).isEqualTo("myapp");
    assertThat(world.failedForUsers()).as("users noticed nothing").isZero();
  }

  @Test
  void whatWasFoundIsGivenBackAndNoRequestFails() {
    try (World world = onboarded(1, true)) {
      JsonNode found = world.get(ROUTE);
      assertThat(found.at("/spec/http/0/route/0/destination/host").asText())
          .as("a rule beside ours")
          .isEqualTo("help-desk");
      assertThat(world.canary("myapp").at("/metadata/finalizers/0").asText())
          .isEqualTo("finalizer.flagger.app");

      world.delete(BASE + "myapp").run(Duration.ofMinutes(2));

      assertGivenBack(world);
      JsonNode route = world.get(ROUTE);
      assertThat(route.at("/spec/http/1/timeout").asText()).isEqualTo("7s");
      assertThat(route.at("/spec/http/1/route/0/destination/host").asText()).isEqualTo("myapp");
      assertThat(route.at("/metadata/annotations").size()).isZero();
      assertThat(world.get(APEX).at("/spec/ports").size()).isEqualTo(2);
      assertThat(world.get(APEX).at("/metadata/annotations").size()).isZero();
      assertThat(world.reasons("myapp")).endsWith("Terminating", "Terminated");
    }
  }

  @Test
  void whatWasMadeForTheCanaryStaysAndLeadsToTheTarget() {
    try (World world = new World(2).trafficOf(0)) {
      world.apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(10));
      world.apply(canary("")).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
      world.trafficOf(20);

      world.delete(BASE + "myapp").run(Duration.ofMinutes(2));

      assertGivenBack(world);
      assertThat(world.get(ROUTE).at("/spec/http/0/route/0/destination/host").asText())
          .isEqualTo("myapp");
      assertThat(world.get(ROUTE).at("/metadata/ownerReferences").size()).isZero();
    }
  }

  @Test
  void inMidRunTheTargetGetsAllTrafficAsItIs() {
    try (World world = onboarded(3, true)) {
      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 30, Duration.ofMinutes(3));

      world.delete(BASE + "myapp").run(Duration.ofMinutes(2));

      assertGivenBack(world);
      assertThat(world.image("myapp")).endsWith(":1.1.0");
      assertThat(world.story("myapp"))
          .anyMatch(
              line -> line.startsWith("Terminating") && line.contains("not what was promoted"));
    }
  }

  @Test
  void aTargetThatNeverBecomesReadyLeavesThePrimaryServingAndTheDeletionEnds() {
    try (World world = onboarded(4, false)) {
      Myapp.release(world, "1.1.0", "\"playground.sluice.dev/ready\":\"never\"");
      world.runUntilPhase("myapp", "Failed", Duration.ofMinutes(5));

      world.delete(BASE + "myapp").run(Duration.ofMinutes(4));

      assertThat(isGone(world.canary("myapp"))).isTrue();
      assertThat(world.replicas("myapp-primary")).isEqualTo(2);
      assertThat(world.deployment("myapp-primary").at("/metadata/ownerReferences").size()).isZero();
      assertThat(world.get(APEX).at("/spec/selector/app").asText()).isEqualTo("myapp-primary");
      assertThat(world.failedForUsers()).isZero();
      assertThat(world.reasons("myapp")).endsWith("LeftBehind");
      assertThat(world.alerts()).last().asString().contains("Canary is deleted, but");
    }
  }

  @Test
  void aTargetThatIsDeletedTooTakesEverythingWithIt() {
    try (World world = onboarded(5, false)) {
      world.trafficOf(0);
      world.delete("/apis/apps/v1/namespaces/production/deployments/myapp");
      world.delete(BASE + "myapp").run(Duration.ofMinutes(1));

      assertThat(isGone(world.canary("myapp"))).isTrue();
      assertThat(isGone(world.deployment("myapp-primary"))).isTrue();
    }
  }

  @Test
  void whatWasFoundIsGivenBackAlsoWhenTheTargetIsDeletedWithTheCanaryAndMadeAgain() {
    try (World world = onboarded(9, true)) {
      world.trafficOf(0);
      world.delete("/apis/apps/v1/namespaces/production/deployments/myapp");
      world.delete(BASE + "myapp").run(Duration.ofMinutes(1));

      assertThat(isGone(world.canary("myapp"))).isTrue();
      assertThat(isGone(world.deployment("myapp-primary"))).isTrue();
      assertThat(world.get(ROUTE).at("/spec/http/1/route/0/destination/host").asText())
          .isEqualTo("myapp");
      assertThat(world.get(APEX).at("/spec/ports").size()).isEqualTo(2);

      world.apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(30)).trafficOf(20);
      world.run(Duration.ofSeconds(30));
      assertGivenBack(world);
    }
  }

  @Test
  void aDeletionIsNotHeldUpByARouteThatMayNotBeGivenBack() {
    try (World world = onboarded(11, true)) {
      world.trafficOf(0).letNobodyWrite("VirtualService");

      world.delete("/apis/apps/v1/namespaces/production/deployments/myapp");
      world.delete(BASE + "myapp").run(Duration.ofMinutes(1));

      assertThat(isGone(world.canary("myapp"))).isTrue();
      assertThat(world.get(APEX).at("/spec/selector/app").asText()).isEqualTo("myapp");
    }
  }

  @Test
  void whatWasMadeForTheCanaryGoesWithItWhenTheTargetIsDeletedToo() {
    try (World world = new World(10).trafficOf(0)) {
      world.apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(10));
      world.apply(canary("")).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));

      world.delete("/apis/apps/v1/namespaces/production/deployments/myapp");
      world.delete(BASE + "myapp").run(Duration.ofMinutes(1));

      assertThat(isGone(world.canary("myapp"))).isTrue();
      assertThat(isGone(world.get(APEX))).isTrue();
      assertThat(isGone(world.get(ROUTE))).isTrue();
    }
  }

  /// `kubectl delete --cascade=foreground` lets nobody give traffic back before the primary goes.
  @Test
  void aForegroundDeletionTakesThePrimaryFirstAndStillGivesTheTargetItsPods() {
    try (World world = new World(8).trafficOf(0)) {
      world.apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(10));
      world.apply(canary("")).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));

      world.deleteInForeground(BASE + "myapp").run(Duration.ofMinutes(1));

      assertThat(isGone(world.canary("myapp"))).isTrue();
      assertThat(isGone(world.deployment("myapp-primary"))).isTrue();
      assertThat(world.replicas("myapp")).isEqualTo(2);
    }
  }

  @Test
  void revertOnDeletionThatIsSwitchedOffTakesTheFinalizerAway() {
    try (World world = onboarded(6, false)) {
      world
          .patch(BASE + "myapp", "{\"spec\":{\"revertOnDeletion\":false}}")
          .run(Duration.ofSeconds(5));

      assertThat(world.canary("myapp").at("/metadata/finalizers").size()).isZero();
    }
  }

  @Test
  void aCrashAfterAnyWriteOfTheDeletionChangesNothing() {
    int writes;
    try (World world = onboarded(7, true)) {
      int before = world.writes();
      world.delete(BASE + "myapp").run(Duration.ofSeconds(50));
      writes = world.writes() - before;
    }
    assertThat(writes).isGreaterThan(2);
    for (int write = 1; write <= writes; write++) {
      try (World world = onboarded(7, true)) {
        world.killAfterWrite(world.writes() + write);
        world.delete(BASE + "myapp").run(Duration.ofSeconds(50));

        assertGivenBack(world);
        assertThat(world.get(ROUTE).at("/spec/http/1/timeout").asText()).isEqualTo("7s");
      }
    }
  }
}
