package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A/B tests, blue/green, mirrors and session affinity, with requests that are really routed.
class StrategyStoryTest {
  private static final Duration A_WHILE = Duration.ofMinutes(5);
  private static final String AB_TEST =
      "iterations: 3, match: [{headers: {x-canary: {exact: insider}}}]";
  private static final String BLUE_GREEN = "iterations: 3";
  private static final String MIRRORED = "iterations: 3, mirror: true, mirrorWeight: 50";
  private static final String MIRROR_FIRST = "stepWeight: 20, maxWeight: 40, mirror: true";
  private static final String STICKY =
      "stepWeights: [10, 50], sessionAffinity: {cookieName: canary-user, primaryCookieName: primary-user}";

  private static World onboarded(long seed, String strategy) {
    return Myapp.onboarded(
        seed,
        Myapp.deployment("1.0.0"),
        """
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata: {name: myapp, namespace: production}
        spec:
          targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
          service: {port: 80, targetPort: 8080}
          progressDeadlineSeconds: 60
          analysis: {interval: 20s, threshold: 2, %s, metrics: [{name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}]}
        """
            .formatted(strategy));
  }

  private static World untilIteration(World world, int iteration) {
    for (int i = 0; i < 300; i++) {
      if (world.canary("myapp").at("/status/iterations").asInt() == iteration) {
        return world;
      }
      world.run(Duration.ofSeconds(1));
    }
    throw new AssertionError("never got to iteration " + iteration + ": " + world.story("myapp"));
  }

  @Test
  void inAnAbTestOnlyThoseWhoMatchMeetTheCanaryUntilItIsPromoted() {
    try (World world = onboarded(1, AB_TEST)) {
      world.alsoTraffic("insiders", 10, "x-canary", "insider");
      untilIteration(Myapp.release(world, "1.1.0"), 2);
      world.answered("insiders");
      world.answered().clear();

      untilIteration(world, 3);
      assertThat(world.answered("insiders")).containsOnlyKeys("myapp");
      assertThat(world.answered()).containsOnlyKeys("myapp-primary");
      assertThat(world.weight("myapp")).isZero();

      world.runUntilPhase("myapp", "Succeeded", A_WHILE).run(Duration.ofSeconds(30));
      world.answered("insiders");
      world.run(Duration.ofSeconds(10));
      assertThat(world.answered("insiders")).containsOnlyKeys("myapp-primary");
      Myapp.served(world, "1.1.0");
      assertThat(world.story("myapp"))
          .anyMatch(event -> event.contains("Advance myapp.production canary iteration 3/3"));
    }
  }

  @Test
  void blueGreenShowsARevisionToAllUsersAtOnceAndLooksOnceMoreBeforeItIsPromoted() {
    try (World world = onboarded(3, BLUE_GREEN)) {
      untilIteration(Myapp.release(world, "1.1.0"), 1).loadTest(10);
      world.answered().clear();
      untilIteration(world, 3);
      assertThat(world.answered()).containsOnlyKeys("myapp-primary");

      untilIteration(world, 4).run(Duration.ofSeconds(7)).answered().clear();
      world.run(Duration.ofSeconds(5));
      assertThat(world.answered()).containsOnlyKeys("myapp");
      assertThat(world.phase("myapp")).isEqualTo("Progressing");

      world.loadTest(0).runUntilPhase("myapp", "Succeeded", A_WHILE);
      Myapp.served(world, "1.1.0");
    }
  }

  @Test
  void whatIsWellInAMirrorGetsAllUsersAtOnceAndIsPromotedAfterOneMoreLook() {
    try (World world = onboarded(5, MIRRORED)) {
      untilIteration(Myapp.release(world, "1.1.0"), 4);
      world.run(Duration.ofSeconds(10)).answered().clear();
      world.run(Duration.ofSeconds(5));
      assertThat(world.answered()).containsOnlyKeys("myapp");
      assertThat(world.phase("myapp")).isEqualTo("Progressing");

      int copies = world.copies();
      world.runUntilPhase("myapp", "Succeeded", A_WHILE);
      assertThat(world.copies()).isEqualTo(copies);
      Myapp.served(world, "1.1.0");
    }
  }

  @Test
  void aCanaryMayBeginWithAMirror() {
    try (World world = onboarded(6, MIRROR_FIRST)) {
      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 20, A_WHILE);
      assertThat(world.copies()).isPositive();
      int copies = world.copies();
      world.run(Duration.ofSeconds(10));
      assertThat(world.copies()).isEqualTo(copies);

      world.runUntilPhase("myapp", "Succeeded", A_WHILE);
      Myapp.served(world, "1.1.0");
    }
  }

  @Test
  void aUserWhoHasMetTheCanaryStaysThereAndForgetsItWhenItIsGone() {
    try (World world = onboarded(7, STICKY)) {
      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 10, A_WHILE);
      String cookie = world.canary("myapp").at("/status/sessionAffinityCookie").asText();
      String others = world.canary("myapp").at("/status/primarySessionAffinityCookie").asText();
      assertThat(cookie).startsWith("canary-user=");
      world.run(Duration.ofSeconds(7));
      world.alsoTraffic("met it", 5, "cookie", "a=b; " + cookie);
      world.alsoTraffic("met the primary", 5, "cookie", others + "; c=d");
      world.run(Duration.ofSeconds(5));
      assertThat(world.answered("met it")).containsOnlyKeys("myapp");
      assertThat(world.answered("met the primary")).containsOnlyKeys("myapp-primary");

      world.restartController().runUntilWeight("myapp", 50, A_WHILE).run(Duration.ofSeconds(8));
      assertThat(world.canary("myapp").at("/status/sessionAffinityCookie").asText())
          .isEqualTo(cookie);
      assertThat(world.canary("myapp").at("/status/primarySessionAffinityCookie").asText())
          .isNotEqualTo(others);
      assertThat(world.answered("met it")).containsOnlyKeys("myapp");

      world.runUntilPhase("myapp", "Succeeded", A_WHILE);
      world.answered("met it");
      world.run(Duration.ofSeconds(5));
      assertThat(world.answered("met it")).isEqualTo(Map.of("myapp-primary", 25));
      assertThat(world.canary("myapp").at("/status/previousSessionAffinityCookie").asText())
          .isEqualTo(cookie);
      assertThat(
              world
                  .get("/apis/networking.istio.io/v1/namespaces/production/virtualservices/myapp")
                  .at("/spec/http/0/headers/response/add/Set-Cookie")
                  .asText())
          .isEqualTo(cookie + "; Max-Age=-1");
      Myapp.served(world, "1.1.0");
    }
  }
}
