package dev.sluice.controller.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cli.ShippedCommand;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What helm and kubectl make of `deploy/`, where these programs are installed.
class RenderedTest {
  @TempDir Path scratch;

  private Rendered chart(String... values) throws Exception {
    assumeTrue(Rendered.has("helm"), "skipped: helm is not on the PATH");
    return Rendered.chart(scratch, values);
  }

  private Rendered kustomization(String folder) throws Exception {
    assumeTrue(Rendered.has("kubectl"), "skipped: kubectl is not on the PATH");
    return Rendered.kustomization(scratch, "deploy/kustomize/" + folder);
  }

  // ---- the chart ----

  @Test
  void helmFindsNothingToComplainAbout() throws Exception {
    assumeTrue(Rendered.has("helm"), "skipped: helm is not on the PATH");
    Rendered lint =
        Rendered.by(
            scratch,
            List.of("helm", "lint", "--strict", "--kube-version", "1.33.0", "deploy/chart/sluice"));
    assertThat(lint.said()).contains("0 chart(s) failed");
    assertThat(lint.succeeded()).isTrue();
  }

  @Test
  void theChartAsItIsRunsTwoReplicasForAllNamespaces() throws Exception {
    Rendered rendered = chart();
    assertThat(rendered.kinds())
        .containsExactly(
            "ClusterRole",
            "ClusterRoleBinding",
            "Deployment",
            "PodDisruptionBudget",
            "Role",
            "RoleBinding",
            "Service",
            "ServiceAccount");
    thenItCanRun(rendered);
    assertThat(rendered.the("Deployment").at("/spec/replicas").asInt()).isEqualTo(2);
    assertThat(rendered.the("ClusterRole").path("rules"))
        .isEqualTo(ShippedRole.rules("deploy/kustomize/cluster-wide/role.yaml", "ClusterRole"));
    assertThat(rendered.the("Role").path("rules"))
        .as("the lease in its own namespace")
        .isEqualTo(ShippedRole.rules("deploy/kustomize/base/lease-role.yaml", "Role"));
    assertThat(rendered.args())
        .contains("--leader-election=on", "--leader-election-name=sluice")
        .noneMatch(arg -> arg.startsWith("--namespace"));
  }

  @Test
  void forOneNamespaceTheChartAsksForNothingOutsideIt() throws Exception {
    Rendered rendered = chart("namespace=shop", "gitSync.serviceAccounts={deployer}");
    assertThat(rendered.kinds()).noneMatch(kind -> kind.startsWith("Cluster"));
    assertThat(rendered.args()).contains("--namespace=shop");
    thenItCanRun(rendered);
    ObjectNode role =
        rendered.objects().stream()
            .filter(object -> object.path("kind").asText().equals("Role"))
            .filter(object -> object.at("/metadata/namespace").asText().equals("shop"))
            .findFirst()
            .orElseThrow();
    assertThat(role.path("rules"))
        .anySatisfy(rule -> {
          assertThat(rule.path("verbs").toString()).isEqualTo("[\"impersonate\"]");
          assertThat(rule.path("resourceNames").toString()).isEqualTo("[\"deployer\"]");
        });
  }

  @Test
  void aSlackHookNeverStandsInTheDeployment() throws Exception {
    Rendered rendered = chart("slack.url=https://hooks.slack.test/secret", "slack.channel=on-call");
    thenItCanRun(rendered);
    assertThat(rendered.the("Deployment").toString()).doesNotContain("hooks.slack.test");
    assertThat(rendered.the("Secret").at("/stringData/url").asText())
        .isEqualTo("https://hooks.slack.test/secret");
    assertThat(rendered.container().at("/env/0/valueFrom/secretKeyRef/name").asText())
        .isEqualTo(rendered.the("Secret").at("/metadata/name").asText());
    Rendered named = chart("slack.secretName=mine", "slack.channel=on-call");
    assertThat(named.kinds()).doesNotContain("Secret");
    assertThat(named.container().at("/env/0/valueFrom/secretKeyRef/name").asText())
        .isEqualTo("mine");
  }

