package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.mesh.Percent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The road of one canary, on the virtual clock, with requests that are really routed.
class CanaryStoryTest {
  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        service: {port: 80, targetPort: 8080}
        analysis:
          interval: 10s
          threshold: 3
          maxWeight: 50
          stepWeight: 10
          metrics:
          - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}
          - {name: request-duration, thresholdRange: {max: 500}, interval: 1m}
          webhooks:
          - {name: acceptance-test, type: pre-rollout, url: "http://flagger-loadtester.test/"}
          - {name: load-test, url: "http://flagger-loadtester.test/"}
      """;

  private static World onboarded(long seed) {
    World world = new World(seed).trafficOf(0);
    world.apply(Myapp.SERVICE).apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(10));
    world.trafficOf(20);
    world.apply(CANARY).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
    return world;
  }

  @Test
  void aHealthyAppIsOnboardedWithoutAFailedRequest() {
    try (World world = onboarded(1)) {
      assertThat(world.failedForUsers()).isZero();
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.image("myapp-primary")).endsWith(":1.0.0");
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
    }
  }

  @Test
  void aCanaryThatNeverHadTrafficShowsItsZeros() {
    try (World world = onboarded(1)) {
      var status = world.canary("myapp").path("status");

      assertThat(status.path("canaryWeight").isNumber()).isTrue();
      assertThat(status.path("failedChecks").isNumber()).isTrue();
      assertThat(status.path("iterations").isNumber()).isTrue();
    }
  }

  @Test
  void aGoodReleaseIsPromotedStepByStepWithoutAFailedRequest() {
    try (World world = onboarded(2)) {
      Myapp.release(world, "1.1.0");
      for (int weight : new int[] {10, 20, 30, 40, 50}) {
        world.runUntilWeight("myapp", weight, Duration.ofMinutes(2));
      }
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(3));
      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void aBadReleaseIsRolledBackOnRealRequestsAndPeopleAreTold() {
    try (World world = onboarded(3)) {
      Myapp.release(world, "1.2.0", "\"playground.sluice.dev/error-rate\":\"0.3\"");
      world.runUntilPhase("myapp", "Failed", Duration.ofMinutes(5));
      assertThat(world.image("myapp-primary")).endsWith(":1.0.0");
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(world.alerts()).last().asString().contains("request-success-rate");
    }
  }

  /// The pod counts a request that its caller gave up as no answer, which is no `5xx`.
  @Test
  void failuresThatTheThresholdDoesNotSeeAreSaidWithItsEvidence() {
    try (World world = onboarded(8)) {
      world.apply(CANARY.replace("service: {port: 80,", "service: {timeout: 300ms, port: 80,"));
      Myapp.release(world, "1.1.0", "\"playground.sluice.dev/latency\":\"900ms\"");
      world.runUntilWeight("myapp", 20, Duration.ofMinutes(2));

      assertThat(world.story("myapp"))
          .filteredOn(event -> event.startsWith("WeightAdvanced") && event.contains("weight 20"))
          .singleElement()
          .asString()
          .contains("requests failed, and Flagger's request-success-rate sees 0 of");
    }
  }

  @Test
  void aConfigThatIsReleasedAloneRestartsThePrimarysPodsToo() {
    try (World world = new World(4).trafficOf(0)) {
      world
          .apply(Myapp.SERVICE)
          .apply(config("blue"))
          .apply(withConfig())
          .run(Duration.ofSeconds(10));
      world.trafficOf(20);
      world.apply(CANARY).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
      var before = world.deployment("myapp-primary").path("spec").path("template");

      world.apply(config("green"));
      world.runUntilPhase("myapp", "Progressing", Duration.ofMinutes(1));
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));

      assertThat(world.get("/api/v1/namespaces/production/configmaps/app-config-primary"))
          .asString()
          .contains("green");
      assertThat(world.deployment("myapp-primary").path("spec").path("template"))
          .as("a template that differs is what makes a Deployment replace its pods")
          .isNotEqualTo(before);
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void anEditTakesTheTrafficAwayEvenWhileAMetricSourceHangs() {
    try (World world = onboarded(5)) {
      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 20, Duration.ofMinutes(2));

      world.prometheusHangsOnceWhile(() -> Myapp.release(world, "1.2.0"));
      world.runUntilWeight("myapp", 0, Duration.ofSeconds(15));

      assertThat(world.reasons("myapp")).last().isEqualTo("RevisionRestarted");
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      assertThat(world.image("myapp-primary")).endsWith(":1.2.0");
    }
  }

  private static final String GATES =
      CANARY
              .substring(0, CANARY.indexOf("    webhooks:"))
              .replace("stepWeight: 10", "stepWeight: 50")
          + """
              webhooks:
              - {name: go, type: confirm-promotion, url: "http://gates.test/"}
              - {name: more, type: confirm-traffic-increase, url: "http://gates.test/"}
              - {name: done, type: post-rollout, url: "http://gates.test/"}
              - {name: stop, type: rollback, url: "http://gates.test/"}
              - {name: load, url: "http://gates.test/"}
              - {name: test, type: pre-rollout, url: "http://gates.test/"}
              - {name: start, type: confirm-rollout, url: "http://gates.test/"}
          """;

  private static World gated(long seed) {
    World world = new World(seed).trafficOf(0);
    world.apply(Myapp.SERVICE).apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(10));
    world.trafficOf(20).refuse("stop", "it answered 403: Forbidden");
    return world.apply(GATES).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
  }

  @Test
  void everyWebhookIsCalledInItsTime() {
    try (World world = gated(5)) {
      Myapp.release(world, "1.1.0");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(3)).run(Duration.ofMinutes(1));

      assertThat(String.join(" ", world.hooksCalled()))
          .matches("start stop test more (stop load )*stop load more go done");
      assertThat(world.reasons("myapp")).last().isEqualTo("PostRolloutPassed");
    }
  }

  @Test
  void aReleaseThatWaitsForItsPromotionIsGivenUpByAWebhookWithoutAFailedRequest() {
    try (World world = gated(6).refuse("go", "it answered 403: Forbidden")) {
      Myapp.release(world, "1.1.0");
      world.runUntilPhase("myapp", "WaitingPromotion", Duration.ofMinutes(3));
      world.restartController().run(Duration.ofMinutes(5));
      assertThat(world.phase("myapp")).isEqualTo("WaitingPromotion");
      assertThat(world.routed("myapp")).isEqualTo(new Percent(50));

      world.agree("stop").runUntilPhase("myapp", "Failed", Duration.ofMinutes(1));

      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.image("myapp-primary")).endsWith(":1.0.0");
      assertThat(world.alerts()).last().asString().contains("manual webhook invoked");
      assertThat(world.failedForUsers()).isZero();
    }
  }

  private static String config(String color) {
    return """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: app-config, namespace: production}
    data: {COLOR: %s}
    """
        .formatted(color);
  }

  private static String withConfig() {
    return Myapp.deployment("1.0.0")
        .replace(
            "ports: [{containerPort",
            "envFrom: [{configMapRef: {name: app-config}}], ports: [{containerPort");
  }
}
