package dev.sluice.controller.target;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where a primary's pods run, of a target `myapp` whose pods have `app: shop`.
class PlacementTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final PrimaryCopy COPY = new PrimaryCopy("myapp", "app", "shop", Map.of());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{matchLabels: {app: shop, tier: web}} | {matchLabels: {app: shop-primary, tier: web}}",
        "{matchLabels: {app: cache}} | {matchLabels: {app: cache}}",
        "{matchLabels: {run: shop}} | {matchLabels: {run: shop}}",
        "{matchExpressions: [{key: app, operator: In, values: [shop, cache]}]} | {matchExpressions: [{key: app, operator: In, values: [shop-primary, cache]}]}",
        "{matchExpressions: [{key: app, operator: NotIn, values: [shop]}]} | {matchExpressions: [{key: app, operator: NotIn, values: [shop-primary]}]}",
        "{matchExpressions: [{key: app, operator: Exists}]} | {matchExpressions: [{key: app, operator: Exists}]}"
      })
  void selectorsThatFindTheTargetsPodsFindThePrimarys(String found, String wanted)
      throws IOException {
    for (String rule :
        new String[] {
          "{topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, matchLabelKeys: [pod-template-hash], labelSelector: %s}]}",
          "{affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: host, labelSelector: %s}]}}}",
          "{affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: host, labelSelector: %s}}]}}}",
          "{affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, mismatchLabelKeys: [team], labelSelector: %s}]}}}",
          "{affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: zone, labelSelector: %s}}]}}}"
        }) {
      assertThat(COPY.template(template(rule.formatted(found))).path("spec"))
          .isEqualTo(template(rule.formatted(wanted)).path("spec"));
    }
  }

  @ParameterizedTest
  @CsvSource({"podAffinity, shop", "podAffinity, shop-primary", "podAntiAffinity, shop"})
  void aPrimaryThatOlderRulesOrFlaggerPlacedRunsWhatTheTargetRuns(String kind, String value)
      throws IOException {
    String rule =
        "{affinity: {%s: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: zone, labelSelector: {matchLabels: {app: %s}}}]}}}";
    JsonNode primary = primary(rule.formatted(kind, value));

    assertThat(COPY.matches(template(rule.formatted(kind, "shop")), primary)).isTrue();
    assertThat(COPY.matches(template(rule.formatted(kind, "cache")), primary)).isFalse();
  }

  @Test
  void aPlacementThatIsEditedIsANewRevision() throws IOException {
    String rule = "{topologySpreadConstraints: [{maxSkew: %d, topologyKey: zone}]}";

    assertThat(COPY.matches(template(rule.formatted(1)), primary(rule.formatted(1)))).isTrue();
    assertThat(COPY.matches(template(rule.formatted(2)), primary(rule.formatted(1)))).isFalse();
  }

  private static JsonNode template(String spec) throws IOException {
    return YAML.readTree("{metadata: {labels: {app: shop}}, spec: %s}".formatted(spec));
  }

  private static JsonNode primary(String spec) throws IOException {
    return YAML.readTree("{metadata: {labels: {app: shop-primary}}, spec: %s}".formatted(spec));
  }
}
