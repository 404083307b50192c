package dev.sluice.controller.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.analysis.MeshQueries;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Provider;
import dev.sluice.controller.object.Reach;
import dev.sluice.crds.Canary;
import dev.sluice.crds.MetricTemplate;
import dev.sluice.crds.ObjectRef;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What becomes of the metrics that people write.
class ChecksReaderTest {
  private final Map<ObjectRef, MetricTemplate> templates = new HashMap<>();
  private final Set<ObjectRef> secrets = new HashSet<>();
  private Reach reach = Reach.EVERYWHERE;

  @Test
  void aTemplateIsAskedAtItsOwnAddressWithItsOwnHeadersAndSecret() {
    secrets.add(new ObjectRef("monitoring", "credentials"));
    template(
        "monitoring/errors",
        "{type: prometheus, address: 'https://p:9090', insecureSkipVerify: true,"
            + " headers: {X-Scope-OrgID: [team-a]}, secretRef: {name: credentials}}",
        "sum({{ variables.what }})");

    var asked =
        read("{name: errors, templateRef: {name: errors, namespace: monitoring}, interval: 30s,"
                + " templateVariables: {what: up}, thresholdRange: {min: 1, max: 5}}")
            .asked()
            .getFirst();

    assertThat(asked.secret()).contains(new ObjectRef("monitoring", "credentials"));
    assertThat(asked.check().query().origin()).isEqualTo("MetricTemplate monitoring/errors");
    assertThat(asked.check().interval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(asked.check().bound().words()).isEqualTo("between 1 and 5");
    var provider = asked.check().query().provider();
    assertThat(provider.address()).isEqualTo("https://p:9090");
    assertThat(provider.insecureSkipVerify()).isTrue();
    assertThat(provider.headers()).containsOnlyKeys("X-Scope-OrgID");
  }

  @Test
  void aTemplateWithoutNamespaceIsTheCanarysNeighbour() {
    template("production/errors", "{type: prometheus, address: 'http://p'}", "up");

    assertThat(read("{name: errors, templateRef: {name: errors}}").problems()).isEmpty();
  }

  /// Flagger renders nothing for it, which is no query.
  @Test
  void aMetricWithoutIntervalLooksBackAMinute() {
    template("production/errors", "{type: prometheus, address: 'http://p'}", "x[{{ interval }}]");

    var check = read("{name: errors, templateRef: {name: errors}}").asked().getFirst().check();

    assertThat(check.interval()).isEqualTo(Duration.ofMinutes(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          thresholdRange: {min: 1}    | at least 1
          thresholdRange: {max: 2.5}  | at most 2.5
          threshold: 7                | at most 7
          thresholdRange: {}          | at most 0
          interval: 1m                | at most 0
          """)
  void whatIsGoodIsTheRangeElseAtMostTheOldThresholdElseAtMostZero(String field, String words) {
    var checks = read("{name: own, query: up, %s}".formatted(field));

    assertThat(checks.asked().getFirst().check().bound().words()).isEqualTo(words);
  }

  @Test
  void theCanarysOwnMetricsServerAnswersBuiltInAndInlineMetrics() {
    var checks =
        read(
            "metricsServer: http://team:9090",
            "{name: request-success-rate}",
            "{name: own, query: up}");

    assertThat(checks.metricsServer()).isEqualTo(Provider.prometheus("http://team:9090"));
    assertThat(checks.asked())
        .hasSize(2)
        .allMatch(a -> a.check().query().provider().address().equals("http://team:9090"));
  }

  @Test
  void aBuiltInNameWithAQueryOfItsOwnIsAskedBothWaysAndSaysSo() {
    var checks = read("{name: request-duration, query: 'vector(1)', thresholdRange: {max: 500}}");

    assertThat(checks.asked())
        .map(a -> a.check().query().origin())
        .containsExactly(
            "built-in metric request-duration", "the query of metric 'request-duration'");
    assertThat(checks.warnings()).singleElement().asString().contains("is asked besides");
  }

  @Test
  void aRangeWrittenIntoAQueryIsWarnedOfWhenItIsLongerThanTheInterval() {
    assertThat(read("{name: a, query: 'rate(x[5m])', interval: 1m}").warnings())
        .singleElement()
        .asString()
        .contains("spec.analysis.metrics[0]: the query of metric 'a' looks back 5m by itself");
    assertThat(read("{name: a, query: 'rate(x[5m])', interval: 5m}").warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {name: latency}                                     | metrics[0]: metric 'latency' is not built in (request-success-rate, request-duration) and has neither a templateRef nor a query
          {name: a, query: ' '}                               | metrics[0]: metric 'a' is not built in
          {name: a, query: up, interval: 1minute}             | metrics[0]: '1minute' is not a duration
          {name: a, query: up, interval: 0s}                  | metrics[0]: a metric's interval is at least one second
          {name: a, query: up, thresholdRange: {min: 2, max: 1}} | metrics[0]: min 2 is above max 1
          {name: a, query: '{{ variables.x }}'}               | metrics[0]: the query of metric 'a' cannot be used: its query uses '{{ variables.x }}' at line 1, column 4, which
          {name: a, templateRef: {name: gone}}                | metrics[0].templateRef: MetricTemplate production/gone does not exist
          {name: a, templateRef: {name: datadog}}             | MetricTemplate production/datadog cannot be used: provider.type: unknown metric provider 'datadog'; known: prometheus
          {name: a, templateRef: {name: nowhere}}             | MetricTemplate production/nowhere cannot be used: provider.address: '' is not the address of a Prometheus
          {name: a, templateRef: {name: locked}}              | MetricTemplate production/locked cannot be used: Secret production/key does not exist
          """)
  void whatCannotWorkNamesTheFieldAndTheObject(String metric, String why) {
    template("production/datadog", "{type: datadog}", "avg:x");
    template("production/nowhere", "{type: prometheus}", "up");
    template(
        "production/locked",
        "{type: prometheus, address: 'http://p', secretRef: {name: key}}",
        "up");

    var checks = read(metric);

    assertThat(checks.problems()).singleElement().asString().contains(why);
    assertThat(checks.asked()).isEmpty();
  }

  @Test
  void aMetricsServerThatIsNoAddressIsRefusedWithoutItsPassword() {
    assertThat(read("metricsServer: 'ftp://u:hidden@p'", "{name: request-duration}").problems())
        .singleElement()
        .asString()
        .startsWith("spec.metricsServer: 'ftp://p' is not the address of a Prometheus");
  }

  @Test
  void aTemplateOutOfReachSaysWhy() {
    template("monitoring/errors", "{type: prometheus, address: 'http://p'}", "up");
    var metric = "{name: a, templateRef: {name: errors, namespace: monitoring}}";

    reach = new Reach("production", true);
    assertThat(read(metric).problems())
        .singleElement()
        .asString()
        .endsWith("is not used: this controller watches namespace production only");
    reach = new Reach("", false);
    assertThat(read(metric).problems())
        .singleElement()
        .asString()
        .endsWith(
            "is not used: references to other namespaces are blocked (--no-cross-namespace-refs)");
    assertThat(reach.closed("production", "production")).isEmpty();
  }

  @Test
  void aDryRunThatCannotBeAskedWarnsAndKeepsNobodyFromARelease() {
    var checks =
        read(
            "suspend: false",
            "{name: errors, templateRef: {name: missing}, dryRun: true}",
            "{name: request-success-rate, thresholdRange: {min: 99}}");

    assertThat(checks.problems()).isEmpty();
    assertThat(checks.warnings())
        .singleElement()
        .hasToString(
            "spec.analysis.metrics[0].templateRef: MetricTemplate production/missing does not exist");
    assertThat(checks.asked()).hasSize(1);
  }

  @Test
  void theProblemsOfOthersAreProblemsStill() {
    var checks =
        read(
            "suspend: false",
            "{name: errors, templateRef: {name: missing}, dryRun: true}",
            "{name: latency, templateRef: {name: missing}}");

    assertThat(checks.problems())
        .singleElement()
        .asString()
        .startsWith("spec.analysis.metrics[1].templateRef");
  }

  private void template(String ref, String provider, String query) {
    var names = ref.split("/", 2);
    templates.put(
        new ObjectRef(names[0], names[1]),
        MetricTemplate.read(
            yaml(
                """
                apiVersion: flagger.app/v1beta1
                kind: MetricTemplate
                metadata: {name: %s, namespace: %s}
                spec: {provider: %s, query: "%s"}
                """
                    .formatted(names[1], names[0], provider, query))));
  }

  private Checks read(String metric) {
    return read("suspend: false", metric);
  }

  private Checks read(String field, String... metrics) {
    var canary =
        Canary.read(
            yaml(
                """
                apiVersion: flagger.app/v1beta1
                kind: Canary
                metadata: {name: myapp, namespace: production}
                spec:
                  %s
                  targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
                  service: {port: 80}
                  analysis:
                    interval: 1m
                    threshold: 5
                    stepWeight: 10
                    metrics: [%s]
                """
                    .formatted(field, String.join(", ", metrics))));
    try {
      return ChecksReader.read(
          canary, MeshQueries.of("istio"), "http://prometheus:9090", lookup(canary.ref()));
    } catch (NeedsEdit e) {
      throw new IllegalStateException(e);
    }
  }

  private ChecksReader.Lookup lookup(ObjectRef canary) {
    return new ChecksReader.Lookup() {
      @Override
      public Optional<MetricTemplate> template(ObjectRef ref) {
        return Optional.ofNullable(templates.get(ref));
      }

      @Override
      public boolean hasSecret(ObjectRef ref) {
        return secrets.contains(ref);
      }

      @Override
      public Optional<String> closed(String namespace) {
        return reach.closed(canary.namespace(), namespace);
      }
    };
  }

  private static com.fasterxml.jackson.databind.JsonNode yaml(String text) {
    try {
      return new YAMLMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
