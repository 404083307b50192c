package dev.sluice.controller.story;

import static dev.sluice.controller.story.Myapp.CANARIES;
import static dev.sluice.controller.story.Myapp.onboarded;
import static dev.sluice.controller.story.Myapp.release;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// A release is compared with what serves beside it, by requests that are really routed. Looks are
/// ten seconds apart, checks a minute.
class ComparisonStoryTest {
  private static final Duration LONG = Duration.ofMinutes(30);
  private static final Duration FOUR_LOOKS = Duration.ofSeconds(43);

  /// One request in five.
  private static final String FAILING = "\"playground.sluice.dev/error-rate\":\"0.2\"";

  @Test
  void aClearRegressionIsRolledBackAfterAFewLooksAndNotAtTheNextSteps() {
    try (World world = released("{tick: 10s}", 50, FAILING)) {
      Instant traffic = world.now();

      world.runUntilPhase("myapp", "Failed", LONG);

      assertThat(Duration.between(traffic, world.now())).isLessThan(FOUR_LOOKS);
      assertThat(world.reasons("myapp"))
          .endsWith("NewRevision", "WeightAdvanced", "RollingBack", "RolledBack");
      assertThat(world.story("myapp"))
          .anySatisfy(line ->
              assertThat(line)
                  .startsWith(
                      "RollingBack: Rolling back myapp.production worse than the primary: error rate ")
                  .contains("% at the canary", "against 0% at the primary", "would be tolerated")
                  .hasSizeLessThan(400));
      assertThat(world.alerts()).last().asString().startsWith("Worse than the primary: error rate");
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(world.canary("myapp").at("/status/rollout/cause").asText())
          .isEqualTo("WorseThanPrimary");
    }
  }

  @Test
  void timeoutsThatTheThresholdDoesNotSeeAreFoundAndItIsSaidThatItDoesNot() {
    String hasty =
        canary("{tick: 10s}", "").replace("targetPort: 8080}", "targetPort: 8080, timeout: 1s}");
    try (World world = onboarded(11, Myapp.app(2, ""), hasty).trafficOf(50)) {
      release(world, "1.1.0", "\"playground.sluice.dev/latency\":\"3s\"");

      world.runUntilPhase("myapp", "Failed", LONG);

      assertThat(failure(world))
          .startsWith("error rate 100% at the canary")
          .containsPattern("Flagger's request-success-rate sees 0 of [0-9]+");
    }
  }

  @Test
  void anEquallyBadPrimaryIsNotBlamedOnTheRelease() {
    String bad = "playground.sluice.dev/error-rate: '0.05'";
    try (World world =
        onboarded(21, Myapp.deployment("1.0.0", bad), canary("{tick: 10s}", "")).trafficOf(50)) {
      release(world, "1.1.0", "\"playground.sluice.dev/error-rate\":\"0.05\"");

      world.runUntilPhase("myapp", "Succeeded", LONG);

      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
    }
  }

  @Test
  void aServiceWithoutTrafficIsHeldAndNotPromotedOnNothing() {
    try (World world = released("{tick: 10s}", 50, "").trafficOf(0)) {
      world.run(Duration.ofMinutes(10));

      assertThat(world.phase("myapp")).isEqualTo("Progressing");
      assertThat(world.routed("myapp").value()).isBetween(10, 20);
      assertThat(held(world)).isEqualTo("NoCanaryData");
      assertThat(world.alerts()).last().asString().contains("no canary data");
    }
  }

  @Test
  void aBusyHealthyReleaseIsPromotedNoSlowerThanByThresholdsAndEveryStepIsOneEvent() {
    try (World world = released("{tick: 10s}", 100, "")) {
      Instant traffic = world.now();

      world.runUntilPhase("myapp", "Succeeded", LONG);

      assertThat(Duration.between(traffic, world.now())).isLessThan(Duration.ofSeconds(330));
      assertThat(world.reasons("myapp"))
          .endsWith(
              "NewRevision",
              "WeightAdvanced",
              "WeightAdvanced",
              "WeightAdvanced",
              "WeightAdvanced",
              "WeightAdvanced",
              "Promoting",
              "Finalising",
              "Promoted");
      assertThat(world.story("myapp"))
          .anySatisfy(line ->
              assertThat(line)
                  .startsWith("Promoting: ")
                  .contains("passed its analysis at 50%: error rate 0% at the canary"));
    }
  }