  @Test
  void anEventWebhookNeverStandsInTheDeployment() throws Exception {
    Rendered rendered = chart("eventWebhook.url=https://events.test/secret");
    thenItCanRun(rendered);
    assertThat(rendered.the("Deployment").toString()).doesNotContain("events.test");
    assertThat(rendered.the("Secret").at("/stringData/url").asText())
        .isEqualTo("https://events.test/secret");
    assertThat(rendered.container().at("/env/0/name").asText()).isEqualTo("EVENT_WEBHOOK_URL");
    assertThat(rendered.container().at("/env/0/valueFrom/secretKeyRef/name").asText())
        .isEqualTo(rendered.the("Secret").at("/metadata/name").asText());
    Rendered named = chart("eventWebhook.secretName=mine");
    assertThat(named.kinds()).doesNotContain("Secret");
    assertThat(named.container().at("/env/0/valueFrom/secretKeyRef/name").asText())
        .isEqualTo("mine");
    assertThat(chart("eventWebhook.url=https://e.test", "eventWebhook.secretName=mine").said())
        .contains("eventWebhook.url and eventWebhook.secretName exclude each other");
  }

  @Test
  void canariesCanBeKeptToTheirNamespace() throws Exception {
    Rendered rendered = chart("noCrossNamespaceRefs=true");
    thenItCanRun(rendered);
    assertThat(rendered.args()).contains("--no-cross-namespace-refs");
    assertThat(chart().args()).doesNotContain("--no-cross-namespace-refs");
  }

  @Test
  void withoutALeaseTwoNeverRunAtOnce() throws Exception {
    Rendered rendered = chart("leaderElection.enabled=false", "replicas=1");
    assertThat(rendered.the("Deployment").at("/spec/strategy/type").asText()).isEqualTo("Recreate");
    assertThat(rendered.kinds()).doesNotContain("Role", "PodDisruptionBudget");
    thenItCanRun(rendered);
  }

