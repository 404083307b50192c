package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.mesh.Percent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Watches of different kinds are late by different times, and a watch that hangs tells nothing at
/// all. What was written last, by this process or by the leader before it, may not be seen yet.
class LateWatchesStoryTest {
  private static final Duration A_WHILE = Duration.ofMinutes(3);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final String DEPLOYMENT = "/apis/apps/v1/namespaces/production/deployments/myapp";

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
          threshold: 1
          maxWeight: 50
          stepWeight: 10
          webhooks: [{name: acceptance, type: rollout, url: "http://tests.production/"}]
      """;

  private static World released(long seed) {
    World world = new World(seed).trafficOf(0);
    world
        .apply(Myapp.SERVICE)
        .apply(Myapp.deployment("1.0.0"))
        .run(Duration.ofSeconds(10))
        .trafficOf(10);
    world.apply(CANARY).runUntilPhase("myapp", "Initialized", A_WHILE);
    return world.apply(Myapp.deployment("1.1.0"));
  }

  @Test
  void whoTakesOverGivesNoTrafficBackToARevisionThatTheLeaderBeforeItHadGivenUp() {
    try (World world = released(71)) {
      world.runUntilWeight("myapp", 20, A_WHILE).run(SECOND);
      world.standBy().holdWatch("canaries").refuse("acceptance", "broken");
      while (!world.reasons("myapp").contains("RollingBack")) {
        world.run(SECOND);
      }
      world.agree("acceptance");
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(world.replicas("myapp")).isEqualTo(2);

      world.takeOver();

      for (int second = 1; second <= 8; second++) {
        world.run(SECOND);
        assertThat(world.routed("myapp")).as("after %d s", second).isEqualTo(Percent.NONE);
      }
      world.releaseWatches().runUntilPhase("myapp", "Failed", A_WHILE);
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void aScaleDownThatIsLateStopsNoPodsThatSomebodyHasWrittenSince() {
    try (World world = released(73)) {
      world.runUntilWeight("myapp", 20, A_WHILE).run(SECOND);
      world.justBeforeThePatchOf(
          DEPLOYMENT,
          () -> world.patch(DEPLOYMENT, "{\"metadata\":{\"annotations\":{\"team\":\"shop\"}}}"));
      world.apply(Myapp.deployment("1.0.0")).runUntilPhase("myapp", "Succeeded", A_WHILE);

      assertThat(world.failures()).anyMatch(failure -> failure.contains("has been modified"));
      assertThat(world.replicas("myapp")).isZero();
    }
  }

  @Test
  void trafficIsTakenAwayAtOnceThoughTheRouteIsNotSeenAsItIs() {
    try (World world = released(74)) {
      world.runUntilWeight("myapp", 10, A_WHILE).run(SECOND).holdWatch("virtualservices");
      world.runUntilWeight("myapp", 20, A_WHILE).run(SECOND);
      assertThat(world.routed("myapp")).isEqualTo(new Percent(20));

      world.apply(Myapp.deployment("1.2.0")).run(Duration.ofSeconds(5));

      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      world.releaseWatches().runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(10));
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void podsKeepRunningWhileARouteThatWasWrittenForThemIsNotSeenYet() {
    try (World world = released(72)) {
      world.runUntilPhase("myapp", "Progressing", A_WHILE).holdWatch("virtualservices");
      world.runUntilWeight("myapp", 10, A_WHILE);
      assertThat(world.routed("myapp")).isEqualTo(new Percent(10));

      world.apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(20));

      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(world.replicas("myapp")).isEqualTo(2);
      world.releaseWatches().runUntilPhase("myapp", "Succeeded", A_WHILE);
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.failedForUsers()).isZero();
    }
  }
}