  @Test
  void anOutageOfPrometheusHoldsAndLosesNothing() {
    try (World world = released("{tick: 10s}", 50, "").runUntilWeight("myapp", 20, LONG)) {
      world.prometheusDown(true).run(Duration.ofMinutes(4));
      assertThat(world.weight("myapp")).isEqualTo(20);
      assertThat(held(world)).isEqualTo("MetricsUnavailable");
      assertThat(world.alerts()).last().asString().contains("metrics unavailable");

      world.prometheusDown(false).runUntilWeight("myapp", 30, Duration.ofSeconds(30));
      world.runUntilPhase("myapp", "Succeeded", LONG);
    }
  }

  @Test
  void aRegressionInAnOutageIsFoundAtTheFirstLookAfterIt() {
    try (World world = released("{tick: 10s}", 50, FAILING).prometheusDown(true)) {
      world.run(Duration.ofMinutes(2));
      assertThat(world.weight("myapp")).isEqualTo(10);

      world.prometheusDown(false).runUntilPhase("myapp", "Failed", Duration.ofSeconds(25));
    }
  }

  @Test
  void anOutageRollsBackWhereTheManifestSaysSo() {
    String policy = "{tick: 10s, unavailable: {after: 2m, then: rollback}}";
    try (World world = released(policy, 50, "").prometheusDown(true)) {
      world.runUntilPhase("myapp", "Failed", Duration.ofMinutes(5));

      assertThat(world.canary("myapp").at("/status/rollout/failure").asText())
          .startsWith("the metrics have been unavailable since");
    }
  }

  @Test
  void tooLittleTrafficToKnowIsRolledBackWhereTheManifestSaysSo() {
    String policy = "{tick: 10s, inconclusive: {after: 2m, then: rollback}}";
    try (World world = released(policy, 1, "")) {
      world.runUntilPhase("myapp", "Failed", LONG);

      assertThat(world.canary("myapp").at("/status/rollout/cause").asText())
          .isEqualTo("Inconclusive");
      assertThat(world.story("myapp").toString()).contains("no conclusion within 2m");
    }
  }

  @Test
  void aCrashInMidRunLosesNoEvidenceAndRepeatsNone() {
    Instant found;
    int writes;
    try (World calm = released("{tick: 10s}", 30, FAILING)) {
      int before = calm.writes();
      calm.runUntilPhase("myapp", "Failed", LONG);
      found = calm.now();
      writes = calm.writes() - before;
      assertThat(requests(calm)).isEqualTo(3 * 10 * 30);
    }
    for (int seconds : List.of(5, 15, 25)) {
      try (World world = released("{tick: 10s}", 30, FAILING)) {
        world.run(Duration.ofSeconds(seconds)).restartController();
        world.runUntilPhase("myapp", "Failed", LONG);

        assertThat(world.now()).as("killed after %ds", seconds).isEqualTo(found);
        assertThat(requests(world)).as("killed after %ds", seconds).isEqualTo(3 * 10 * 30);
      }
    }
    for (int write = 1; write <= writes; write++) {
      try (World world = released("{tick: 10s}", 30, FAILING)) {
        world.killAfterWrite(world.writes() + write).runUntilPhase("myapp", "Failed", LONG);

        assertThat(requests(world)).as("killed after write %d", write).isEqualTo(3 * 10 * 30);
        assertThat(world.reasons("myapp"))
            .endsWith("NewRevision", "WeightAdvanced", "RollingBack", "RolledBack");
      }
    }
  }

  /// Of canary and primary together, as the verdict counts them.
  private static int requests(World world) {
    return Pattern.compile("\\([0-9,]+ of ([0-9,]+)")
        .matcher(failure(world))
        .results()
        .mapToInt(match -> Integer.parseInt(match.group(1).replace(",", "")))
        .sum();
  }

