package dev.sluice.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.crds.shape.Definition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTest {

  @Test
  void everythingThatFlaggerRanIsTakenAndNothingOfItIsPruned() {
    var objects = new ArrayList<JsonNode>();
    objects.addAll(Manifests.all("flagger-manifests.yaml", "Canary"));
    objects.addAll(Manifests.all("flagger-canaries.yaml"));
    assertThat(objects).hasSizeGreaterThan(15);
    for (JsonNode canary : objects) {
      assertThat(complaints(Canary.class, canary)).as("%s", canary.at("/metadata/name")).isEmpty();
    }
    List<JsonNode> providers = Manifests.all("flagger-manifests.yaml", "AlertProvider");
    assertThat(providers).isNotEmpty();
    providers.forEach(provider -> assertThat(complaints(AlertProvider.class, provider)).isEmpty());
    assertThat(AlertProvider.read(providers.getFirst()).spec().secretRef())
        .isEqualTo(new LocalRef("slack-url"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{interval: 1m, threshold: 5, stepWeight: 10, iterations: 3}",
        "{interval: 1m, threshold: 5, maxWeight: 50}",
        "{interval: 1m, stepWeight: 10}",
        "{threshold: 5, stepWeight: 10}",
        "{interval: 1m, threshold: 5, stepWeight: 10, steps: [{setWeight: 5}]}",
        "{interval: 1m, threshold: 5, stepWeights: [10], steps: [{setWeight: 5}]}",
        "{interval: 1m, threshold: 5, iterations: 3, steps: [{setWeight: 5}]}"
      })
  void anAnalysisIsOneOfFourKinds(String analysis) {
    assertThat(complaints(Canary.class, canary(analysis)))
        .containsExactly("spec.analysis: not exactly one of its sets of fields");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{setWeight: 0} |",
        "{pause: {}} |",
        "{pause: {duration: 1h30m}, interval: 5m} |",
        "{analysis: {count: 3, metrics: [request-success-rate]}} |",
        "{} | : not exactly one of its sets of fields",
        "{setWeight: 5, pause: {}} | : not exactly one of its sets of fields",
        "{interval: 5m} | : not exactly one of its sets of fields",
        "{pause: {duration: soon}} | .pause.duration: pattern",
      })
  void aStepIsOneThing(String step, @Nullable String complaint) {
    var complaints =
        complaints(
            Canary.class,
            canary("{interval: 1m, threshold: 5, steps: [{setWeight: 5}, " + step + "]}"));

    assertThat(complaints)
        .isEqualTo(complaint == null ? List.of() : List.of("spec.analysis.steps[1]" + complaint));
  }

  @Test
  void theWaysOfFlaggersSchemaAreKept() {
    assertThat(complaints(Canary.class, canary("{interval: 1m30s, threshold: 5, stepWeight: 1}")))
        .isEmpty();
    assertThat(complaints(Canary.class, canary("{interval: 1h, threshold: 5, stepWeight: 1}")))
        .containsExactly("spec.analysis.interval: pattern");
    assertThat(
            complaints(
                Canary.class,
                canary(
                    "{interval: 1m, threshold: 5, stepWeight: 1, webhooks: [{name: a, url: b, type:"
                        + " ''}], alerts: [{name: a, severity: '', providerRef: {name: b}}]}")))
        .isEmpty();
  }

  @Test
  void onlyOurOwnKindsNeedASpecToBeStored() {
    for (var kind : CustomResources.KINDS) {
      JsonNode root = Definition.of(kind).at("/spec/versions/0/schema/openAPIV3Schema");
      boolean ours = Definition.of(kind).at("/spec/group").asText().equals("sluice.dev");
      assertThat(root.has("required")).as("%s", kind).isEqualTo(ours);
    }
  }

  @Test
  void aMetricTemplateOfFlaggersIsTaken() {
    JsonNode template =
        Manifests.yaml(
            """
            apiVersion: flagger.app/v1beta1
            kind: MetricTemplate
            metadata: {name: errors, namespace: production}
            spec:
              provider:
                type: prometheus
                address: http://prometheus.istio-system:9090
                headers: {X-Scope-OrgID: [tenant]}
                secretRef: {name: credentials}
                insecureSkipVerify: true
              query: sum(rate(errors_total{namespace="{{ namespace }}"}[{{ interval }}]))
            """);

    assertThat(complaints(MetricTemplate.class, template)).isEmpty();
    assertThat(MetricTemplate.read(template).spec().provider().headers())
        .containsEntry("X-Scope-OrgID", List.of("tenant"));
  }

  @Test
  void aGitSyncIsReadAndItsStatusWrittenBack() {
    JsonNode sync =
        Manifests.yaml(
            """
            apiVersion: sluice.dev/v1alpha1
            kind: GitSync
            metadata: {name: delivery, namespace: production, generation: 2}
            spec:
              url: https://git.example.com/delivery.git
              ref: {branch: main}
              path: ./production/
              interval: 1m
              prune: true
              secretRef: {name: git}
              serviceAccountName: deployer
            status:
              observedGeneration: 2
              conditions:
              - {type: Ready, status: 'True', reason: ReconciliationSucceeded, message: Applied.,
                 lastTransitionTime: '2026-11-21T12:00:00Z', observedGeneration: 2}
              lastAttemptedRevision: main@sha1:1f2e3d4c5b6a79880706f5e4d3c2b1a098f7e6d5
              lastAppliedRevision: main@sha1:1f2e3d4c5b6a79880706f5e4d3c2b1a098f7e6d5
              inventory: {entries: [{id: production_myapp_apps_Deployment, v: v1}]}
            """);

    assertThat(complaints(GitSync.class, sync)).isEmpty();
    GitSync read = GitSync.read(sync);
    assertThat(read.spec().folder()).isEqualTo("production");
    assertThat(read.status().condition("Ready").orElseThrow().isTrue()).isTrue();
    assertThat(read.status().inventory())
        .isEqualTo(
            new GitSync.Inventory(
                List.of(new GitSync.Entry("production_myapp_apps_Deployment", "v1"))));
    assertThat(Manifests.yaml(dev.sluice.crds.shape.Binding.write(read.status()).toString()))
        .isEqualTo(sync.get("status"));
  }

  private static JsonNode canary(String analysis) {
    return Manifests.yaml(
        """
        metadata: {name: myapp}
        spec:
          targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
          service: {port: 80}
          analysis: %s
        """
            .formatted(analysis));
  }

  /// What an API server would refuse or prune.
  private static List<String> complaints(Class<? extends Record> kind, JsonNode object) {
    ObjectNode definition = Definition.of(kind);
    JsonNode schema = definition.at("/spec/versions/0/schema/openAPIV3Schema");
    var complaints = new ArrayList<String>();
    for (String part : List.of("spec", "status")) {
      if (object.has(part)) {
        complain(schema.path("properties").path(part), object.get(part), part, complaints);
      }
    }
    return complaints;
  }

  private static void complain(JsonNode schema, JsonNode value, String path, List<String> out) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      if (!value.isIntegralNumber() && !value.isTextual()) {
        out.add(path + ": neither number nor text");
      }
      return;
    }
    boolean rightType =
        switch (schema.path("type").asText()) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "string" -> value.isTextual();
          case "boolean" -> value.isBoolean();
          case "integer" -> value.isIntegralNumber();
          case "number" -> value.isNumber();
          default -> false;
        };
    if (!rightType) {
      out.add(path + ": type");
      return;
    }
    if (schema.has("enum") && !contains(schema.get("enum"), value)) {
      out.add(path + ": enum");
    }
    if (schema.has("pattern")
        && !Pattern.compile(schema.get("pattern").asText()).matcher(value.asText()).find()) {
      out.add(path + ": pattern");
    }
    if (schema.has("oneOf")) {
      int fulfilled = 0;
      for (JsonNode set : schema.get("oneOf")) {
        boolean all = true;
        for (JsonNode name : set.path("required")) {
          all &= value.has(name.asText());
        }
        fulfilled += all ? 1 : 0;
      }
      if (fulfilled != 1) {
        out.add(path + ": not exactly one of its sets of fields");
      }
    }
    for (JsonNode name : schema.path("required")) {
      if (!value.has(name.asText())) {
        out.add(path + "." + name.asText() + ": required");
      }
    }
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        complain(schema.path("items"), value.get(i), path + "[" + i + "]", out);
      }
    } else if (value.isObject()) {
      for (Map.Entry<String, JsonNode> entry : value.properties()) {
        JsonNode inner =
            schema.has("properties")
                ? schema.path("properties").path(entry.getKey())
                : schema.path("additionalProperties");
        if (inner.isMissingNode()) {
          out.add(path + "." + entry.getKey() + ": pruned");
        } else {
          complain(inner, entry.getValue(), path + "." + entry.getKey(), out);
        }
      }
    }
  }

  private static boolean contains(JsonNode list, JsonNode value) {
    for (JsonNode element : list) {
      if (element.equals(value)) {
        return true;
      }
    }
    return false;
  }
}
