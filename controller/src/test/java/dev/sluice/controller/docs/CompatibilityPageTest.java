package dev.sluice.controller.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.PolicyReader;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `docs/reference/flagger-compatibility.md` says what becomes of every field, and what it says of
/// a field behind a mesh is what a Canary with that field is told.
class CompatibilityPageTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final List<String> MESHES = List.of("istio", "gatewayapi:v1", "kubernetes");

  /// A piece of a spec for each field of the page; the rest of the spec is as little as works.
  private static final Map<String, String> SAMPLES = new TreeMap<>();

  static {
    sample("metricsServer", "metricsServer: http://prometheus:9090");
    sample("ingressRef", "ingressRef: {apiVersion: networking.k8s.io/v1, kind: Ingress, name: a}");
    sample("routeRef", "routeRef: {apiVersion: apisix.apache.org/v2, kind: ApisixRoute, name: a}");
    sample("upstreamRef", "upstreamRef: {apiVersion: gloo.solo.io/v1, kind: Upstream, name: a}");
    sample("progressDeadlineSeconds", "progressDeadlineSeconds: 60");
    sample("skipAnalysis", "skipAnalysis: true");
    sample("revertOnDeletion", "revertOnDeletion: true");
    sample("suspend", "suspend: true");
    sample(
        "autoscalerRef",
        "autoscalerRef: {apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, name: a, primaryScalerReplicas: {minReplicas: 2}}");
    sample(
        "autoscalerRef.primaryScalerQueries",
        "autoscalerRef: {apiVersion: keda.sh/v1alpha1, kind: ScaledObject, name: a, primaryScalerQueries: {q: up}}");
    service("name", "shop");
    service("portName", "http-web");
    service("targetPort", "8080");
    service("appProtocol", "http");
    service("portDiscovery", "true");
    service("headless", "true");
    service("trafficDistribution", "PreferClose");
    service("hosts", "[shop.example.com]");
    service("gateways", "[mesh, public]");
    service("gatewayRefs", "[{name: public}]");
    service("delegation", "true");
    service("match", "[{uri: {prefix: /shop}}]");
    sample("service.rewrite.uri", "service: {rewrite: {uri: /}}");
    sample("service.rewrite.authority", "service: {rewrite: {authority: shop.example.com}}");
    sample("service.rewrite.type", "service: {rewrite: {uri: /, type: ReplacePrefixMatch}}");
    service("timeout", "5s");
    service("backendTimeout", "5s");
    service("retries", "{attempts: 2}");
    service("headers", "{request: {add: {a: b}}}");
    service("corsPolicy", "{allowOrigins: [{exact: https://example.com}]}");
    service("trafficPolicy", "{loadBalancer: {simple: RANDOM}}");
    service("mirror", "[{backendRef: {name: other, port: 80}}]");
    service("meshName", "mesh");
    service("backends", "[a]");
    service("apex", "{labels: {a: b}}");
    service("primary", "{labels: {a: b}}");
    service("canary", "{labels: {a: b}}");
    service("unmanagedMetadata", "{labels: [a]}");
    analysis("interval", "30s");
    analysis("threshold", "2");
    analysis("iterations", "3");
    analysis("stepWeight", "10");
    analysis("stepWeights", "[10, 20]");
    sample("analysis.maxWeight", "analysis: {stepWeight: 10, maxWeight: 50}");
    sample("analysis.stepWeightPromotion", "analysis: {stepWeight: 10, stepWeightPromotion: 50}");
    sample("analysis.mirror", "analysis: {iterations: 3, mirror: true}");
    sample("analysis.mirrorWeight", "analysis: {iterations: 3, mirror: true, mirrorWeight: 50}");
    sample(
        "analysis.match", "analysis: {iterations: 3, match: [{headers: {a: {exact: insider}}}]}");
    sample(
        "analysis.sessionAffinity", "analysis: {stepWeight: 10, sessionAffinity: {cookieName: c}}");
    analysis("primaryReadyThreshold", "50");
    analysis("canaryReadyThreshold", "50");
    analysis("metrics", "[{name: request-success-rate, thresholdRange: {min: 99}}]");
    analysis("alerts", "[{name: a, providerRef: {name: a}}]");
    analysis("webhooks", "[{name: a, url: 'http://example.com/'}]");
  }

  private static void service(String field, String value) {
    sample("service." + field, "service: {%s: %s}".formatted(field, value));
  }

  private static void analysis(String field, String value) {
    sample("analysis." + field, "analysis: {%s: %s}".formatted(field, value));
  }

  private static void sample(String field, String yaml) {
    SAMPLES.put(field, yaml);
  }

  /// @param fields as the first column names them
  /// @param fates what the page says, by mesh
  record Row(List<String> fields, List<String> fates) {}

  static Stream<Row> rows() throws IOException {
    return page()
        .lines()
        .filter(line -> line.startsWith("| `") && line.split("\\|").length >= 6)
        .map(line -> line.split(" *\\| *"))
        .map(cells -> new Row(codes(cells[1]), List.of(cells[2], cells[3], cells[4])))
        .filter(row -> Set.of("acted on", "warned", "refused").containsAll(row.fates()));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void aCanaryIsToldWhatThePageSays(Row row) throws IOException {
    for (String written : row.fields()) {
      String field = written.replace("[]", "").replace(".*", "");
      if (Set.of("provider", "targetRef", "service.port").contains(field)) {
        continue; // in every sample
      }
      String sample = field.startsWith("autoscalerRef") ? nearest(field) : field;
      assertThat(SAMPLES).as("a sample of " + field).containsKey(sample);
      for (int i = 0; i < MESHES.size(); i++) {
        assertThat(fate(MESHES.get(i), SAMPLES.get(sample), "spec." + field))
            .as("%s on %s", field, MESHES.get(i))
            .isEqualTo(row.fates().get(i));
      }
    }
  }

  private static String nearest(String field) {
    return SAMPLES.containsKey(field) ? field : "autoscalerRef";
  }

  private static String fate(String provider, String sample, String field) throws IOException {
    ObjectNode object =
        (ObjectNode)
            YAML.readTree(
                """
                apiVersion: flagger.app/v1beta1
                kind: Canary
                metadata: {name: myapp, namespace: production}
                spec:
                  provider: %s
                  targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
                  service: {port: 80}
                  analysis: {interval: 1m, threshold: 5}
                """
                    .formatted(provider));
    ObjectNode spec = (ObjectNode) object.path("spec");
    Pieces.merge(spec, YAML.readTree(sample));
    ObjectNode analysis = (ObjectNode) spec.path("analysis");
    if (Stream.of("iterations", "stepWeight", "stepWeights").noneMatch(analysis::has)) {
      analysis.put("iterations", 3);
    }
    ObjectNode service = (ObjectNode) spec.path("service");
    if (provider.startsWith("gatewayapi") && !service.has("gatewayRefs")) {
      service.putArray("gatewayRefs").addObject().put("name", "public");
    }
    Canary canary = Canary.read(object);
    Mesh mesh = Meshes.named(provider);
    Plan plan = PolicyReader.read(canary.spec(), Settings.DEFAULT, mesh);
    List<String> refused = new ArrayList<>();
    List<String> warned = new ArrayList<>();
    switch (plan) {
      case Plan.Valid valid -> valid.warnings().forEach(w -> warned.add(w.field()));
      case Plan.Invalid invalid ->
          invalid.problems().stream().map(Problem::field).forEach(refused::add);
    }
    mesh.problems(canary).forEach(problem -> refused.add(problem.field()));
    mesh.warnings(canary).forEach(warning -> warned.add(warning.field()));
    return refused.stream().anyMatch(f -> isAbout(f, field))
        ? "refused"
        : warned.stream().anyMatch(f -> isAbout(f, field)) ? "warned" : "acted on";
  }

  /// Whether what was named is the field, something in it, or what it is in.
  private static boolean isAbout(String named, String field) {
    return (named + ".").startsWith(field + ".")
        || named.startsWith(field + "[")
        || (field.startsWith(named + ".") && !named.equals("spec.analysis"));
  }

  @Test
  void everyFieldOfTheDefinitionsIsOnThePage() throws IOException {
    Set<String> named = new HashSet<>(codes(page()));
    Set<String> missing = new TreeSet<>();
    for (String definition : List.of("canaries", "metrictemplates", "alertproviders")) {
      JsonNode schema =
          YAML.readTree(
              Files.readString(
                  ROOT.resolve("deploy/crds").resolve(definition + ".flagger.app.yaml")));
      fields("", schema.at("/spec/versions/0/schema/openAPIV3Schema/properties/spec"))
          .filter(field -> !isNamed(field, named))
          .forEach(field -> missing.add(definition + " " + field));
    }
    assertThat(missing).isEmpty();
  }

  private static boolean isNamed(String field, Set<String> named) {
    if (named.contains(field) || named.contains(field + ".*") || named.contains(field + "[]")) {
      return true;
    }
    if (field.endsWith("[]")) {
      return isNamed(field.substring(0, field.length() - 2), named);
    }
    int dot = field.lastIndexOf('.');
    return dot > 0 && isNamedWhole(field.substring(0, dot), named);
  }

  private static boolean isNamedWhole(String parent, Set<String> named) {
    if (named.contains(parent + ".*") || named.contains(parent)) {
      return true;
    }
    int dot = parent.lastIndexOf('.');
    return dot > 0 && isNamedWhole(parent.substring(0, dot), named);
  }

  /// The leaves, `a.b[].c`.
  private static Stream<String> fields(String prefix, JsonNode schema) {
    JsonNode items = schema.path("items");
    if (items.has("properties")) {
      return fields(prefix + "[]", items);
    }
    return schema.has("properties")
        ? schema.path("properties").properties().stream()
            .flatMap(entry ->
                fields(
                    prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey(),
                    entry.getValue()))
        : Stream.of(items.isMissingNode() ? prefix : prefix + "[]");
  }

  private static String page() throws IOException {
    return Files.readString(ROOT.resolve("docs/reference/flagger-compatibility.md"));
  }

  private static List<String> codes(String text) {
    return CODE.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
  }
}
