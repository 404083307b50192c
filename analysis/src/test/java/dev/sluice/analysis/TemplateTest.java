package dev.sluice.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
  private static final Variables MYAPP =
      new Variables("canary-of-myapp", "production", "myapp", "shop", "web", "front");

  @Test
  void everyNameOfACanaryCanBeUsed() throws NeedsEdit {
    assertThat(
            render(
                "{{ name }} {{namespace}} {{ target }} {{ service }} {{ ingress }} {{ route }}"
                    + " {{ interval }} {{ variables.userRevision }}"))
        .isEqualTo("canary-of-myapp production myapp shop web front 1m30s 42");
  }

  @Test
  void thePrimaryIsReachedByItsName() throws NeedsEdit {
    assertThat(render("up{workload=\"{{ target }}-primary\"}"))
        .isEqualTo("up{workload=\"myapp-primary\"}");
  }

  @Test
  void bracesOfPromqlAreLeftAlone() throws NeedsEdit {
    assertThat(render("rate(x{a=\"}}\"}[{{ interval }}])")).isEqualTo("rate(x{a=\"}}\"}[1m30s])");
  }

  @Test
  void trimMarkersTakeTheWhiteSpaceAroundThem() throws NeedsEdit {
    assertThat(render("a  {{- target -}}  b")).isEqualTo("amyappb");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {{ tarjet }}            | its query uses '{{ tarjet }}' at line 1, column 4; known are: name, namespace,
          rate(x[5m]) / {{x}}     | its query uses '{{ x }}' at line 1, column 17; known are:
          {{ variables.missing }} | its query uses '{{ variables.missing }}' at line 1, column 4, which the canary's templateVariables do not give
          {{ if true }}           | its query uses '{{ if true }}' at line 1, column 4
          '{{ target | quote }}'  | its query uses '{{ target | quote }}' at line 1, column 4
          {{ .Values.target }}    | its query uses '{{ .Values.target }}' at line 1, column 4
          {{/* a comment */}}     | its query uses '{{ /* a comment */ }}' at line 1, column 3
          {{ index variables "a" }} | its query uses '{{ index variables "a" }}' at line 1, column 4
          {{ "}}" }}              | its query uses '{{ " }}' at line 1, column 4
          up{{ target             | its query opens '{{' at line 1, column 3 and never closes it
          '   '                   | its query is empty
          """)
  void aTemplateThatCannotBeUsedIsNamed(String template, String why) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOfSatisfying(
            NeedsEdit.class,
            e -> {
              assertThat(e.subject()).isEqualTo("metric template production/errors");
              assertThat(e)
                  .hasMessageStartingWith(
                      "metric template production/errors cannot be used: " + why);
            });
  }

  @Test
  void theLineIsNamedInALongQuery() {
    assertThatThrownBy(() -> render("sum(\n  rate(x{a=\"{{ what }}\"}[1m])\n)"))
        .hasMessageContaining("'{{ what }}' at line 2, column 16");
  }

  @Test
  void aQueryHasALimit() {
    assertThatThrownBy(() -> render("x".repeat(20_000)))
        .hasMessageContaining("longer than 16384 characters");
    assertThatThrownBy(() -> render("{{ variables.long }}".repeat(200)))
        .hasMessageContaining("longer than 16384 characters");
  }

  @Test
  void theBuiltInSuccessRateIsFlaggersQuery() throws NeedsEdit {
    var query =
        BuiltIn.SUCCESS_RATE.query(MeshQueries.of("istio"), Provider.prometheus("http://p"));

    assertThat(Template.render(query, MYAPP, Duration.ofMinutes(1)))
        .isEqualTo(
            "sum(rate(istio_requests_total{reporter=\"destination\","
                + "destination_workload_namespace=\"production\",destination_workload=~\"myapp\","
                + "response_code!~\"5.*\"}[1m])) / sum(rate(istio_requests_total{"
                + "reporter=\"destination\",destination_workload_namespace=\"production\","
                + "destination_workload=~\"myapp\"}[1m])) * 100");
  }

  @Test
  void theBuiltInDurationIsFlaggersQuery() throws NeedsEdit {
    var query = BuiltIn.DURATION.query(MeshQueries.of("istio"), Provider.prometheus("http://p"));

    assertThat(Template.render(query, MYAPP, Duration.ofMinutes(1)))
        .isEqualTo(
            "histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{"
                + "reporter=\"destination\",destination_workload_namespace=\"production\","
                + "destination_workload=~\"myapp\"}[1m])) by (le))");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gatewayapi:v1", "kubernetes"})
  void behindAGatewayAndWithoutAMeshTheBuiltInsAreWhatTheApplicationMeasures(String provided)
      throws Exception {
    var mesh = MeshQueries.of(provided);
    var provider = Provider.prometheus("http://p");
    var variables = Variables.of("production", "myapp", "myapp", "myapp");

    assertThat(
            Template.render(
                BuiltIn.SUCCESS_RATE.query(mesh, provider), variables, Duration.ofMinutes(1)))
        .isEqualTo(
            "sum(rate(http_request_duration_seconds_count{kubernetes_namespace=\"production\","
                + "kubernetes_pod_name=~\"myapp-([b-df-hj-np-tv-xz24-9]+-)?[b-df-hj-np-tv-xz24-9]+\",status!~\"5.*\"}[1m]))"
                + " / sum(rate(http_request_duration_seconds_count{kubernetes_namespace=\"production\","
                + "kubernetes_pod_name=~\"myapp-([b-df-hj-np-tv-xz24-9]+-)?[b-df-hj-np-tv-xz24-9]+\"}[1m])) * 100");
    assertThat(
            Template.render(
                BuiltIn.DURATION.query(mesh, provider), variables, Duration.ofMinutes(1)))
        .endsWith("by (le)) * 1000");
  }

  /// Flagger's own pattern takes the primary of a DaemonSet for the canary.
  @ParameterizedTest
  @CsvSource({
    "myapp-7d9f6c5b8d-x2k9z, true",
    "myapp-x2k9z, true",
    "myapp-primary-7d9f6c5b8d-x2k9z, false",
    "myapp-primary-x2k9z, false",
  })
  void theBuiltInsTellTheCanarysPodsFromThePrimarys(String pod, boolean counted) throws NeedsEdit {
    var query = BuiltIn.SUCCESS_RATE.query(MeshQueries.of("kubernetes"), Provider.prometheus("p"));
    var variables = Variables.of("production", "myapp", "myapp", "myapp");
    var rendered = Template.render(query, variables, Duration.ofMinutes(1));
    var pattern = rendered.replaceFirst("(?s).*?kubernetes_pod_name=~\"(.*?)\".*", "$1");

    assertThat(pod.matches(pattern)).isEqualTo(counted);
  }

  @Test
  void aMeshWithoutKnownMetricsIsNotGuessed() {
    assertThatThrownBy(() -> MeshQueries.of("itsio"))
        .hasMessage(
            "mesh provider 'itsio' has no built-in metrics; those of istio, gatewayapi:v1, kubernetes are known");
  }

  @Test
  void aMetricThatIsNotBuiltInNeedsAQuery() {
    assertThat(BuiltIn.named("request-duration")).contains(BuiltIn.DURATION);
    assertThat(BuiltIn.named("request-durations")).isEmpty();
  }

  @Test
  void theOldSingleThresholdStillMeansWhatItMeant() {
    assertThat(BuiltIn.SUCCESS_RATE.bound(null, null, 99).words()).isEqualTo("at least 99%");
    assertThat(BuiltIn.DURATION.bound(null, null, 500).words()).isEqualTo("at most 500ms");
    assertThat(Bound.custom(null, null, 5).words()).isEqualTo("at most 5");
    assertThat(BuiltIn.DURATION.bound(1.0, 500.0, 7).words()).isEqualTo("between 1ms and 500ms");
  }

  private static String render(String template) throws NeedsEdit {
    var query =
        MetricQuery.custom(
            "metric template production/errors",
            Provider.prometheus("http://prometheus:9090"),
            template,
            Map.of("userRevision", "42", "long", "x".repeat(500)));
    return Template.render(query, MYAPP, Duration.ofSeconds(90));
  }
}