  @Test
  void oneMetricIsComparedBesideAnotherOnesThreshold() {
    String metrics =
        """
        metrics:
            - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m, comparison: {}}
            - {name: request-duration, thresholdRange: {max: 500}, interval: 1m}
        """;
    try (World world = onboarded(11, Myapp.app(2, ""), canary("", metrics)).trafficOf(50)) {
      release(world, "1.1.0", "\"playground.sluice.dev/latency\":\"900ms\"");
      world.runUntilPhase("myapp", "Failed", LONG);
      assertThat(world.canary("myapp").at("/status/rollout/cause").asText())
          .isEqualTo("FailedChecks");
      assertThat(world.story("myapp").toString())
          .contains("request-duration is")
          .doesNotContain("request-success-rate is");

      release(world, "1.2.0", FAILING + ",\"playground.sluice.dev/latency\":null");
      Instant traffic = world.runUntilWeight("myapp", 10, LONG).now();
      world.runUntilPhase("myapp", "Failed", LONG);
      assertThat(Duration.between(traffic, world.now())).isLessThan(FOUR_LOOKS);
    }
  }

  @Test
  void durationsAreComparedBesideAThresholdOfErrors() {
    String metrics =
        """
        metrics:
            - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}
            - {name: request-duration, thresholdRange: {max: 500}, interval: 1m, comparison: {}}
        """;
    try (World world = onboarded(11, Myapp.app(2, ""), canary("", metrics)).trafficOf(50)) {
      release(world, "1.1.0", FAILING);
      world.runUntilPhase("myapp", "Failed", LONG);
      assertThat(world.canary("myapp").at("/status/rollout/cause").asText())
          .isEqualTo("FailedChecks");

      release(
          world,
          "1.2.0",
          "\"playground.sluice.dev/error-rate\":null,\"playground.sluice.dev/latency\":\"900ms\"");
      Instant traffic = world.runUntilWeight("myapp", 10, LONG).now();
      world.runUntilPhase("myapp", "Failed", LONG);
      assertThat(Duration.between(traffic, world.now())).isLessThan(FOUR_LOOKS);
      assertThat(failure(world)).startsWith("share slower than");
    }
  }

  @Test
  void turnedOnInMidRunItKnowsWhatHappenedSinceTheFirstTraffic() {
    try (World world = onboarded(11, Myapp.app(2, ""), canary("", "")).trafficOf(50)) {
      release(world, "1.1.0", FAILING).runUntilWeight("myapp", 20, LONG);

      world.patch(
          CANARIES + "myapp", "{\"spec\":{\"analysis\":{\"comparison\":{\"tick\":\"10s\"}}}}");

      world.runUntilPhase("myapp", "Failed", Duration.ofSeconds(25));
      assertThat(failure(world)).contains("error rate");
    }
  }

  @Test
  void turnedOffInMidRunItWaitsForNothing() {
    try (World world = released("{tick: 10s}", 50, "").trafficOf(0)) {
      world.run(Duration.ofMinutes(5));
      assertThat(held(world)).isEqualTo("NoCanaryData");

      world.patch(CANARIES + "myapp", "{\"spec\":{\"analysis\":{\"comparison\":null}}}");

      world.runUntilPhase("myapp", "Succeeded", LONG);
    }
  }

  private static String held(World world) {
    return world.canary("myapp").at("/status/rollout/held/reason").asText();
  }

  private static String failure(World world) {
    return world.canary("myapp").at("/status/rollout/failure").asText();
  }

  /// A release that has just got its first traffic.
  private static World released(String comparison, int requestsPerSecond, String annotations) {
    World world =
        onboarded(11, Myapp.app(2, ""), canary(comparison, "")).trafficOf(requestsPerSecond);
    return release(world, "1.1.0", annotations).runUntilWeight("myapp", 10, LONG);
  }

  /// @param comparison of the whole analysis; empty for none
  /// @param metrics of the analysis; empty for none
  private static String canary(String comparison, String metrics) {
    return """
    apiVersion: flagger.app/v1beta1
    kind: Canary
    metadata: {name: myapp, namespace: production}
    spec:
      targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
      service: {port: 80, targetPort: 8080}
      progressDeadlineSeconds: 60
      analysis:
        interval: 1m
        threshold: 3
        maxWeight: 50
        stepWeight: 10
        %s
        %s
    """
        .formatted(comparison.isEmpty() ? "" : "comparison: " + comparison, metrics);
  }
}
