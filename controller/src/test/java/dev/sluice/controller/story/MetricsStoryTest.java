package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.controller.server.Exposition;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What Flagger's dashboards see of a canary's life, and that nothing of it is left behind.
class MetricsStoryTest {

  @Test
  void aCanarysLifeIsShownByFlaggersNamesAndEndsWithIt() {
    var page = new Exposition();
    try (var world = new World(11).trafficOf(0)) {
      world.measuredBy(page.metrics().canaries());
      world.apply(Myapp.SERVICE).apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(10));
      world.trafficOf(20);
      world.apply(CANARY).runUntilPhase("shop", "Initialized", Duration.ofMinutes(2));
      assertThat(page.of("flagger_canary_total"))
          .containsExactly("flagger_canary_total{namespace=\"production\"} 1.0");
      assertThat(page.of("flagger_canary_status")).containsExactly(target("status", "name", "1.0"));
      assertThat(page.of("flagger_canary_weight"))
          .containsExactlyInAnyOrder(
              target("weight", "workload", "0.0"), primary("weight", "100.0"));
      assertThat(page.of("flagger_canary_duration_seconds_count")).isEmpty();

      world.apply(Myapp.deployment("1.1.0"));
      world.runUntilWeight("shop", 50, Duration.ofMinutes(2));
      assertThat(page.of("flagger_canary_status")).containsExactly(target("status", "name", "0.0"));
      assertThat(page.of("flagger_canary_weight"))
          .containsExactlyInAnyOrder(
              target("weight", "workload", "50.0"), primary("weight", "50.0"));
      assertThat(page.of("sluice_canary_phase"))
          .containsExactly(
              "sluice_canary_phase{name=\"shop\",namespace=\"production\",phase=\"Progressing\"} 1.0");

      world.runUntilPhase("shop", "Succeeded", Duration.ofMinutes(3));
      assertThat(page.of("flagger_canary_successes_total"))
          .containsExactly(
              "flagger_canary_successes_total{analysis_status=\"completed\",deployment_strategy=\"canary\",name=\"myapp\",namespace=\"production\"} 1.0");
      assertThat(page.of("flagger_canary_metric_analysis"))
          .anyMatch(
              line -> line.contains("metric=\"request-success-rate\"") && line.endsWith(" 100.0"))
          .as("in seconds, as Flagger has it")
          .anyMatch(line ->
              line.contains("metric=\"request-duration\"")
                  && Double.parseDouble(line.substring(line.lastIndexOf(' '))) < 0.1);
      assertThat(page.of("flagger_canary_duration_seconds_count")).hasSize(1);
      assertThat(page.of("sluice_verdicts_total"))
          .anyMatch(line -> line.contains("\"safe\"") && !line.endsWith(" 0.0"));

      world.apply(Myapp.deployment("1.2.0", "playground.sluice.dev/error-rate: '1'"));
      world.runUntilPhase("shop", "Failed", Duration.ofMinutes(3));
      assertThat(page.of("flagger_canary_status")).containsExactly(target("status", "name", "2.0"));
      assertThat(page.of("flagger_canary_failures_total")).hasSize(1);
      assertThat(page.of("sluice_events_total"))
          .contains("sluice_events_total{reason=\"RolledBack\"} 1.0");

      world.delete("/apis/apps/v1/namespaces/production/deployments/myapp");
      world.run(Duration.ofSeconds(30));
      assertThat(page.of("sluice_canary_held"))
          .containsExactly(
              "sluice_canary_held{name=\"shop\",namespace=\"production\",reason=\"TargetMissing\"} 1.0");
      assertThat(page.of("sluice_canary_stalled")).hasSize(1);

      world.delete("/apis/flagger.app/v1beta1/namespaces/production/canaries/shop");
      world.run(Duration.ofMinutes(1));
      assertThat(page.text()).doesNotContain("myapp").doesNotContain("\"shop\"");
    }
  }

  private static String target(String metric, String label, String value) {
    return label.equals("name")
        ? "flagger_canary_%s{name=\"myapp\",namespace=\"production\"} %s".formatted(metric, value)
        : "flagger_canary_%s{namespace=\"production\",workload=\"myapp\"} %s"
            .formatted(metric, value);
  }

  private static String primary(String metric, String value) {
    return "flagger_canary_%s{namespace=\"production\",workload=\"myapp-primary\"} %s"
        .formatted(metric, value);
  }

  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: shop, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        service: {port: 80, targetPort: 8080}
        analysis:
          interval: 10s
          threshold: 2
          maxWeight: 50
          stepWeight: 50
          metrics:
          - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}
          - {name: request-duration, thresholdRange: {max: 500}, interval: 1m}
      """;
}
