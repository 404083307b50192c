package dev.sluice.controller.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.analysis.Http;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.PlaygroundCluster;
import dev.sluice.controller.virtual.VirtualController;
import dev.sluice.crds.ObjectRef;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.virtual.VirtualWorld;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The shipped rights: the same everywhere, enough for what the controller does, and explained.
class RightsTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));

  private static final ObjectMapper JSON = new ObjectMapper();

  /// Rights that the road below does not come by, and what needs them.
  private static final Map<String, String> ELSEWHERE =
      Map.ofEntries(
          Map.entry("impersonate serviceaccounts", "GitSyncReconcilerTest"),
          Map.entry("patch gitsyncs/status.sluice.dev", "GitSyncReconcilerTest"),
          Map.entry("list gitsyncs.sluice.dev", "Controller watches it"),
          Map.entry("watch gitsyncs.sluice.dev", "Controller watches it"),
          Map.entry("get alertproviders.flagger.app", "AlertsTest"),
          Map.entry("get canaries.flagger.app", "a finalizer is put on and taken off"),
          Map.entry("patch canaries.flagger.app", "a finalizer is put on and taken off"),
          Map.entry("update canaries/finalizers.flagger.app", "blockOwnerDeletion, if checked"),
          Map.entry("list endpointslices.discovery.k8s.io", "ServiceTargetStoryTest"),
          Map.entry("watch endpointslices.discovery.k8s.io", "ServiceTargetStoryTest"),
          Map.entry("list daemonsets.apps", "DaemonSetStoryTest"),
          Map.entry("watch daemonsets.apps", "DaemonSetStoryTest"),
          Map.entry("get daemonsets.apps", "DaemonSetStoryTest"),
          Map.entry("create daemonsets.apps", "DaemonSetStoryTest"),
          Map.entry("update daemonsets.apps", "DaemonSetStoryTest"),
          Map.entry("patch daemonsets.apps", "DaemonSetStoryTest"),
          Map.entry("patch services", "a Canary that is deleted leaves its objects behind"),
          Map.entry("patch configmaps", "a Canary that is deleted leaves its objects behind"),
          Map.entry("patch secrets", "a Canary that is deleted leaves its objects behind"),
          Map.entry("patch horizontalpodautoscalers.autoscaling", "as above"),
          Map.entry("patch virtualservices.networking.istio.io", "as above"),
          Map.entry("patch destinationrules.networking.istio.io", "as above"),
          Map.entry("patch httproutes.gateway.networking.k8s.io", "as above"),
          Map.entry("get httproutes.gateway.networking.k8s.io", "GatewayApiStoryTest"),
          Map.entry("list httproutes.gateway.networking.k8s.io", "GatewayApiStoryTest"),
          Map.entry("watch httproutes.gateway.networking.k8s.io", "GatewayApiStoryTest"),
          Map.entry("create httproutes.gateway.networking.k8s.io", "GatewayApiStoryTest"),
          Map.entry("update httproutes.gateway.networking.k8s.io", "GatewayApiStoryTest"),
          Map.entry("update destinationrules.networking.istio.io", "an edited trafficPolicy"),
          Map.entry("update horizontalpodautoscalers.autoscaling", "AutoscalerStoryTest"),
          Map.entry("delete horizontalpodautoscalers.autoscaling", "AutoscalerStoryTest"),
          Map.entry("get scaledobjects.keda.sh", "KedaStoryTest"),
          Map.entry("list scaledobjects.keda.sh", "KedaStoryTest"),
          Map.entry("watch scaledobjects.keda.sh", "KedaStoryTest"),
          Map.entry("create scaledobjects.keda.sh", "KedaStoryTest"),
          Map.entry("update scaledobjects.keda.sh", "KedaStoryTest"),
          Map.entry("patch scaledobjects.keda.sh", "KedaStoryTest"),
          Map.entry("delete scaledobjects.keda.sh", "KedaStoryTest"),
          Map.entry("create poddisruptionbudgets.policy", "BudgetStoryTest"),
          Map.entry("update poddisruptionbudgets.policy", "BudgetStoryTest"),
          Map.entry("delete poddisruptionbudgets.policy", "BudgetStoryTest"),
          Map.entry(
              "patch poddisruptionbudgets.policy",
              "a Canary that is deleted leaves its objects behind"));

  @Test
  void oneNamespaceNeedsTheSameRightsAsAll() {
    assertThat(ShippedRole.rules("deploy/kustomize/namespaced/role.yaml", "Role"))
        .isEqualTo(ShippedRole.rules("deploy/kustomize/cluster-wide/role.yaml", "ClusterRole"));
  }

  @Test
  void theChartHasTheRulesAndDefinitionsOfTheseFiles() throws IOException {
    Path files = ROOT.resolve("deploy/chart/sluice/files");
    assertThat(Files.readString(files.resolve("role.yaml")))
        .isEqualTo(Files.readString(ROOT.resolve("deploy/kustomize/cluster-wide/role.yaml")));
    try (var shipped = Files.list(ROOT.resolve("deploy/crds"))) {
      for (Path definition : shipped.toList()) {
        assertThat(Files.readString(files.resolve("crds").resolve(definition.getFileName())))
            .isEqualTo(Files.readString(definition));
      }
    }
  }

  @Test
  void nothingIsAllowedWithAStar() {
    assertThat(ShippedRole.clusterWide().allowed()).noneMatch(right -> right.contains("*"));
  }

  @Test
  void aCallThatTheRoleDoesNotAllowIsRefused() throws IOException {
    try (VirtualWorld world = VirtualWorld.seeded(1, ROOT)) {
      Cluster cluster =
          PlaygroundCluster.over(
              ShippedRole.clusterWide().before(world.api()), List.of(), (kind, object) -> {});
      ObjectRef any = new ObjectRef(VirtualWorld.NAMESPACE, "any");
      assertThat(cluster.get(Kind.SECRET, any)).isEmpty();
      assertThatThrownBy(() -> cluster.delete(Kind.SECRET, any, Optional.empty()))
          .isInstanceOf(ClusterFailure.Refused.class)
          .hasMessageContaining("does not allow: delete secrets");
      assertThatThrownBy(
              () -> cluster.patchStatus(Kind.DEPLOYMENT, any, Map.of("replicas", 1), "1"))
          .hasMessageContaining("does not allow: patch deployments/status.apps");
    }
  }

  /// Onboarded with config and autoscaler, released, edited: no call is refused.
  @Test
  void theRoleSufficesForARolloutAndHoldsLittleElse() throws IOException {
    Set<String> used = new TreeSet<>();
    try (VirtualWorld world = VirtualWorld.seeded(3, ROOT)) {
      VirtualController controller =
          new VirtualController(
              world.faultyApi(),
              new VirtualController.Outside(
                  RightsTest::allIsWell,
                  (canary, hook, phase, revision) -> Optional.empty(),
                  (canary, standing, announcement, at) -> {}),
              Duration.ofSeconds(1),
              world.clock());
      world.add(
          new VirtualWorld.Part() {
            @Override
            public Optional<Instant> nextDue() {
              return controller.nextDue();
            }

            @Override
            public void run(Instant now) {
              controller.look();
            }
          });
      Cluster people = PlaygroundCluster.over(world.api(), List.of(), (kind, object) -> {});
      apply(people, APP.formatted("1.0.0", "blue"));
      world.advance(Duration.ofSeconds(10));
      apply(people, CANARY);
      runUntil(world, "Initialized");
      apply(people, APP.formatted("1.1.0", "green"));
      runUntil(world, "Succeeded");
      apply(people, CANARY.replace("port: 80,", "port: 81,"));
      world.advance(Duration.ofMinutes(1));
      assertThat(controller.failures()).noneMatch(failure -> failure.contains("forbidden"));
      used.addAll(controller.rightsUsed());
    }
    Set<String> unexplained = new TreeSet<>(ShippedRole.clusterWide().allowed());
    unexplained.removeAll(used);
    unexplained.removeAll(ELSEWHERE.keySet());
    assertThat(unexplained).as("rights that nothing needs").isEmpty();
  }

  @Test
  void thePageForPeopleNamesEveryRight() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/how-to/install.md"));
    for (JsonNode rule :
        ShippedRole.rules("deploy/kustomize/cluster-wide/role.yaml", "ClusterRole")) {
      for (JsonNode resource : rule.path("resources")) {
        assertThat(page).contains("`" + resource.asText() + "`");
      }
    }
  }

  private static final String APP =
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: web, namespace: production}
      data: {VERSION: "%1$s"}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: web, namespace: production}
      stringData: {COLOR: "%2$s"}
      ---
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web, namespace: production, annotations: {color: "%2$s"}}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        minReplicas: 2
        maxReplicas: 4
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
      ---
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: production, labels: {app: web}}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - name: web
              image: "registry.example.com/web:%1$s"
              ports: [{containerPort: 8080}]
              envFrom: [{configMapRef: {name: web}}, {secretRef: {name: web}}]
      """;

  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: web, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        autoscalerRef: {apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, name: web}
        service: {port: 80, targetPort: 8080}
        analysis: {interval: 10s, threshold: 3, maxWeight: 50, stepWeight: 25}
      """;

  /// As people do it, with all rights.
  private static void apply(Cluster people, String yaml) throws IOException {
    for (JsonNode object : Manifests.read(yaml)) {
      Kind kind =
          people
              .resolve(object.path("apiVersion").asText(), object.path("kind").asText())
              .orElseThrow();
      people.apply(
          kind, JSON.convertValue(object, GenericKubernetesResource.class), "kubectl", true, false);
    }
  }

  private static void runUntil(VirtualWorld world, String phase) {
    Instant end = world.now().plus(Duration.ofMinutes(5));
    while (!phase(world).equals(phase)) {
      assertThat(world.now()).as("%s%n%s", phase(world), world.events()).isBefore(end);
      world.advance(Duration.ofSeconds(1));
    }
  }

  private static String phase(VirtualWorld world) {
    return world
        .get("/apis/flagger.app/v1beta1/namespaces/production/canaries/web")
        .orElseThrow()
        .at("/status/phase")
        .asText();
  }

  private static Http.Response allIsWell(Http.Request request) {
    return new Http.Response(
        200,
        """
        {"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"100"]}]}}
        """
            .getBytes(StandardCharsets.UTF_8));
  }
}
