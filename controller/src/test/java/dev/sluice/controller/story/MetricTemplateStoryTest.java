package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Releases that are judged by queries of their users' own, on the virtual clock: requests are
/// really routed and counted, and the queries are really answered.
class MetricTemplateStoryTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final String TEMPLATE =
      "/apis/flagger.app/v1beta1/namespaces/monitoring/metrictemplates/errors";
  private static final String BAD = "\"playground.sluice.dev/error-rate\":\"0.3\"";

  /// Percent of requests that failed.
  private static final String ERRORS =
      """
      100 - 100 * sum(rate(istio_requests_total{
          reporter="destination", destination_workload_namespace="{{ namespace }}",
          destination_workload="{{ target }}", response_code!~"{{ variables.bad }}"}[{{ interval }}]))
        / sum(rate(istio_requests_total{
          reporter="destination", destination_workload_namespace="{{ namespace }}",
          destination_workload="{{ target }}"}[{{ interval }}]))
      """;

  private static final String BY_TEMPLATE =
      """
      {name: errors, templateRef: {name: errors, namespace: monitoring},
       templateVariables: {bad: "5.*"}, thresholdRange: {max: 1}}\
      """;

  @Test
  void aReleaseIsPromotedOrRolledBackByAMetricTemplateOfAnotherNamespace() {
    try (World world = world(1).apply(template("prometheus", "", ERRORS)).apply(canary(""))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);

      Myapp.release(world, "1.1.0");
      world.runUntilPhase("myapp", "Progressing", MINUTE);
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(5));
      Myapp.release(world, "1.2.0", BAD);
      world.runUntilPhase("myapp", "Failed", MINUTE.multipliedBy(5));

      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.alerts()).last().asString().contains("errors is", "allowed is at most 1");
      assertThat(world.prometheusWasAsked())
          .anyMatch(q -> q.startsWith("shared-prometheus: 100") && q.contains("\"myapp\""));
    }
  }

  @Test
  void anInlineQueryAndAMetricsServerOfItsOwnAreAsked() {
    var inline =
        "{name: free memory, query: 'scalar(vector(70)) # of {{ target }}',"
            + " thresholdRange: {min: 50}}";
    try (World world =
        world(2).apply(canary("metricsServer: http://team-prometheus:9090", inline))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);

      Myapp.release(world, "1.1.0");
      world.runUntilPhase("myapp", "Progressing", MINUTE);
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(5));

      assertThat(world.story("myapp")).anyMatch(e -> e.contains("free memory is 70 over the last"));
      assertThat(world.prometheusWasAsked())
          .contains("team-prometheus: scalar(vector(70)) # of myapp")
          .allMatch(q -> q.startsWith("team-prometheus: "));
    }
  }

  @Test
  void whatIsMissingIsNamedBeforeAnyReleaseAndLookedForAgainWhenItAppears() {
    try (World world = world(3).apply(canary(""))) {
      world.run(MINUTE);
      assertThat(condition(world, "Stalled").path("reason").asText()).isEqualTo("InvalidSpec");
      assertThat(condition(world, "Stalled").path("message").asText())
          .isEqualTo(
              "spec.analysis.metrics[0].templateRef: MetricTemplate monitoring/errors does not exist");
      assertThat(world.reasons("myapp")).containsExactly("SpecRefused");

      world.apply(template("prometheus", "secretRef: {name: prometheus}", ERRORS)).run(MINUTE);
      assertThat(condition(world, "Stalled").path("message").asText())
          .endsWith("cannot be used: Secret monitoring/prometheus does not exist");

      world.apply(secret("{token: s3cret}"));
      world.runUntilPhase("myapp", "Initialized", MINUTE);
      assertThat(condition(world, "Stalled").isMissingNode()).isTrue();
    }
  }

  @Test
  void aProviderThatIsNotServedAndATemplateThatCannotBeReadAreRefusedByName() {
    try (World world = world(4).apply(template("datadog", "", ERRORS)).apply(canary(""))) {
      world.run(MINUTE);
      assertThat(condition(world, "Stalled").path("message").asText())
          .endsWith("provider.type: unknown metric provider 'datadog'; known: prometheus");

      world.apply(template("prometheus", "", "sum(\n  {{ if .Values.x }})")).run(MINUTE);
      assertThat(condition(world, "Stalled").path("message").asText())
          .contains("its query uses '{{ if .Values.x }}' at line 2, column 6; known are: name,");
    }
  }

  @Test
  void credentialsComeFromTheSecretFollowItsEditsAndAreNeverShown() {
    try (World world =
        world(5)
            .prometheusWants("shared-prometheus", "Bearer s3cret-2")
            .apply(secret("{token: s3cret-1}"))
            .apply(template("prometheus", "secretRef: {name: prometheus}", ERRORS))
            .apply(canary(""))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);

      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 10, MINUTE).run(MINUTE);
      assertThat(condition(world, "Held").path("reason").asText()).isEqualTo("MetricsUnavailable");
      assertThat(condition(world, "Held").path("message").asText())
          .contains("shared-prometheus:9090 refuses our credentials (401)");
      assertThat(world.routed("myapp")).isEqualTo(new Percent(10));

      world.apply(secret("{token: s3cret-2}"));
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(5));
      assertThat(world.story("myapp") + " " + world.alerts() + " " + world.canary("myapp"))
          .doesNotContain("s3cret");
    }
  }

  @Test
  void aSecretWithoutWhatIsNeededHoldsTheReleaseAndNamesTheEntries() {
    try (World world =
        world(6)
            .apply(secret("{tokn: s3cret}"))
            .apply(template("prometheus", "secretRef: {name: prometheus}", ERRORS))
            .apply(canary(""))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);

      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 10, MINUTE).run(MINUTE);
      assertThat(condition(world, "Stalled").path("reason").asText()).isEqualTo("QueryRefused");
      assertThat(condition(world, "Held").path("message").asText())
          .contains("Secret monitoring/prometheus holds none of password, token, username");

      world.apply(secret("{username: aladdin, password: opensesame}"));
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(5));
    }
  }

  @Test
  void anEditedTemplateIsUsedFromTheNextCheckOn() {
    try (World world = world(7).apply(template("prometheus", "", ERRORS)).apply(canary(""))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);
      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 20, MINUTE);

      world
          .apply(template("prometheus", "", "sum(rate(istio_requests_total[{{ interval }}]"))
          .run(MINUTE);
      assertThat(condition(world, "Held").path("reason").asText()).isEqualTo("QueryRefused");
      assertThat(condition(world, "Held").path("message").asText())
          .contains("errors cannot be answered until MetricTemplate monitoring/errors is edited");

      world.apply(template("prometheus", "", "istio_requests_total")).run(MINUTE);
      assertThat(condition(world, "Held").path("message").asText())
          .contains("series where one number is needed");

      world.apply(template("prometheus", "", ERRORS));
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(5));
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void aTemplateThatIsDeletedInMidRunLeavesTheTrafficWhereItIsUntilItIsBack() {
    try (World world = world(8).apply(template("prometheus", "", ERRORS)).apply(canary(""))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);
      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 20, MINUTE);

      world.delete(TEMPLATE).run(MINUTE.multipliedBy(3));
      assertThat(world.routed("myapp")).isEqualTo(new Percent(20));
      assertThat(condition(world, "Stalled").path("message").asText()).contains("does not exist");
      assertThat(world.alerts()).last().asString().contains("monitoring/errors does not exist");

      world.apply(template("prometheus", "", ERRORS));
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(5));
    }
  }

  @Test
  void aMissingTemplateDoesNotStandInTheWayOfAFixThatSkipsAnalysis() {
    try (World world = world(9).apply(template("prometheus", "", ERRORS)).apply(canary(""))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);

      world.delete(TEMPLATE).apply(canary("skipAnalysis: true")).run(MINUTE);
      Myapp.release(world, "1.1.0");
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(3));

      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
    }
  }

  @Test
  void noTrafficAnOutageAndABadReleaseLookDifferentToWhoeverReads() {
    var metric = BY_TEMPLATE.replace("thresholdRange", "interval: 20s, thresholdRange");
    try (World world =
        world(11).apply(template("prometheus", "", ERRORS)).apply(canary("", metric))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);
      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 10, MINUTE);

      world.prometheusDown(true).run(MINUTE);
      assertThat(condition(world, "Held").path("reason").asText()).isEqualTo("MetricsUnavailable");
      assertThat(condition(world, "Held").path("message").asText())
          .contains("does not answer: connection refused", "says nothing about the release");
      assertThat(world.canary("myapp").at("/status/failedChecks").asInt()).isZero();

      world.prometheusDown(false).trafficOf(0).run(Duration.ofSeconds(30));
      assertThat(condition(world, "Held").isMissingNode()).isTrue();
      assertThat(world.story("myapp"))
          .anyMatch(e -> e.contains("errors has no value over the last 20s"));
      assertThat(world.canary("myapp").at("/status/failedChecks").asInt()).isPositive();

      world.trafficOf(20);
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(5));
      Myapp.release(world, "1.2.0", BAD);
      world.runUntilPhase("myapp", "Failed", MINUTE.multipliedBy(5));
      assertThat(world.story("myapp"))
          .anyMatch(e -> e.startsWith("CheckFailed") && e.contains("but allowed is at most 1"));
    }
  }

  @Test
  void aFixIsNotJudgedByTheErrorsOfTheReleaseBeforeIt() {
    var looksFarBack =
        """
        sum(increase(istio_requests_total{reporter="destination",
          destination_workload="{{ target }}", response_code=~"{{ variables.bad }}"}[2m])) or vector(0)
        """;
    try (World world =
        world(10).apply(template("prometheus", "", looksFarBack)).apply(canary(""))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);
      assertThat(world.story("myapp"))
          .anyMatch(e -> e.startsWith("SpecWarning") && e.contains("looks back 2m by itself"));
      Myapp.release(world, "1.1.0", BAD);
      world.runUntilPhase("myapp", "Failed", MINUTE.multipliedBy(5));
      var before = world.reasons("myapp").size();

      Myapp.release(world, "1.1.1");
      world.runUntilPhase("myapp", "Progressing", MINUTE);
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(6));

      List<String> since = world.reasons("myapp").subList(before, world.reasons("myapp").size());
      assertThat(since).doesNotContain("CheckFailed", "NoData");
    }
  }

  /// Whatever the range, and without one: what the template's query would say is not asked.
  private static final String COMPARED =
      """
      {name: failed orders, templateRef: {name: errors, namespace: monitoring},
       templateVariables: {bad: "5.*"}, comparison: {}}\
      """;

  private static final String OF_TARGET =
      "istio_requests_total{reporter=\"destination\","
          + " destination_workload_namespace=\"{{ namespace }}\", destination_workload=\"{{ target }}\"";

  private static String compared(String comparison) {
    return template("prometheus", "", "vector(0)") + "  comparison: " + comparison + "\n";
  }

  private static String counters() {
    return "{denominator: '%s}', numerator: '%s, response_code=~\"{{ variables.bad }}\"}'}"
        .formatted(OF_TARGET, OF_TARGET);
  }

  @Test
  void aReleaseIsComparedWithItsPrimaryByTwoCountersOfATemplate() {
    try (World world =
        world(12).trafficOf(60).apply(compared(counters())).apply(canary("", COMPARED))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);

      Myapp.release(world, "1.1.0");
      world.runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(10));
      Myapp.release(world, "1.2.0", BAD);
      world.runUntilPhase("myapp", "Failed", MINUTE.multipliedBy(5));

      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.alerts())
          .last()
          .asString()
          .contains("Worse than the primary", "failed orders ", "% at the canary (")
          .doesNotContain("Failed checks threshold");
      assertThat(world.prometheusWasAsked())
          .anyMatch(q ->
              q.startsWith("shared-prometheus: istio_requests_total{")
                  && q.contains("destination_workload=~\"(?:myapp)|(?:myapp-primary)\""))
          .noneMatch(q -> q.contains("vector(0)"));
    }
  }

  @Test
  void aReleaseThatIsSlowerThanItsPrimaryIsFoundByAHistogramOfATemplate() {
    var histogram =
        "{histogram: '%s}', bound: 500}"
            .formatted(OF_TARGET.replace("requests_total", "request_duration_milliseconds"));
    try (World world =
        world(13).trafficOf(60).apply(compared(histogram)).apply(canary("", COMPARED))) {
      world.runUntilPhase("myapp", "Initialized", MINUTE);

      Myapp.release(world, "1.1.0", "\"playground.sluice.dev/latency\":\"900ms\"");
      world.runUntilPhase("myapp", "Failed", MINUTE.multipliedBy(5));

      assertThat(world.alerts()).last().asString().contains("failed orders 100% at the canary");
    }
  }

  private static final String SLOW = "\"playground.sluice.dev/latency\":\"900ms\"";

  /// Errors by the mesh, and slow orders by a template, whose query is not written at all.
  private static World twoKinds(long seed) {
    var histogram =
        "{histogram: '%s}', bound: 500}"
            .formatted(OF_TARGET.replace("requests_total", "request_duration_milliseconds"));
    var template = compared(histogram).replaceAll("(?s)  query: .*?\n(?=  comparison)", "");
    assertThat(template).doesNotContain("query");
    var canary =
        canary("", COMPARED.replace("failed orders", "slow orders"))
            .replace("interval: 10s", "interval: 1m")
            .replace(
                "    metrics:\n",
                """
                    comparison: {tick: 10s}
                    metrics:
                    - {name: request-success-rate, comparison: {}}
                """);
    var world = world(seed).trafficOf(60).apply(template).apply(canary);
    return world.runUntilPhase("myapp", "Initialized", MINUTE);
  }

  @Test
  void aBadReleaseIsFoundByATemplateWithinAFewScrapesWhileItsErrorsAreAsUsual() {
    try (World world = twoKinds(15)) {
      Myapp.release(world, "1.1.0", SLOW);
      world.runUntilWeight("myapp", 10, MINUTE);
      var traffic = world.now();

      world.runUntilPhase("myapp", "Failed", MINUTE.multipliedBy(5));

      assertThat(Duration.between(traffic, world.now())).isLessThan(Duration.ofSeconds(53));
      assertThat(world.alerts())
          .last()
          .asString()
          .startsWith("Worse than the primary: slow orders 100% at the canary (")
          .contains("would be tolerated");
    }
  }

  @Test
  void aControllerThatIsRestartedInMidRunFindsABadReleaseAsSoon() {
    try (World world = twoKinds(16)) {
      Myapp.release(world, "1.1.0", SLOW);
      world.runUntilWeight("myapp", 10, MINUTE);
      var traffic = world.now();

      world.run(Duration.ofSeconds(25));
      world.restartController().runUntilPhase("myapp", "Failed", MINUTE.multipliedBy(5));

      assertThat(Duration.between(traffic, world.now())).isLessThan(Duration.ofSeconds(60));
      assertThat(world.alerts()).last().asString().contains("slow orders 100% at the canary (");
    }
  }

  @Test
  void aHealthyReleaseIsPromotedWhenItIsKnownByBothKindsWhateverIsRestarted() {
    try (World world = twoKinds(17)) {
      Myapp.release(world, "1.1.0");
      world.runUntilWeight("myapp", 20, MINUTE.multipliedBy(10));
      world.restartController().runUntilPhase("myapp", "Succeeded", MINUTE.multipliedBy(15));

      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.reasons("myapp")).doesNotContain("RollingBack");
    }
  }

  @Test
  void aTemplateWithoutAQueryCannotBeHeldAgainstARange() {
    var onlyCompared = compared(counters()).replaceAll("(?s)  query: .*?\n(?=  comparison)", "");
    try (World world = world(18).apply(onlyCompared).apply(canary(""))) {
      world.run(MINUTE);

      assertThat(condition(world, "Stalled").path("message").asText())
          .endsWith(
              "MetricTemplate monitoring/errors has no query, only a comparison: write"
                  + " `comparison: {}` at metric 'errors', or a query there");
    }
  }

  @Test
  void whatCannotBeComparedIsRefusedByNameBeforeARelease() {
    var refusals =
        Map.of(
            template("prometheus", "", "vector(0)"),
            "it has no comparison: name a numerator and a denominator there",
            compared("{numerator: 'a_total{app=\"{{ target }}\"}'}"),
            "either a numerator and a denominator, or a histogram and a bound",
            compared("{denominator: a_total, numerator: a_total}"),
            "comparison.numerator: no label tells canary and primary apart; name {{ target }} in one",
            compared("{denominator: 'a_total{x=\"{{ tarket }}\"}', numerator: a_total}"),
            "cannot be ");
    refusals.forEach((template, why) -> {
      try (World world = world(14).apply(template).apply(canary("", COMPARED))) {
        world.run(MINUTE);
        assertThat(condition(world, "Stalled").path("message").asText())
            .startsWith("spec.analysis.metrics[0].templateRef: MetricTemplate monitoring/errors ")
            .contains(why);
      }
    });
  }

  private static World world(long seed) {
    World world = new World(seed).trafficOf(0);
    world.apply("{apiVersion: v1, kind: Namespace, metadata: {name: monitoring}}");
    world.apply(Myapp.SERVICE).apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(10));
    return world.trafficOf(20);
  }

  private static String canary(String more) {
    return canary(more, BY_TEMPLATE);
  }

  private static String canary(String more, String metric) {
    return """
    apiVersion: flagger.app/v1beta1
    kind: Canary
    metadata: {name: myapp, namespace: production}
    spec:
      %s
      targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
      service: {port: 80, targetPort: 8080}
      analysis:
        interval: 10s
        threshold: 3
        maxWeight: 30
        stepWeight: 10
        metrics:
        - %s
    """
        .formatted(more, metric.replace("\n", ""));
  }

  private static String template(String type, String more, String query) {
    return """
    apiVersion: flagger.app/v1beta1
    kind: MetricTemplate
    metadata: {name: errors, namespace: monitoring}
    spec:
      provider:
        type: %s
        address: http://shared-prometheus:9090
        %s
      query: |
    %s
    """
        .formatted(type, more, query.indent(4));
  }

  private static String secret(String entries) {
    return "{apiVersion: v1, kind: Secret, metadata: {name: prometheus, namespace: monitoring}, stringData: %s}"
        .formatted(entries);
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
