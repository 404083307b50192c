package dev.sluice.controller.gitsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.crds.Condition;
import dev.sluice.crds.GitSync;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitSyncReconcilerTest {
  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web, namespace: production}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: web, image: web:1}]
      """;
  private static final String SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: production}
      spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
      """;

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

  private static String config(String name, String value) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s, namespace: production}, data: {key: %s}}"
        .formatted(name, value);
  }

  private void commitTheBase() throws IOException {
    town.commit(
        Map.of(
            "app/web.yaml",
            DEPLOYMENT + "---\n" + SERVICE,
            "app/config.yaml",
            config("web", "one")));
  }

  @Test
  void aCommitGoesInAndTheStatusSaysSo() throws IOException {
    commitTheBase();
    town.sync("prune: true");
    town.settle();

    assertThat(town.value("Deployment", "production/web", "/spec/replicas")).isEqualTo("3");
    assertThat(town.value("ConfigMap", "production/web", "/data/key")).isEqualTo("one");
    GitSync.Status status = town.sync().status();
    assertThat(status.lastAppliedRevision()).startsWith("main@sha1:").hasSize(50);
    assertThat(status.lastAttemptedRevision()).isEqualTo(status.lastAppliedRevision());
    assertThat(status.conditions())
        .singleElement()
        .satisfies(ready -> {
          assertThat(ready.type()).isEqualTo("Ready");
          assertThat(ready.isTrue()).isTrue();
          assertThat(ready.message()).contains("Change app/config.yaml, app/web.yaml");
        });
    assertThat(town.inventory())
        .containsExactlyInAnyOrder(
            "production_web_apps_Deployment",
            "production_web__Service",
            "production_web__ConfigMap");
    assertThat(town.events())
        .singleElement()
        .asString()
        .startsWith("Applied: applied main@sha1:")
        .contains("created ConfigMap production/web, Service production/web, Deployment");
  }

  @Test
  void whatIsWrittenIsWrittenInTheNameOfTheServiceAccount() throws IOException {
    commitTheBase();
    town.sync("serviceAccountName: deployer");
    town.settle();

    assertThat(town.writes)
        .filteredOn(write -> write.path().contains("/namespaces/production/"))
        .hasSize(3)
        .allSatisfy(
            write -> assertThat(write.user()).isEqualTo("system:serviceaccount:team:deployer"));
    assertThat(town.writes)
        .filteredOn(write -> write.path().contains("/gitsyncs/"))
        .allSatisfy(write -> assertThat(write.user()).isEmpty());
  }

  @Test
  void aSyncThatNamesNobodyActsForTheNamespacesDefaultAccount() throws IOException {
    commitTheBase();
    town.sync("");
    town.settle();

    assertThat(town.writes)
        .filteredOn(write -> write.path().contains("/namespaces/production/"))
        .isNotEmpty()
        .allSatisfy(
            write -> assertThat(write.user()).isEqualTo("system:serviceaccount:team:default"));
  }

  @Test
  void aSettledSyncWritesNothing() throws IOException {
    commitTheBase();
    town.sync("prune: true");
    town.settle();
    int writes = town.writes.size();
    var events = town.events();
    var before = town.state();
    String version = town.value("Deployment", "production/web", "/metadata/resourceVersion");

    town.intervals(10);
    assertThat(town.writes).hasSize(writes);
    town.start();
    town.intervals(2);

    assertThat(town.writes.subList(writes, town.writes.size()))
        .as("a start only makes sure that the last Event was told")
        .allMatch(write -> write.path().endsWith("/events"));
    assertThat(town.events()).isEqualTo(events);
    assertThat(town.state()).isEqualTo(before);
    assertThat(town.value("Deployment", "production/web", "/metadata/resourceVersion"))
        .isEqualTo(version);
  }

  @Test
  void aSetThatNeedsItsOwnKindsAndNamespacesGoesInAtOnce() throws IOException {
    town.commit(
        Map.of(
            "app/a.yaml",
            """
            {apiVersion: x.dev/v1, kind: Planet, metadata: {name: mars, namespace: space}, spec: {a: 1}}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: space}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: space}}
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: planets.x.dev}
            spec:
              group: x.dev
              scope: Namespaced
              names: {kind: Planet, plural: planets}
              versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema:
                    type: object
                    properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}
            """));
    town.sync("prune: true");
    town.settle();

    assertThat(town.value("Planet", "space/mars", "/spec/a")).isEqualTo("1");
    assertThat(town.get("ConfigMap", "space/a")).isPresent();
    assertThat(town.events()).singleElement().asString().startsWith("Applied");

    town.commit(Map.of("app/a.yaml", "# gone", "app/b.yaml", config("b", "x")));
    town.intervals(1);
    assertThat(town.get("ConfigMap", "space/a")).isEmpty();
    assertThat(town.get("CustomResourceDefinition", "planets.x.dev")).isEmpty();
    assertThat(town.get("ConfigMap", "production/b")).isPresent();
  }

  @Test
  void driftOfWhatGitSaysIsCorrectedAndWhatOthersAddedStays() throws IOException {
    commitTheBase();
    town.sync("prune: true");
    town.settle();
    town.edit(
        "Service",
        "production/web",
        "{metadata: {labels: {mine: here}}, spec: {ports: [{name: http, port: 81}]}}");
    town.delete("ConfigMap", "production/web");

    town.intervals(1);

    assertThat(town.value("Service", "production/web", "/spec/ports/0/port")).isEqualTo("80");
    assertThat(town.value("Service", "production/web", "/metadata/labels/mine")).isEqualTo("here");
    assertThat(town.value("ConfigMap", "production/web", "/data/key")).isEqualTo("one");
    assertThat(town.events())
        .hasSize(2)
        .last()
        .asString()
        .startsWith("DriftCorrected: the cluster is again as main@sha1:")
        .contains("created ConfigMap production/web", "Service production/web (/spec/ports");
  }

  @Test
  void aBrokenFileLeavesEverythingAsItWasAndSaysWhere() throws IOException {
    commitTheBase();
    town.sync("prune: true");
    town.settle();
    String applied = town.sync().status().lastAppliedRevision();

    String broken = town.commit(Map.of("app/web.yaml", "kind: Deployment\nkind: Service\n"));
    town.intervals(3);

    GitSync.Status status = town.sync().status();
    assertThat(status.lastAppliedRevision()).isEqualTo(applied);
    assertThat(status.lastAttemptedRevision()).isEqualTo("main@sha1:" + broken);
    Condition ready = status.condition("Ready").orElseThrow();
    assertThat(ready.reason()).isEqualTo("BuildFailed");
    assertThat(ready.message()).isEqualTo("app/web.yaml:2: the key 'kind' is there twice");
    assertThat(status.condition("Stalled").orElseThrow().isTrue()).isTrue();
    assertThat(town.get("Service", "production/web")).isPresent();
    assertThat(town.events()).hasSize(2).last().isEqualTo("BuildFailed: " + ready.message());

    town.edit("ConfigMap", "production/web", "{data: {key: edited}}");
    town.intervals(1);
    assertThat(town.value("ConfigMap", "production/web", "/data/key"))
        .as("the last good commit is still defended")
        .isEqualTo("one");

    town.commit(Map.of("app/web.yaml", DEPLOYMENT + "---\n" + SERVICE));
    town.intervals(1);
    assertThat(town.sync().status().condition("Ready").orElseThrow().isTrue()).isTrue();
    assertThat(town.sync().status().condition("Stalled")).isEmpty();
  }

  @Test
  void oneObjectThatIsRefusedKeepsAllOthersFromBeingWritten() throws IOException {
    town.commit(
        Map.of(
            "app/a.yaml", config("a", "one"),
            "app/web.yaml",
                DEPLOYMENT.replace("matchLabels: {app: web}", "matchLabels: {app: other}")));
    town.sync("prune: true");
    town.intervals(2);

    assertThat(town.get("ConfigMap", "production/a")).isEmpty();
    Condition ready = town.sync().status().condition("Ready").orElseThrow();
    assertThat(ready.reason()).isEqualTo("DryRunFailed");
    assertThat(ready.message()).startsWith("Deployment production/web in app/web.yaml:1: ");
    assertThat(town.events()).hasSize(1);
  }

  @Test
  void whatGitDropsIsPrunedAndNothingElse() throws IOException {
    commitTheBase();
    town.commit(Map.of("app/old.yaml", config("old", "x"), "app/kept.yaml", config("kept", "x")));
    town.sync("prune: true");
    town.settle();
    town.apply(config("handmade", "x"));
    town.edit(
        "ConfigMap", "production/kept", "{metadata: {annotations: {sluice.dev/prune: disabled}}}");

    town.commit(Map.of("app/old.yaml", "# gone", "app/kept.yaml", "# gone"));
    town.intervals(1);

    assertThat(town.get("ConfigMap", "production/old")).isEmpty();
    assertThat(town.get("ConfigMap", "production/kept")).isPresent();
    assertThat(town.get("ConfigMap", "production/handmade")).isPresent();
    assertThat(town.inventory()).hasSize(3);
    assertThat(town.events())
        .last()
        .asString()
        .contains("deleted ConfigMap production/old")
        .contains("kept ConfigMap production/kept (its annotation sluice.dev/prune is 'disabled')");
  }

  @Test
  void withoutPruneNothingIsDeleted() throws IOException {
    commitTheBase();
    town.commit(Map.of("app/old.yaml", config("old", "x")));
    town.sync("");
    town.settle();
    town.commit(Map.of("app/old.yaml", "# gone"));
    town.intervals(1);

    assertThat(town.get("ConfigMap", "production/old")).isPresent();
  }

  @Test
  void noAnswerIsNeverTakenForNothing() throws IOException {
    commitTheBase();
    town.sync("prune: true");
    town.settle();
    int objects = town.state().size();

    town.commit(Map.of("app/web.yaml", "# nothing", "app/config.yaml", "# nothing"));
    town.intervals(2);
    assertThat(town.sync().status().condition("Ready").orElseThrow())
        .satisfies(ready -> {
          assertThat(ready.reason()).isEqualTo("EmptyRender");
          assertThat(ready.message())
              .contains("spec.path 'app'", "sluice.dev/confirm-prune=main@sha1:");
        });
    assertThat(town.state()).hasSize(objects);

    town.edit("GitSync", "team/app", "{spec: {path: elsewhere}}");
    town.settle();
    assertThat(town.sync().status().condition("Ready").orElseThrow().reason())
        .isEqualTo("PathNotFound");
    town.edit("GitSync", "team/app", "{spec: {path: app, ref: {branch: gone}}}");
    town.settle();
    assertThat(town.sync().status().condition("Ready").orElseThrow().reason())
        .isEqualTo("RefNotFound");
    town.stopGit();
    town.intervals(1);
    assertThat(town.sync().status().condition("Ready").orElseThrow().reason())
        .isEqualTo("FetchFailed");
    assertThat(town.sync().status().condition("Reconciling").orElseThrow().reason())
        .isEqualTo("ProgressingWithRetry");
    assertThat(town.state()).hasSize(objects);
  }

  @Test
  void aLargeRemovalWaitsForItsConfirmation() throws IOException {
    Map<String, String> many =
        IntStream.range(0, 6)
            .boxed()
            .collect(Collectors.toMap(i -> "app/" + i + ".yaml", i -> config("c" + i, "x")));
    commitTheBase();
    town.commit(many);
    town.sync("prune: true");
    town.settle();

    String revision =
        "main@sha1:"
            + town.commit(
                many.keySet().stream().collect(Collectors.toMap(name -> name, _ -> "# gone")));
    town.intervals(2);
    assertThat(town.get("ConfigMap", "production/c0")).isPresent();
    assertThat(town.sync().status().condition("Ready").orElseThrow().message())
        .contains("removes 6 of 9 objects", "sluice.dev/confirm-prune=" + revision);

    town.edit(
        "GitSync",
        "team/app",
        "{metadata: {annotations: {sluice.dev/confirm-prune: '" + revision + "'}}}");
    town.settle();
    assertThat(town.get("ConfigMap", "production/c0")).isEmpty();
    assertThat(town.sync().status().lastAppliedRevision()).isEqualTo(revision);
  }

  @Test
  void aFieldThatSomebodyElseAppliesIsNotTakenAway() throws IOException {
    commitTheBase();
    town.applyAs("argocd", config("web", "theirs"));
    town.sync("prune: true");
    town.settle();

    Condition ready = town.sync().status().condition("Ready").orElseThrow();
    assertThat(ready.reason()).isEqualTo("Conflict");
    assertThat(ready.message()).contains(".data.key (applied by \"argocd\")");
    assertThat(town.get("Service", "production/web")).as("nothing else is written").isEmpty();
  }

  @Test
  void whatKubectlAppliedIsTakenOver() throws IOException {
    commitTheBase();
    town.apply(config("web", "byHand"));
    town.sync("prune: true");
    town.settle();

    assertThat(town.value("ConfigMap", "production/web", "/data/key")).isEqualTo("one");
  }

  @Test
  void anObjectOfAnotherSyncIsRefused() throws IOException {
    commitTheBase();
    town.apply(
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: web
          namespace: production
          annotations: {sluice.dev/synced-by: 'other/sync:production_web__ConfigMap'}
        """);
    town.sync("prune: true");
    town.settle();

    assertThat(town.sync().status().condition("Ready").orElseThrow().message())
        .startsWith("ConfigMap production/web in app/config.yaml:1 belongs to GitSync other/sync");
  }

  @Test
  void aSuspendedSyncDoesNothingAndResumesAtOnce() throws IOException {
    commitTheBase();
    town.sync("prune: true");
    town.settle();
    town.edit("GitSync", "team/app", "{spec: {suspend: true}}");
    town.edit("ConfigMap", "production/web", "{data: {key: edited}}");
    int writes = town.writes.size();
    town.intervals(3);
    assertThat(town.writes).hasSize(writes);

    town.edit("GitSync", "team/app", "{spec: {suspend: false}}");
    town.settle();
    assertThat(town.value("ConfigMap", "production/web", "/data/key")).isEqualTo("one");
  }

  @Test
  void aRequestIsServedAtOnceAndAcknowledged() throws IOException {
    commitTheBase();
    town.sync("prune: true");
    town.settle();
    town.commit(Map.of("app/config.yaml", config("web", "two")));
    town.settle();
    assertThat(town.value("ConfigMap", "production/web", "/data/key")).isEqualTo("one");

    town.edit(
        "GitSync", "team/app", "{metadata: {annotations: {reconcile.fluxcd.io/requestedAt: now}}}");
    town.settle();
    assertThat(town.value("ConfigMap", "production/web", "/data/key")).isEqualTo("two");
    assertThat(town.sync().status().lastHandledReconcileAt()).isEqualTo("now");
  }

  @Test
  void aSecretsValueIsShownNowhere() throws IOException {
    town.commit(
        Map.of(
            "app/secret.yaml",
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: login, namespace: production}
            stringData: {password: S3CR3T-one}
            """));
    town.sync("prune: true");
    town.settle();
    assertThat(town.value("Secret", "production/login", "/data/password"))
        .isEqualTo("UzNDUjNULW9uZQ==");
    town.edit("Secret", "production/login", "{data: {password: eA==}}");
    town.intervals(1);
    town.commit(
        Map.of(
            "app/secret.yaml",
            """
            apiVersion: v1
            kind: Secret
            metadata: {name: login, namespace: production}
            data: {password: eA==}
            immutable: S3CR3T-wrong-type
            """));
    town.intervals(1);

    String told = town.events() + town.sync().status().toMap().toString();
    assertThat(told).contains("/data/password").doesNotContain("S3CR3T").doesNotContain("UzNDUj");
    assertThat(town.sync().status().condition("Ready").orElseThrow().reason())
        .isEqualTo("DryRunFailed");
  }

  @Test
  void aClusterThatIsAwayChangesNothing() throws IOException {
    commitTheBase();
    town.sync("prune: true");
    town.settle();
    town.commit(Map.of("app/config.yaml", "# gone"));
    var before = town.state();
    town.apiDown = true;
    town.now = town.now.plusSeconds(61);
    assertThat(catchThrowable(() -> town.look())).isInstanceOf(ClusterFailure.Unavailable.class);
    town.apiDown = false;

    assertThat(town.state()).isEqualTo(before);
    town.settle();
    assertThat(town.get("ConfigMap", "production/web")).isEmpty();
  }
}
