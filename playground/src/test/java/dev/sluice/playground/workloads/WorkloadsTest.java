package dev.sluice.playground.workloads;

import static dev.sluice.playground.workloads.Objects.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The controllers against the playground's own API server, on a virtual clock.
class WorkloadsTest {
  private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
  private static final String SETS = "/apis/apps/v1/namespaces/default/replicasets";
  private static final String PODS = "/api/v1/namespaces/default/pods";
  private static final String SERVICES = "/api/v1/namespaces/default/services";

  private final Cluster cluster = new Cluster();

  private void deploy(String name, int replicas, String more, String annotations) {
    cluster.create(
        DEPLOYMENTS,
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s}
        spec:
          replicas: %2$d
          selector: {matchLabels: {app: %1$s}}
          %3$s
          template:
            metadata: {labels: {app: %1$s}, annotations: {%4$s}}
            spec: {containers: [{name: app, image: "%1$s:1", ports: [{name: http, containerPort: 8080}]}]}
        """,
        name,
        replicas,
        more,
        annotations);
  }

  private void image(String name, String tag, String annotations) {
    cluster.patch(
        DEPLOYMENTS + "/" + name,
        "spec: {template: {metadata: {annotations: {%s}}, spec: {containers: [{name: app, image: \"%s:%s\", ports: [{name: http, containerPort: 8080}]}]}}}",
        annotations,
        name,
        tag);
  }

  private JsonNode status(String name) {
    return cluster.get(DEPLOYMENTS + "/" + name).path("status");
  }

  private String condition(String name, String type) {
    for (var condition : status(name).path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return "%s %s: %s"
            .formatted(
                condition.path("status").asText(),
                condition.path("reason").asText(),
                condition.path("message").asText().replaceAll("web-[a-z0-9]+", "RS"));
      }
    }
    return "absent";
  }

  private List<String> events(String reason) {
    return cluster.items("/api/v1/namespaces/default/events").stream()
        .filter(event -> event.path("reason").asText().equals(reason))
        .map(
            event -> event.path("message").asText().replaceAll("web-[a-z0-9]+(-[a-z0-9]{5})?", "X"))
        .sorted()
        .toList();
  }

  @Test
  void aNewDeploymentBecomesAvailable() {
    deploy("web", 2, "", "");
    cluster.advance(Duration.ZERO);
    assertThat(condition("web", "Progressing"))
        .isEqualTo("True ReplicaSetUpdated: ReplicaSet \"RS\" is progressing.");
    assertThat(condition("web", "Available"))
        .isEqualTo(
            "False MinimumReplicasUnavailable: Deployment does not have minimum availability.");
    assertThat(status("web").path("unavailableReplicas").asInt()).isEqualTo(2);

    cluster.seconds(2);

    assertThat(condition("web", "Progressing"))
        .isEqualTo("True NewReplicaSetAvailable: ReplicaSet \"RS\" has successfully progressed.");
    assertThat(condition("web", "Available"))
        .isEqualTo("True MinimumReplicasAvailable: Deployment has minimum availability.");
    var status = (ObjectNode) status("web");
    status.remove("conditions");
    assertThat(status)
        .isEqualTo(
            yaml(
                "{observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2}"));
    var deployment = cluster.get(DEPLOYMENTS + "/web");
    assertThat(deployment.at("/metadata/generation").asInt()).isEqualTo(1);
    assertThat(Meta.annotations(deployment))
        .isEqualTo(Map.of("deployment.kubernetes.io/revision", "1"));
    var set = cluster.items(SETS).getFirst();
    assertThat(Meta.annotations(set))
        .isEqualTo(
            Map.of(
                "deployment.kubernetes.io/desired-replicas", "2",
                "deployment.kubernetes.io/max-replicas", "3",
                "deployment.kubernetes.io/revision", "1"));
    assertThat(set.path("status"))
        .isEqualTo(
            yaml(
                "{availableReplicas: 2, fullyLabeledReplicas: 2, observedGeneration: 1, readyReplicas: 2, replicas: 2}"));
    assertThat(events("ScalingReplicaSet")).containsExactly("Scaled up replica set X from 0 to 2");
    assertThat(events("SuccessfulCreate")).containsExactly("Created pod: X", "Created pod: X");
    for (var pod : cluster.items(PODS)) {
      assertThat(pod.at("/metadata/generateName").asText()).startsWith("web-").endsWith("-");
      assertThat(cluster.apps().pod(pod.at("/status/podIP").asText())).isPresent();
    }
  }

  @Test
  void aRollingUpdateKeepsItsLimitsWhileNewPodsAreNotReady() {
    deploy("web", 4, "strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}}", "");
    cluster.seconds(5);

    image("web", "2", "playground.sluice.dev/ready: never");
    cluster.seconds(60);

    var status = (ObjectNode) status("web");
    status.remove("conditions");
    assertThat(status)
        .isEqualTo(
            yaml(
                "{observedGeneration: 2, replicas: 5, updatedReplicas: 2, readyReplicas: 3, availableReplicas: 3, unavailableReplicas: 2}"));

    image("web", "1", "playground.sluice.dev/ready: null");
    cluster.seconds(5);

    assertThat(status("web").path("updatedReplicas").asInt()).isEqualTo(4);
    assertThat(cluster.items(PODS)).hasSize(4);
    assertThat(events("ScalingReplicaSet"))
        .containsExactly(
            "Scaled down replica set X from 2 to 0",
            "Scaled down replica set X from 4 to 3",
            "Scaled up replica set X from 0 to 1",
            "Scaled up replica set X from 0 to 4",
            "Scaled up replica set X from 1 to 2",
            "Scaled up replica set X from 3 to 4");
    assertThat(
            cluster.items(SETS).stream()
                .map(set -> Meta.annotations(set).get("deployment.kubernetes.io/revision")))
        .containsExactlyInAnyOrder("2", "3");
  }

  @Test
  void availabilityNeverFallsBelowWhatTheUpdateAllows() {
    deploy("web", 4, "strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}", "");
    cluster.seconds(5);
    image("web", "2", "playground.sluice.dev/ready-after: 3s");
    var until = cluster.now().plusSeconds(60);
    cluster.advance(Duration.ZERO);
    while (cluster.now().isBefore(until)) {
      cluster.advance(Duration.ofMillis(500));
      var ready =
          cluster.items(PODS).stream().filter(pod -> new Pod((ObjectNode) pod).ready()).count();
      assertThat(ready).isGreaterThanOrEqualTo(3);
      assertThat(cluster.pods().stream().filter(pod -> !Meta.deleted(pod)).count())
          .as("those that are ending do not count")
          .isLessThanOrEqualTo(5);
    }
    assertThat(cluster.items(PODS).stream().map(pod -> pod.at("/spec/containers/0/image").asText()))
        .containsOnly("web:2");
  }

  @Test
  void withoutProgressTheDeadlineIsExceededAndAFixRecovers() {
    deploy("web", 1, "progressDeadlineSeconds: 20", "playground.sluice.dev/ready: never");
    cluster.seconds(19);
    assertThat(condition("web", "Progressing"))
        .isEqualTo("True ReplicaSetUpdated: ReplicaSet \"RS\" is progressing.");
    cluster.seconds(3);
    assertThat(condition("web", "Progressing"))
        .isEqualTo("False ProgressDeadlineExceeded: ReplicaSet \"RS\" has timed out progressing.");
    assertThat(status("web").path("unavailableReplicas").asInt()).isEqualTo(1);

    image("web", "2", "playground.sluice.dev/ready: null");
    cluster.seconds(5);
    assertThat(condition("web", "Progressing"))
        .isEqualTo("True NewReplicaSetAvailable: ReplicaSet \"RS\" has successfully progressed.");
  }

  @Test
  void readyIsNotYetAvailable() {
    deploy("web", 1, "minReadySeconds: 10", "");
    cluster.seconds(5);
    assertThat(status("web").path("readyReplicas").asInt()).isEqualTo(1);
    assertThat(status("web").has("availableReplicas")).isFalse();
    cluster.seconds(10);
    assertThat(status("web").path("availableReplicas").asInt()).isEqualTo(1);
  }

  @Test
  void aPausedDeploymentScalesButDoesNotRoll() {
    deploy("web", 2, "", "");
    cluster.seconds(5);
    cluster.patch(DEPLOYMENTS + "/web", "{spec: {paused: true}}");
    image("web", "2", "");
    cluster.patch(DEPLOYMENTS + "/web", "{spec: {replicas: 3}}");
    cluster.seconds(5);

    assertThat(cluster.items(SETS)).hasSize(1);
    assertThat(cluster.items(PODS)).hasSize(3);
    assertThat(condition("web", "Progressing"))
        .isEqualTo("Unknown DeploymentPaused: Deployment is paused");
    assertThat(status("web").path("observedGeneration").asInt()).isEqualTo(4);

    cluster.patch(DEPLOYMENTS + "/web", "{spec: {paused: false}}");
    cluster.seconds(10);

    assertThat(status("web").path("updatedReplicas").asInt()).isEqualTo(3);
    assertThat(condition("web", "Progressing")).startsWith("True NewReplicaSetAvailable");
  }

  @Test
  void aRecreatedDeploymentStopsTheOldPodsFirst() {
    deploy("web", 3, "strategy: {type: Recreate}", "");
    cluster.seconds(5);
    image("web", "2", "playground.sluice.dev/ready-after: 3s");
    cluster.seconds(1);

    assertThat(cluster.pods()).hasSize(3).allMatch(Meta::deleted, "is ending");
    cluster.seconds(2);
    assertThat(cluster.pods().stream().map(pod -> pod.at("/spec/containers/0/image").asText()))
        .containsOnly("web:2");
    cluster.seconds(5);
    assertThat(status("web").path("availableReplicas").asInt()).isEqualTo(3);
  }

  @Test
  void theHistoryIsKeptUpToItsLimitAndAnOldTemplateTakesItsOldSet() {
    deploy("web", 1, "revisionHistoryLimit: 1", "");
    cluster.seconds(5);
    for (var tag : List.of("2", "3", "2")) {
      image("web", tag, "");
      cluster.seconds(5);
    }

    var histories =
        cluster.items(SETS).stream()
            .collect(
                Collectors.toMap(
                    set -> set.at("/spec/template/spec/containers/0/image").asText(),
                    set ->
                        Meta.annotations(set).get("deployment.kubernetes.io/revision")
                            + " after "
                            + Meta.annotations(set)
                                .getOrDefault(
                                    "deployment.kubernetes.io/revision-history", "none")));
    assertThat(histories).isEqualTo(Map.of("web:3", "3 after none", "web:2", "4 after 2"));
  }

  @Test
  void aServiceHasTheReadyPodsAsEndpoints() {
    cluster.create(
        SERVICES,
        "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}}");
    deploy("web", 2, "", "playground.sluice.dev/ready-after: 3s");
    cluster.seconds(1);
    assertThat(addresses()).isEmpty();
    cluster.seconds(4);
    assertThat(addresses()).hasSize(2);
    var subset = cluster.get("/api/v1/namespaces/default/endpoints/web").at("/subsets/0");
    assertThat(subset.path("ports"))
        .containsExactly(yaml("{name: http, port: 8080, protocol: TCP}"));
    assertThat(Meta.strings(subset.at("/addresses/0")).keySet().toString())
        .isEqualTo("[ip, nodeName, targetRef]");

    cluster.patch(DEPLOYMENTS + "/web/scale", "{spec: {replicas: 0}}");
    cluster.seconds(5);
    assertThat(addresses()).isEmpty();

    cluster.delete(SERVICES + "/web");
    cluster.seconds(1);
    assertThat(cluster.items("/api/v1/namespaces/default/endpoints")).isEmpty();
  }

  private List<String> addresses() {
    var found = new ArrayList<String>();
    for (var slice : cluster.items("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices")) {
      for (var endpoint : slice.path("endpoints")) {
        if (endpoint.at("/conditions/ready").asBoolean()) {
          found.add(endpoint.at("/addresses/0").asText());
        }
      }
    }
    return found;
  }

  @Test
  void aDeletedDeploymentTakesEverythingWithItOnceTrafficHasDrained() {
    deploy("web", 2, "", "");
    cluster.seconds(5);
    var ips = cluster.items(PODS).stream().map(pod -> pod.at("/status/podIP").asText()).toList();

    cluster.delete(DEPLOYMENTS + "/web");
    cluster.advance(Duration.ZERO);
    assertThat(ips).allMatch(ip -> cluster.apps().pod(ip).isPresent(), "still serves");
    cluster.seconds(5);

    assertThat(cluster.items(SETS)).isEmpty();
    assertThat(cluster.items(PODS)).isEmpty();
    assertThat(ips).allMatch(ip -> cluster.apps().pod(ip).isEmpty(), "is gone");
  }

  /// As recorded from a real cluster, `deployment-status-sequence`.
  @Test
  void aQuotaThatIsUsedUpIsToldAndPodsFollowOnceThereIsRoom() {
    var quotas = "/api/v1/namespaces/default/resourcequotas";
    cluster.create(
        quotas,
        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {pods: 1}}}");

    deploy("web", 2, "", "");
    cluster.seconds(10);

    assertThat(status("web").path("availableReplicas").asInt()).isEqualTo(1);
    assertThat(cluster.items(PODS)).hasSize(1);
    assertThat(status("web").path("conditions"))
        .anySatisfy(condition -> {
          assertThat(condition.path("type").asText()).isEqualTo("ReplicaFailure");
          assertThat(condition.path("reason").asText()).isEqualTo("FailedCreate");
          assertThat(condition.path("message").asText())
              .matches(
                  "pods \"web-.*\" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1");
        });
    assertThat(cluster.items("/api/v1/namespaces/default/events"))
        .anySatisfy(event -> assertThat(event.path("reason").asText()).isEqualTo("FailedCreate"));

    cluster.patch(quotas + "/q", "spec: {hard: {pods: 2}}");
    cluster.seconds(10);
    assertThat(status("web").path("availableReplicas").asInt()).isEqualTo(2);
  }

  @Test
  void aQuotaOfComputeCountsWhatPodsRequest() {
    cluster.create(
        "/api/v1/namespaces/default/resourcequotas",
        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hard: {requests.cpu: 500m}}}");
    deploy("web", 2, "", "");
    cluster.patch(
        DEPLOYMENTS + "/web",
        "spec: {template: {spec: {containers: [{name: app, image: \"web:1\", resources: {requests: {cpu: 300m}}}]}}}");

    cluster.seconds(30);

    assertThat(cluster.items(PODS)).hasSize(1);
    assertThat(status("web").path("conditions").toString())
        .contains(
            "requested: requests.cpu=300m, used: requests.cpu=300m, limited: requests.cpu=500m");
  }

  @Test
  void aDeletedPodIsReplaced() {
    deploy("web", 1, "", "");
    cluster.seconds(5);
    var name = Meta.name(cluster.items(PODS).getFirst());
    cluster.delete(PODS + "/" + name);
    cluster.seconds(5);
    assertThat(cluster.items(PODS))
        .singleElement()
        .satisfies(pod -> assertThat(Meta.name(pod)).isNotEqualTo(name));
  }

  @Test
  void aPodWithoutTheLabelIsLetGoAndReplaced() {
    deploy("web", 1, "", "");
    cluster.seconds(5);
    var name = Meta.name(cluster.items(PODS).getFirst());
    cluster.patch(PODS + "/" + name, "{metadata: {labels: {app: debug}}}");
    cluster.seconds(5);

    assertThat(cluster.items(PODS)).hasSize(2);
    assertThat(Meta.controller(cluster.get(PODS + "/" + name))).isEqualTo(Optional.empty());
  }

  @Test
  void anOrphanedReplicaSetIsAdopted() {
    deploy("web", 1, "", "");
    cluster.seconds(5);
    cluster.call(
        "DELETE", DEPLOYMENTS + "/web", "application/json", yaml("{propagationPolicy: Orphan}"));
    cluster.seconds(1);
    var uid = Meta.uid(cluster.items(SETS).getFirst());
    deploy("web", 1, "", "");
    cluster.seconds(5);

    assertThat(cluster.items(SETS))
        .singleElement()
        .satisfies(set -> {
          assertThat(Meta.uid(set)).isEqualTo(uid);
          assertThat(Meta.controllerUid(set)).contains(Meta.uid(cluster.get(DEPLOYMENTS + "/web")));
        });
    assertThat(cluster.items(PODS)).hasSize(1);
  }

  @Test
  void oncePodsAreReadyNothingIsWrittenAnyMore() {
    deploy("web", 3, "", "");
    cluster.seconds(30);
    var version = cluster.get(PODS).at("/metadata/resourceVersion").asText();

    cluster.advance(Duration.ofHours(1));

    assertThat(cluster.get(PODS).at("/metadata/resourceVersion").asText()).isEqualTo(version);
  }

  @Test
  void whatHappensAgainRaisesTheCountOfItsEvent() {
    deploy("web", 1, "", "playground.sluice.dev/crash-after: 5s");
    cluster.seconds(120);

    assertThat(cluster.items("/api/v1/namespaces/default/events"))
        .filteredOn(event -> event.path("reason").asText().equals("Started"))
        .singleElement()
        .satisfies(event -> {
          assertThat(event.path("count").asInt()).isGreaterThan(3);
          assertThat(event.at("/involvedObject/fieldPath").asText())
              .isEqualTo("spec.containers{app}");
        });
  }

  /// As a real cluster has it: the hash is taken again, with the count of collisions.
  @Test
  void aReplicaSetOfSomebodyElseWithTheSameNameIsLeftAlone() {
    deploy("web", 1, "", "");
    cluster.seconds(3);
    var name = Meta.name(cluster.items(SETS).getFirst());
    cluster.delete(DEPLOYMENTS + "/web");
    cluster.seconds(5);
    cluster.create(
        SETS,
        """
        apiVersion: apps/v1
        kind: ReplicaSet
        metadata: {name: %s}
        spec:
          replicas: 0
          selector: {matchLabels: {app: other}}
          template: {metadata: {labels: {app: other}}, spec: {containers: [{name: app, image: "other:1"}]}}
        """,
        name);

    deploy("web", 1, "", "");
    cluster.seconds(5);

    assertThat(status("web").path("collisionCount").asInt()).isEqualTo(1);
    assertThat(status("web").path("availableReplicas").asInt()).isEqualTo(1);
    assertThat(cluster.items(SETS)).hasSize(2);
  }

  @Test
  void morePodsThanTheNodesHaveRoomForWaitUntilThereIsSome() {
    deploy("web", 4, "strategy: {type: Recreate}", "");
    cluster.patch(
        DEPLOYMENTS + "/web",
        "spec: {template: {spec: {containers: [{name: app, image: \"web:2\", resources: {requests: {cpu: 5}}}]}}}");
    cluster.seconds(10);

    assertThat(status("web").path("availableReplicas").asInt()).isEqualTo(3);
    var waiting = "0/3 nodes are available: 3 Insufficient cpu.";
    assertThat(cluster.items(PODS))
        .filteredOn(pod -> pod.at("/status/conditions/0/message").asText().startsWith(waiting))
        .hasSize(1);

    cluster.create("/api/v1/nodes", "{apiVersion: v1, kind: Node, metadata: {name: extra}}");
    cluster.seconds(10);

    assertThat(status("web").path("availableReplicas").asInt()).isEqualTo(4);
  }

  @Test
  void theNodesThatAreCordonedGetNothingNew() {
    for (int i = 1; i <= 2; i++) {
      cluster.patch("/api/v1/nodes/node-" + i, "{spec: {unschedulable: true}}");
    }
    deploy("web", 3, "", "");
    cluster.seconds(5);

    assertThat(cluster.items(PODS).stream().map(pod -> pod.at("/spec/nodeName").asText()))
        .containsOnly("node-3");
  }

  @Test
  void thePodsOfANodeThatIsDeletedComeBackElsewhere() {
    deploy("web", 3, "", "");
    cluster.seconds(5);
    cluster.delete("/api/v1/nodes/node-1");
    cluster.seconds(10);

    assertThat(cluster.items(PODS)).hasSize(3);
    assertThat(cluster.items(PODS).stream().map(pod -> pod.at("/spec/nodeName").asText()))
        .doesNotContain("node-1");
  }

  @Test
  void aDeletedPodLeavesTheEndpointsAtOnceAndAnswersUntilItHasDrained() {
    cluster.create(
        SERVICES,
        "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}");
    deploy("web", 1, "", "");
    cluster.seconds(5);
    var pod = cluster.pods().getFirst();
    var ip = pod.at("/status/podIP").asText();

    cluster.delete(PODS + "/" + Meta.name(pod));
    cluster.seconds(1);

    assertThat(
            cluster
                .get(PODS + "/" + Meta.name(pod))
                .at("/metadata/deletionGracePeriodSeconds")
                .asInt())
        .isEqualTo(30);
    assertThat(addresses()).doesNotContain(ip);
    assertThat(cluster.apps().pod(ip)).isPresent();
    assertThat(cluster.events("Pod")).contains("Killing Stopping container app");

    cluster.seconds(1);
    assertThat(cluster.pods()).noneMatch(each -> Meta.uid(each).equals(Meta.uid(pod)));
    assertThat(cluster.apps().pod(ip)).isEmpty();
  }

  @Test
  void aPodThatIsDeletedByForceIsGoneAtOnce() {
    deploy("web", 1, "", "");
    cluster.seconds(5);
    var pod = cluster.pods().getFirst();

    cluster.call(
        "DELETE", PODS + "/" + Meta.name(pod), "application/json", yaml("{gracePeriodSeconds: 0}"));

    assertThat(cluster.pods()).noneMatch(each -> Meta.uid(each).equals(Meta.uid(pod)));
  }

  @Test
  void aShorterGraceHurriesThePodThatIsEndingAndALongerOneDoesNot() {
    deploy("web", 1, "", "");
    cluster.seconds(5);
    var path = PODS + "/" + Meta.name(cluster.pods().getFirst());

    cluster.delete(path);
    cluster.call("DELETE", path, "application/json", yaml("{gracePeriodSeconds: 60}"));
    assertThat(cluster.get(path).at("/metadata/deletionTimestamp").asText())
        .isEqualTo("2026-01-01T00:00:35Z");
    cluster.call("DELETE", path, "application/json", yaml("{gracePeriodSeconds: 1}"));
    assertThat(cluster.get(path).at("/metadata/deletionTimestamp").asText())
        .isEqualTo("2026-01-01T00:00:06Z");
    cluster.seconds(1);
    assertThat(cluster.pods()).noneMatch(Meta::deleted);
  }

  @Test
  void aPodWithAFinalizerEndsAndStaysUntilTheFinalizerGoes() {
    cluster.create(
        PODS,
        "{apiVersion: v1, kind: Pod, metadata: {name: held, finalizers: [a.b/c]}, spec: {containers: [{name: app, image: web}]}}");
    cluster.seconds(3);
    cluster.delete(PODS + "/held");
    cluster.seconds(60);

    assertThat(cluster.get(PODS + "/held").at("/status/phase").asText()).isEqualTo("Succeeded");
    var version = cluster.get(PODS + "/held").at("/metadata/resourceVersion").asText();
    cluster.seconds(60);
    assertThat(cluster.get(PODS + "/held").at("/metadata/resourceVersion").asText())
        .as("nothing is written any more")
        .isEqualTo(version);

    cluster.patch(PODS + "/held", "{metadata: {finalizers: null}}");
    assertThat(cluster.pods()).isEmpty();
  }

  @Test
  void aDeploymentThatWaitsForItsPodsGoesLast() {
    deploy("web", 2, "", "");
    cluster.seconds(5);
    cluster.call(
        "DELETE",
        DEPLOYMENTS + "/web",
        "application/json",
        yaml("{propagationPolicy: Foreground}"));
    cluster.seconds(1);
    assertThat(cluster.items(DEPLOYMENTS)).hasSize(1);
    assertThat(cluster.pods()).hasSize(2).allMatch(Meta::deleted);

    cluster.seconds(5);
    assertThat(cluster.pods()).isEmpty();
    assertThat(cluster.items(DEPLOYMENTS)).isEmpty();
  }
}
