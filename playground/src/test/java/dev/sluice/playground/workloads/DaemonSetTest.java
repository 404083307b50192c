package dev.sluice.playground.workloads;

import static dev.sluice.playground.workloads.Objects.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Status, labels, revisions and Events are those of a real cluster, version 1.33.
class DaemonSetTest {
  private static final String DAEMONS = "/apis/apps/v1/namespaces/default/daemonsets";
  private final Cluster cluster = new Cluster();

  private void daemon(String more, String template) {
    cluster.create(
        DAEMONS,
        """
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: agent, annotations: {kubernetes.io/change-cause: first}}
        spec:
          selector: {matchLabels: {app: agent}}
          %s
          template:
            metadata: {labels: {app: agent}}
            spec: {%s containers: [{name: agent, image: "agent:1"}]}
        """,
        more,
        template);
  }

  private void image(String image, String annotations) {
    cluster.patch(
        DAEMONS + "/agent",
        "spec: {template: {metadata: {annotations: {%s}}, spec: {containers: [{name: agent, image: \"%s\"}]}}}",
        annotations,
        image);
  }

  private List<String> images() {
    return cluster.pods().stream()
        .map(pod -> pod.at("/spec/containers/0/image").asText())
        .sorted()
        .toList();
  }

  @Test
  void everyNodeGetsAPod() {
    daemon("", "");
    cluster.seconds(3);

    assertThat(cluster.get(DAEMONS + "/agent").path("status"))
        .isEqualTo(
            yaml(
                "{currentNumberScheduled: 3, desiredNumberScheduled: 3, numberAvailable: 3, numberMisscheduled: 0, numberReady: 3, observedGeneration: 1, updatedNumberScheduled: 3}"));
    assertThat(cluster.pods().stream().map(pod -> pod.at("/spec/nodeName").asText()))
        .containsExactlyInAnyOrder("node-1", "node-2", "node-3");
    var pod = cluster.pods().getFirst();
    assertThat(Meta.labels(pod))
        .containsOnlyKeys("app", "controller-revision-hash", "pod-template-generation");
    assertThat(pod.at("/spec/tolerations").valueStream().map(one -> one.path("key").asText()))
        .containsExactlyInAnyOrder(
            "node.kubernetes.io/not-ready",
            "node.kubernetes.io/unreachable",
            "node.kubernetes.io/disk-pressure",
            "node.kubernetes.io/memory-pressure",
            "node.kubernetes.io/pid-pressure",
            "node.kubernetes.io/unschedulable");
    assertThat(cluster.events("DaemonSet"))
        .hasSize(3)
        .allMatch(text -> text.startsWith("SuccessfulCreate Created pod: agent-"));
  }

  @Test
  void aNewTemplateGoesFromNodeToNode() {
    daemon("", "");
    cluster.seconds(3);
    image("agent:2", "");
    cluster.seconds(1);
    assertThat(images()).as("one node at a time").contains("agent:1", "agent:1");
    cluster.seconds(20);

    assertThat(images()).containsExactly("agent:2", "agent:2", "agent:2");
    assertThat(Meta.annotations(cluster.get(DAEMONS + "/agent")))
        .containsEntry("deprecated.daemonset.template.generation", "2");
    assertThat(revisions()).containsExactly("1 agent:1", "2 agent:2");

    image("agent:1", "");
    cluster.seconds(20);
    assertThat(images()).containsExactly("agent:1", "agent:1", "agent:1");
    assertThat(revisions())
        .as("as `rollout undo` shows it")
        .containsExactly("2 agent:2", "3 agent:1");
  }

  private List<String> revisions() {
    return cluster.items("/apis/apps/v1/namespaces/default/controllerrevisions").stream()
        .peek(revision ->
            assertThat(Meta.annotations(revision))
                .containsEntry("kubernetes.io/change-cause", "first"))
        .map(revision ->
            revision.path("revision").asText()
                + " "
                + revision.at("/data/spec/template/spec/containers/0/image").asText())
        .sorted()
        .toList();
  }

  @Test
  void aTemplateThatNeverGetsReadyStopsAtTheFirstNode() {
    daemon("", "");
    cluster.seconds(3);
    image("agent:2", "playground.sluice.dev/ready: never");
    cluster.seconds(60);

    assertThat(images()).containsExactly("agent:1", "agent:1", "agent:2");
    assertThat(cluster.get(DAEMONS + "/agent").path("status"))
        .isEqualTo(
            yaml(
                "{currentNumberScheduled: 3, desiredNumberScheduled: 3, numberAvailable: 2, numberMisscheduled: 0, numberReady: 2, numberUnavailable: 1, observedGeneration: 2, updatedNumberScheduled: 1}"));
  }

  @Test
  void withASurgeTheOldPodStaysUntilTheNewOneIsAvailable() {
    daemon("updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}", "");
    cluster.seconds(3);
    image("agent:2", "playground.sluice.dev/ready: never");
    cluster.seconds(60);

    assertThat(images()).containsExactly("agent:1", "agent:1", "agent:1", "agent:2");
  }

  @Test
  void onDeleteLeavesPodsAloneUntilSomebodyDeletesThem() {
    daemon("updateStrategy: {type: OnDelete}", "");
    cluster.seconds(3);
    image("agent:2", "");
    cluster.seconds(30);
    assertThat(images()).containsOnly("agent:1");

    cluster.delete("/api/v1/namespaces/default/pods/" + Meta.name(cluster.pods().getFirst()));
    cluster.seconds(30);
    assertThat(images()).containsExactly("agent:1", "agent:1", "agent:2");
  }

  @Test
  void podsFollowTheLabelsAndTaintsOfNodes() {
    daemon("", "nodeSelector: {disk: fast},");
    cluster.seconds(3);
    assertThat(cluster.pods()).isEmpty();
    cluster.patch("/api/v1/nodes/node-2", "{metadata: {labels: {disk: fast}}}");
    cluster.seconds(3);
    assertThat(cluster.pods().stream().map(pod -> pod.at("/spec/nodeName").asText()))
        .containsExactly("node-2");

    cluster.patch(
        "/api/v1/nodes/node-2",
        "{spec: {unschedulable: true, taints: [{key: a, effect: NoSchedule}]}}");
    cluster.seconds(5);
    assertThat(cluster.pods()).as("who is there stays").hasSize(1);
    assertThat(cluster.get(DAEMONS + "/agent").at("/status/numberMisscheduled").asInt())
        .isEqualTo(1);

    cluster.patch("/api/v1/nodes/node-2", "{metadata: {labels: {disk: null}}}");
    cluster.seconds(5);
    assertThat(cluster.pods()).isEmpty();
  }

  @Test
  void aNodeThatComesGetsItsPod() {
    daemon("", "");
    cluster.seconds(3);
    cluster.create("/api/v1/nodes", "{apiVersion: v1, kind: Node, metadata: {name: late}}");
    cluster.seconds(3);

    assertThat(
            cluster.pods().stream()
                .collect(Collectors.groupingBy(pod -> pod.at("/spec/nodeName").asText())))
        .containsOnlyKeys("node-1", "node-2", "node-3", "late");
  }
}
