package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.server.Exposition;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Releases whose metrics have limits of their own, over the whole way: manifest, requests that are
/// really answered and counted, queries, status, Events.
class MetricLimitsStoryTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String SLOW = "\"playground.sluice.dev/latency\":\"900ms\"";
  private static final String GOOD_RATE =
      "{name: request-success-rate, thresholdRange: {min: 99}, interval: 30s}";

  private static String duration(String limits) {
    return "{name: request-duration, thresholdRange: {max: 500}, interval: 30s, %s}"
        .formatted(limits);
  }

  @Test
  void aSlowReleaseIsRolledBackByTheLimitOfItsLatencyLongBeforeTheThreshold() {
    try (World world = world(1, duration("failureLimit: 1"))) {
      Myapp.release(world, "1.1.0", SLOW);
      world.runUntilPhase("myapp", "Failed", MINUTE.multipliedBy(5));

      assertThat(world.canary("myapp").at("/status/rollout/failure").asText())
          .startsWith("request-duration is 9");
      assertThat(world.alerts())
          .last()
          .asString()
          .startsWith(
              "Metric request-duration failed 2 times in this run, more than its failureLimit of 1:");
      assertThat(world.story("myapp"))
          .anyMatch(e -> e.contains("(request-duration failed 1 of the 1 times that it may)"))
          .noneMatch(e -> e.contains("failed check"));
    }
  }

  @Test
  void whatIsCountedSurvivesARestartAndCanBeWatched() {
    var page = new Exposition();
    try (World world =
        world(2, duration("failureLimit: 5")).measuredBy(page.metrics().canaries())) {
      Myapp.release(world, "1.1.0", SLOW);
      world.runUntilWeight("myapp", 10, MINUTE).run(Duration.ofSeconds(35));
      var before = looks(world).path("failed").asInt();
      assertThat(before).isBetween(1, 4);
      assertThat(page.of("sluice_canary_metric_looks"))
          .contains(
              "sluice_canary_metric_looks{metric=\"request-duration\",name=\"myapp\",namespace=\"production\",outcome=\"failed\"} %d.0"
                  .formatted(before));

      world.restartController().run(Duration.ofSeconds(10));
      assertThat(looks(world).path("failed").asInt()).isEqualTo(before + 1);

      world.runUntilPhase("myapp", "Failed", MINUTE.multipliedBy(2));
      assertThat(world.canary("myapp").at("/status/rollout/metrics").isMissingNode()).isTrue();
      assertThat(page.of("sluice_canary_metric_looks")).isEmpty();
    }
  }

  @Test
  void aDryRunIsShownAndTheReleaseIsPromoted() {
    try (World world = world(3, duration("dryRun: true"))) {
      Myapp.release(world, "1.1.0", SLOW);
      world.runUntilPhase("myapp", "Progressing", MINUTE);
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(5));

      assertThat(world.story("myapp"))
          .anyMatch(e ->
              e.startsWith("WeightAdvanced")
                  && e.contains("but allowed is at most 500ms")
                  && e.contains("(a dry run, which decides nothing)"))
          .anyMatch(e ->
              e.startsWith("Promoting") && e.contains("dry run request-duration failed 3 of 3"));
      assertThat(world.reasons("myapp")).doesNotContain("CheckFailed", "Held");
    }
  }

  @Test
  void anOutageRollsBackWhereItsMetricSaysHowLongItIsBorne() {
    try (World world = world(4, duration("consecutiveErrorLimit: 4"))) {
      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 10, MINUTE);

      world.prometheusDown(true).run(Duration.ofSeconds(45));
      assertThat(world.routed("myapp")).isEqualTo(new Percent(10));
      assertThat(condition(world, "Held").path("reason").asText()).isEqualTo("MetricsUnavailable");

      world.runUntilPhase("myapp", "Failed", MINUTE);
      assertThat(world.canary("myapp").at("/status/rollout/cause").asText())
          .isEqualTo("MetricsUnavailable");
      assertThat(world.alerts())
          .last()
          .asString()
          .contains("got no answer 5 times in a row, more than its consecutiveErrorLimit of 4");
    }
  }

  @Test
  void aQuietNightIsBorneAndThenAPersonIsAsked() {
    var ofOrders =
        """
        {name: orders, query: 'sum(rate(orders_total{app="{{ target }}"}[{{ interval }}]))',
         thresholdRange: {min: 0}, interval: 30s, inconclusiveLimit: 2}\
        """;
    try (World world = world(5, ofOrders)) {
      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 10, MINUTE).run(MINUTE.multipliedBy(2));

      assertThat(world.routed("myapp")).isEqualTo(new Percent(10));
      assertThat(condition(world, "Held").path("reason").asText()).isEqualTo("MetricInconclusive");
      assertThat(world.alerts())
          .last()
          .asString()
          .contains("metric orders had no data 4 times in this run")
          .contains("more than its inconclusiveLimit of 2");
      assertThat(world.canary("myapp").at("/status/failedChecks").asInt()).isZero();

      var count = world.story("myapp").size();
      world.run(MINUTE.multipliedBy(10));
      assertThat(world.story("myapp")).as("people are told once").hasSize(count);
    }
  }

  @Test
  void aMetricThatWarmsUpIsAskedLaterAndBeforeThePromotion() {
    try (World world = world(6, duration("initialDelay: 2m"))) {
      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 30, MINUTE.multipliedBy(2)).run(Duration.ofSeconds(30));
      assertThat(condition(world, "Held").path("reason").asText()).isEqualTo("InitialDelay");
      assertThat(world.prometheusWasAsked()).noneMatch(q -> q.contains("duration"));

      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(3));
      assertThat(world.story("myapp"))
          .anyMatch(e -> e.startsWith("Promoting") && e.contains("request-duration is"));
    }
  }

  @Test
  void theSameReleaseIsTriedAgainWithNothingCounted() {
    try (World world = world(7, duration("failureLimit: 9"))) {
      Myapp.release(world, "1.1.0", SLOW);
      world.runUntilWeight("myapp", 10, MINUTE).run(Duration.ofSeconds(35));
      assertThat(looks(world).path("failed").asInt()).isPositive();

      Myapp.release(world, "1.1.1", "\"playground.sluice.dev/latency\":null");
      world.run(Duration.ofSeconds(5));
      assertThat(world.canary("myapp").at("/status/rollout/metrics").isMissingNode()).isTrue();
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(5));
    }
  }

  private static World world(long seed, String metric) {
    World world = new World(seed).trafficOf(0);
    world.apply(Myapp.SERVICE).apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(10));
    return world
        .trafficOf(20)
        .apply(
            """
            apiVersion: flagger.app/v1beta1
            kind: Canary
            metadata: {name: myapp, namespace: production}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
              service: {port: 80, targetPort: 8080}
              analysis:
                interval: 10s
                threshold: 10
                maxWeight: 30
                stepWeight: 10
                metrics:
                - %s
                - %s
            """
                .formatted(GOOD_RATE, metric.replace("\n", "")))
        .runUntilPhase("myapp", "Initialized", MINUTE);
  }

  private static JsonNode looks(World world) {
    return world.canary("myapp").at("/status/rollout/metrics/0");
  }

  private static JsonNode condition(World world, String type) {
    for (JsonNode condition : world.canary("myapp").at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return world.canary("myapp").path("no such condition");
  }
}
