package dev.sluice.controller.story;

import static dev.sluice.controller.story.Myapp.onboarded;
import static dev.sluice.controller.story.Myapp.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// A release is compared with what serves beside it, by requests that are really routed.
class ComparisonStoryTest {
  private static final Duration LONG = Duration.ofMinutes(20);

  @Test
  void aClearRegressionIsRolledBackAfterAFewLooksAndNotAtTheNextSteps() {
    try (World world = shop(11, 100)) {
      release(world, "1.1.0", "\"playground.sluice.dev/error-rate\":\"0.2\"");
      Instant traffic = world.runUntilWeight("myapp", 10, LONG).now();

      world.runUntilPhase("myapp", "Failed", LONG);

      assertThat(Duration.between(traffic, world.now())).isLessThan(Duration.ofSeconds(45));
      assertThat(world.reasons("myapp"))
          .endsWith("NewRevision", "WeightAdvanced", "RollingBack", "RolledBack");
      assertThat(world.story("myapp"))
          .anySatisfy(line ->
              assertThat(line)
                  .startsWith(
                      "RollingBack: Rolling back myapp.production worse than the primary: error rate ")
                  .contains(
                      "% at the canary",
                      "against 0% at the primary", "where 0.01% would be tolerated"));
      assertThat(world.alerts()).last().asString().startsWith("Worse than the primary: error rate");
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(world.canary("myapp").at("/status/rollout/cause").asText())
          .isEqualTo("WorseThanPrimary");
    }
  }

  private static World shop(long seed, int requestsPerSecond) {
    return onboarded(seed, Myapp.app(2, ""), COMPARED).trafficOf(requestsPerSecond);
  }

  private static final String COMPARED =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        service: {port: 80, targetPort: 8080}
        progressDeadlineSeconds: 60
        analysis:
          interval: 1m
          threshold: 5
          maxWeight: 50
          stepWeight: 10
          comparison: {tick: 10s}
      """;
}