  @Test
  void everyOptionalValueFindsItsPlace() throws Exception {
    Rendered rendered =
        chart(
            "image.repository=example/sluice",
            "image.tag=1.2.3",
            "image.pullPolicy=Always",
            "imagePullSecrets[0].name=pull",
            "crd.create=true",
            "podMonitor.enabled=true",
            "podMonitor.labels.release=prometheus",
            "serviceMonitor.enabled=true",
            "nodeSelector.disk=ssd",
            "tolerations[0].operator=Exists",
            "priorityClassName=high",
            "podAnnotations.team=ops",
            "podLabels.tier=control",
            "serviceAccount.name=other",
            "clusterName=blue",
            "selectorLabels=app",
            "includeLabelPrefix=*",
            "threadiness=8",
            "extraArgs={--settle-time=10s}",
            "env[0].name=A",
            "env[0].value=b");
    thenItCanRun(rendered);
    assertThat(rendered.kinds())
        .contains("PodMonitor", "ServiceMonitor")
        .filteredOn("CustomResourceDefinition"::equals)
        .hasSize(4);
    assertThat(rendered.objects())
        .filteredOn(object -> object.path("kind").asText().equals("CustomResourceDefinition"))
        .allMatch(definition ->
            definition
                .at("/metadata/annotations/helm.sh~1resource-policy")
                .asText()
                .equals("keep"));
    assertThat(rendered.container().path("image").asText()).isEqualTo("example/sluice:1.2.3");
    assertThat(rendered.container().path("imagePullPolicy").asText()).isEqualTo("Always");
    assertThat(rendered.pod().at("/spec/imagePullSecrets/0/name").asText()).isEqualTo("pull");
    assertThat(rendered.pod().at("/spec/nodeSelector/disk").asText()).isEqualTo("ssd");
    assertThat(rendered.pod().at("/spec/tolerations/0/operator").asText()).isEqualTo("Exists");
    assertThat(rendered.pod().at("/spec/priorityClassName").asText()).isEqualTo("high");
    assertThat(rendered.pod().at("/spec/serviceAccountName").asText()).isEqualTo("other");
    assertThat(rendered.pod().at("/metadata/annotations/team").asText()).isEqualTo("ops");
    assertThat(rendered.pod().at("/metadata/labels/tier").asText()).isEqualTo("control");
    assertThat(rendered.container().at("/env/0/name").asText()).isEqualTo("A");
    assertThat(rendered.args())
        .contains(
            "--cluster-name=blue", "--selector-labels=app", "--threadiness=8", "--settle-time=10s");
    assertThat(rendered.the("PodMonitor").at("/metadata/labels/release").asText())
        .isEqualTo("prometheus");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "leaderElection.enabled=false | needs replicas: 1",
        "slack.secretName=mine | slack.channel is needed",
        "metricsServer=prometheus:9090 | metricsServer",
        "replicaCount=3 | replicaCount",
        "logLevel=loud | logLevel",
        "leaderElection.retryPeriod=soon | retryPeriod"
      })
  void aValueThatCannotWorkIsRefusedByName(String value, String words) throws Exception {
    Rendered rendered = chart(value);
    assertThat(rendered.succeeded()).isFalse();
    assertThat(rendered.said()).contains(words);
  }

  // ---- Kustomize ----

  @Test
  void kustomizeInstallsForAllNamespaces() throws Exception {
    Rendered rendered = kustomization("cluster-wide");
    assertThat(rendered.kinds())
        .containsExactly(
            "ClusterRole",
            "ClusterRoleBinding",
            "Deployment",
            "Namespace",
            "PodDisruptionBudget",
            "Role",
            "RoleBinding",
            "Service",
            "ServiceAccount");
    thenItCanRun(rendered);
  }

  @Test
  void kustomizeInstallsForOneNamespaceWithoutARightOutsideIt() throws Exception {
    Rendered rendered = kustomization("namespaced");
    assertThat(rendered.kinds()).noneMatch(kind -> kind.startsWith("Cluster"));
    thenItCanRun(rendered);
    assertThat(rendered.args()).contains("--namespace=$(POD_NAMESPACE)");
    assertThat(rendered.container().at("/env/0/name").asText()).isEqualTo("POD_NAMESPACE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/securityContext", "/livenessProbe", "/readinessProbe", "/resources"})
  void bothWaysTheContainerIsTheSame(String part) throws Exception {
    assertThat(kustomization("cluster-wide").container().at(part))
        .isEqualTo(chart().container().at(part));
  }

  // ---- what always holds ----

  private static void thenItCanRun(Rendered rendered) {
    assertThat(rendered.succeeded()).as(rendered.said()).isTrue();
    assertThat(rendered.objects())
        .allSatisfy(object -> {
          assertThat(object.path("apiVersion").asText()).isNotEmpty();
          assertThat(object.at("/metadata/name").asText()).isNotEmpty();
        });
    ShippedCommand.controller(rendered.args());
    JsonNode pod = rendered.pod().path("spec");
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isGreaterThanOrEqualTo(10);
    JsonNode container = rendered.container();
    assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/healthz");
    assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/readyz");
    assertThat(container.at("/ports/0/containerPort").asInt()).isEqualTo(8080);
    assertThat(rendered.the("Service").at("/spec/ports/0/targetPort").asText()).isEqualTo("http");
    assertThat(container.path("volumeMounts"))
        .extracting(mount -> mount.path("mountPath").asText())
        .containsExactly("/var/lib/sluice/git", "/tmp");
    // Whoever selects the Pods finds them.
    rendered
        .the("Service")
        .at("/spec/selector")
        .properties()
        .forEach(label ->
            assertThat(rendered.pod().at("/metadata/labels").path(label.getKey()))
                .isEqualTo(label.getValue()));
  }
}
