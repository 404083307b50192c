package dev.sluice.controller.gitsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.controller.rollout.Content;
import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.fetch.SourceFile;
import dev.sluice.gitops.render.Renderer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A sync and a rollout on the same objects.
class HandoverTest {
  private static final ObjectRef WEB = new ObjectRef("production", "web");
  private static final String CANARY = Town.canaryOf("Deployment");

  @TempDir Path folder;
  Town town;

  @BeforeEach
  void found() throws IOException {
    town = new Town(folder);
  }

  @AfterEach
  void leave() throws IOException {
    town.close();
  }

  private static String deployment(int replicas, String image) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: production}
    spec:
      replicas: %d
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
          - name: web
            image: %s
            envFrom: [{configMapRef: {name: web}}]
    """
        .formatted(replicas, image);
  }

  private static String config(String value) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: production}, data: {key: %s}}"
        .formatted(value);
  }

  private void commitTheBase() throws IOException {
    town.commit(
        Map.of(
            "app/web.yaml", deployment(3, "web:1"),
            "app/config.yaml", config("one"),
            "app/canary.yaml", CANARY));
    town.sync("prune: true");
    town.settle();
  }

  /// What the rollout does to its target, as field manager `sluice-rollout`.
  private void rolloutScalesTo(int replicas) {
    town.applyAs(
        "sluice-rollout",
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: production}
        spec: {replicas: %d}
        """
            .formatted(replicas));
  }

  private String replicas() {
    return town.value("Deployment", "production/web", "/spec/replicas");
  }

  private String annotation(String name) {
    return town.value("Deployment", "production/web", "/metadata/annotations/sluice.dev~1" + name);
  }

  @Test
  void aNewTargetStartsWithGitsReplicas() throws IOException {
    commitTheBase();

    assertThat(replicas()).isEqualTo("3");
    assertThat(annotation("replicas")).isEqualTo("3");
    assertThat(annotation("commit")).startsWith("main@sha1:").hasSize(17);
  }

  @Test
  void whatTheRolloutScalesIsNeverScaledBack() throws IOException {
    commitTheBase();
    rolloutScalesTo(0);
    int writes = town.writes.size();

    town.intervals(20);

    assertThat(replicas()).isEqualTo("0");
    assertThat(town.writes).hasSize(writes);
  }

  @Test
  void gitsNewReplicasReachTheRolloutAsAWish() throws IOException {
    commitTheBase();
    rolloutScalesTo(0);
    String commit = annotation("commit");

    town.commit(Map.of("app/web.yaml", deployment(5, "web:1")));
    town.intervals(1);

    assertThat(replicas()).isEqualTo("0");
    assertThat(annotation("replicas")).isEqualTo("5");
    assertThat(annotation("commit")).as("no new revision").isEqualTo(commit);
  }

  @Test
  void whileARenamedTargetIsRefusedTheOldOneStaysTheRollouts() throws IOException {
    commitTheBase();
    town.canaryStatus(
        "production/web",
        "{phase: Initialized, canaryWeight: 0, failedChecks: 0, iterations: 0,"
            + " rollout: {id: r1, stage: Initialized, subject: {target: web, apex: web}}}");
    rolloutScalesTo(0);

    town.commit(
        Map.of(
            "app/canary.yaml",
            CANARY.replace("kind: Deployment, name: web", "kind: Deployment, name: other"),
            "app/web.yaml",
            deployment(5, "web:1"),
            "app/service.yaml",
            "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: production},"
                + " spec: {selector: {app: web}, ports: [{port: 80}]}}"));
    town.intervals(2);

    assertThat(replicas()).as("the primary serves, and its target sleeps").isEqualTo("0");
    assertThat(annotation("replicas")).isEqualTo("5");
    assertThat(town.get("Service", "production/web"))
        .as("the apex Service is the rollout's")
        .isEmpty();
  }

  @Test
  void aTargetThatGitOnceScaledIsHandedOverWithoutAWrongNumber() throws IOException {
    var seen = new ArrayList<String>();
    town.commit(Map.of("app/web.yaml", deployment(3, "web:1"), "app/config.yaml", config("one")));
    town.sync("prune: true");
    town.settle();
    town.whenADeploymentChanges(
        frame -> seen.add(frame.path("object").path("spec").path("replicas").asText()));

    town.commit(Map.of("app/canary.yaml", CANARY));
    town.intervals(2);
    rolloutScalesTo(3);
    town.intervals(2);
    town.commit(Map.of("app/web.yaml", deployment(3, "web:2")));
    town.intervals(2);

    assertThat(seen).isNotEmpty().containsOnly("3");
    rolloutScalesTo(0);
    town.intervals(2);
    assertThat(replicas()).isEqualTo("0");
  }

  @Test
  void aTargetWithoutRolloutIsGitsAgain() throws IOException {
    commitTheBase();
    rolloutScalesTo(0);
    town.commit(Map.of("app/canary.yaml", "# gone"));

    town.intervals(3);

    assertThat(town.get("Canary", "production/web")).isEmpty();
    assertThat(replicas()).isEqualTo("3");
  }

  @Test
  void whatTheRolloutMakesIsLeftToIt() throws IOException {
    town.commit(
        Map.of(
            "app/service.yaml",
            "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: production},"
                + " spec: {selector: {app: web}, ports: [{port: 80}]}}"));
    town.sync("prune: true");
    town.settle();
    assertThat(town.get("Service", "production/web")).isPresent();

    commitTheBase();
    town.intervals(1);
    town.edit("Service", "production/web", "{spec: {selector: {app: web-primary}}}");
    town.intervals(2);

    assertThat(town.value("Service", "production/web", "/spec/selector/app"))
        .isEqualTo("web-primary");
    assertThat(town.sync().status().condition("Ready").orElseThrow().message())
        .contains("left to what drives them: Service production/web (Canary production/web)");
    town.commit(Map.of("app/service.yaml", "# gone"));
    town.intervals(1);
    assertThat(town.get("Service", "production/web")).as("not pruned").isPresent();
  }

  @Test
  void aServiceThatIsATargetItselfIsGitsAndItsSidesAreTheRollouts() throws IOException {
    String service =
        "{apiVersion: v1, kind: Service, metadata: {name: %s, namespace: production},"
            + " spec: {selector: {app: web, version: %s}, ports: [{port: 80}]}}";
    town.commit(
        Map.of(
            "app/canary.yaml",
            CANARY.replace(
                "apiVersion: apps/v1, kind: Deployment", "apiVersion: v1, kind: Service"),
            "app/service.yaml",
            service.formatted("web", "one"),
            "app/side.yaml",
            service.formatted("web-canary", "one")));
    town.sync("prune: true");
    town.settle();
    town.commit(Map.of("app/service.yaml", service.formatted("web", "two")));
    town.intervals(1);

    assertThat(town.value("Service", "production/web", "/spec/selector/version")).isEqualTo("two");
    assertThat(town.get("Service", "production/web-canary")).isEmpty();
  }

  @Test
  void imageAndConfigOfOneCommitAreOneChange() throws IOException {
    commitTheBase();
    rolloutScalesTo(0);
    var order = new ArrayList<String>();
    town.whenADeploymentChanges(frame ->
        order.add(
            frame.at("/object/spec/template/spec/containers/0/image").asText()
                + " with config "
                + town.value("ConfigMap", "production/web", "/data/key")));

    town.commit(Map.of("app/web.yaml", deployment(3, "web:2"), "app/config.yaml", config("two")));
    town.intervals(1);

    assertThat(order).containsExactly("web:2 with config two");
    assertThat(town.handovers().of(WEB)).as("over").isEmpty();
  }

  @Test
  void aChangeOfConfigAloneSaysItsCommitOnTheTarget() throws IOException {
    commitTheBase();
    String sha = town.commit(Map.of("app/config.yaml", config("two")));
    town.intervals(1);

    assertThat(annotation("commit")).isEqualTo("main@sha1:" + sha.substring(0, 7));
  }

  @Test
  void anUnrelatedCommitDoesNotTouchTheTarget() throws IOException {
    commitTheBase();
    String version = town.value("Deployment", "production/web", "/metadata/resourceVersion");
    String sha =
        town.commit(
            Map.of(
                "app/other.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: other, namespace: production}}"));
    town.intervals(1);

    assertThat(town.sync().status().lastAppliedRevision()).isEqualTo("main@sha1:" + sha);
    assertThat(town.value("Deployment", "production/web", "/metadata/resourceVersion"))
        .isEqualTo(version);
  }

  @Test
  void aCanaryGivesUpItsTrafficBeforeItsTargetChanges() throws IOException {
    commitTheBase();
    town.canaryStatus(
        "production/web", "{phase: Progressing, canaryWeight: 20, failedChecks: 0, iterations: 0}");
    town.woken.clear();

    String sha =
        town.commit(
            Map.of("app/web.yaml", deployment(3, "web:2"), "app/config.yaml", config("two")));
    town.now = town.now.plusSeconds(61);
    town.look();

    assertThat(town.value("ConfigMap", "production/web", "/data/key")).isEqualTo("one");
    assertThat(town.value("Deployment", "production/web", "/spec/template/spec/containers/0/image"))
        .isEqualTo("web:1");
    assertThat(town.woken).contains(WEB);
    assertThat(town.handovers().of(WEB))
        .map(Content.HandOver::commit)
        .contains("main@sha1:" + sha.substring(0, 7));

    town.canaryStatus("production/web", "{canaryWeight: 0}");
    town.settle();
    assertThat(town.value("ConfigMap", "production/web", "/data/key")).isEqualTo("two");
    assertThat(town.value("Deployment", "production/web", "/spec/template/spec/containers/0/image"))
        .isEqualTo("web:2");
    assertThat(town.handovers().of(WEB)).isEmpty();
  }

  @Test
  void aCanaryThatKeepsItsTrafficDoesNotStopGitForEver() throws IOException {
    commitTheBase();
    town.canaryStatus(
        "production/web", "{phase: Progressing, canaryWeight: 20, failedChecks: 0, iterations: 0}");
    town.commit(Map.of("app/web.yaml", deployment(3, "web:2")));
    town.intervals(1);

    assertThat(town.value("Deployment", "production/web", "/spec/template/spec/containers/0/image"))
        .isEqualTo("web:2");
  }

  /// Config written, target not yet: the process that starts next must not take that for a
  /// revision.
  @Test
  void aHandoverThatWasCutOffIsKnownAfterARestartAndCompleted() throws IOException {
    commitTheBase();
    String sha =
        town.commit(
            Map.of("app/web.yaml", deployment(3, "web:2"), "app/config.yaml", config("two")));
    town.now = town.now.plusSeconds(61);
    town.killAfter = 2;
    assertThat(catchThrowable(() -> town.look())).isInstanceOf(Town.Killed.class);
    assertThat(town.value("ConfigMap", "production/web", "/data/key")).isEqualTo("two");
    assertThat(town.value("Deployment", "production/web", "/spec/template/spec/containers/0/image"))
        .isEqualTo("web:1");

    town.start();
    assertThat(town.handovers().of(WEB)).isPresent();
    town.settle();

    assertThat(town.value("Deployment", "production/web", "/spec/template/spec/containers/0/image"))
        .isEqualTo("web:2");
    assertThat(annotation("commit")).isEqualTo("main@sha1:" + sha.substring(0, 7));
    assertThat(town.handovers().of(WEB)).isEmpty();
  }

  @Test
  void wherePodsReadConfigIsFoundWhereverItIsNamed() {
    var manifest =
        Renderer.render(
                List.of(
                    new SourceFile(
                        "a.yaml",
                        """
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: web, namespace: production}
                        spec:
                          template:
                            spec:
                              volumes:
                              - {name: a, configMap: {name: volume}}
                              - {name: b, secret: {secretName: volume-secret}}
                              - name: c
                                projected: {sources: [{configMap: {name: projected}}, {secret: {name: projected-secret}}]}
                              initContainers:
                              - {name: i, envFrom: [{secretRef: {name: from-secret}}]}
                              containers:
                              - name: web
                                env:
                                - {name: A, valueFrom: {configMapKeyRef: {name: key, key: k}}}
                                - {name: B, valueFrom: {secretKeyRef: {name: key-secret, key: k}}}
                        """)))
            .getFirst();

    assertThat(Targets.configs(manifest))
        .extracting(Object::toString)
        .containsExactlyInAnyOrder(
            "ConfigMap production/key",
            "Secret production/from-secret",
            "Secret production/key-secret",
            "ConfigMap production/projected",
            "Secret production/projected-secret",
            "ConfigMap production/volume",
            "Secret production/volume-secret");
  }
}
