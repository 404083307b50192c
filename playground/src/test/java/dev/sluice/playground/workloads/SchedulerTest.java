package dev.sluice.playground.workloads;

import static dev.sluice.playground.workloads.Objects.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The texts are those of a real scheduler, version 1.33, for four such nodes.
class SchedulerTest {
  private final List<ObjectNode> nodes = new ArrayList<>();
  private final Map<String, NodeLoad> loads = new HashMap<>();

  @BeforeEach
  void fourNodes() {
    for (int i = 0; i < 4; i++) {
      nodes.add(
          yaml(
              """
              metadata: {name: node-%1$d, labels: {kubernetes.io/hostname: node-%1$d}}
              spec: {}
              status: {allocatable: {cpu: "8", memory: 16Gi, pods: "3"}}
              """,
              i));
    }
  }

  private static Pod pod(String spec, String requests) {
    return new Pod(
        yaml(
            """
            metadata: {name: web, namespace: shop}
            spec: {%s, containers: [{name: app, resources: {requests: {%s}}}]}
            """,
            spec, requests));
  }

  private String place(Pod pod) {
    return switch (Scheduler.place(pod, nodes, name -> loads.getOrDefault(name, NodeLoad.NONE))) {
      case Scheduler.Answer.Assigned(var node) -> node;
      case Scheduler.Answer.Unschedulable(var why) -> why;
    };
  }

  private void taint(int node, String taint) {
    nodes.get(node).withObject("/spec").withArray("taints").add(yaml(taint));
  }

  @Test
  void morePodsThanANodeHasCoresForWait() {
    assertThat(place(pod("x: y", "cpu: 100, memory: 1Ti")))
        .isEqualTo(
            "0/4 nodes are available: 4 Insufficient cpu, 4 Insufficient memory. preemption: 0/4"
                + " nodes are available: 4 No preemption victims found for incoming pod.");
  }

  @Test
  void everyNodeIsCountedWithItsReason() {
    nodes.get(0).withObject("/spec").put("unschedulable", true);
    taint(1, "{key: k, value: v, effect: NoSchedule}");
    taint(2, "{key: k, effect: NoExecute}");

    assertThat(place(pod("x: y", "cpu: 100")))
        .isEqualTo(
            "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {k: v},"
                + " 1 node(s) had untolerated taint {k: }, 1 node(s) were unschedulable."
                + " preemption: 0/4 nodes are available: 1 No preemption victims found for"
                + " incoming pod, 3 Preemption is not helpful for scheduling.");
    assertThat(place(pod("nodeSelector: {no: such}", "")))
        .startsWith(
            "0/4 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1"
                + " node(s) had untolerated taint {k: v}");
    assertThat(place(pod("tolerations: [{key: k, operator: Exists}]", ""))).isEqualTo("node-1");
  }

  @Test
  void aPodThatIsMeantForOneNodeSaysSo() {
    var named =
        "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
            + " {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values:"
            + " [node-0]}]}]}}}";
    assertThat(place(pod(named, ""))).isEqualTo("node-0");

    nodes.get(0).withObject("/spec").put("unschedulable", true);

    assertThat(place(pod(named, "")))
        .isEqualTo(
            "0/4 nodes are available: 1 node(s) were unschedulable, 3 node(s) didn't satisfy"
                + " plugin(s) [NodeAffinity]. preemption: 0/4 nodes are available: 4 Preemption is"
                + " not helpful for scheduling.");
  }

  @Test
  void affinitiesComparePlainly() {
    nodes.get(2).withObject("/metadata/labels").put("cores", "16");
    var wants =
        "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution:"
            + " {nodeSelectorTerms: [{matchExpressions: [{key: cores, operator: Gt, values:"
            + " [\"8\"]}]}]}}}";
    assertThat(place(pod(wants, ""))).isEqualTo("node-2");
  }

  @Test
  void theNodeOfWhichTheLeastIsAskedIsTaken() {
    loads.put("node-0", NodeLoad.NONE.with(pod("x: y", "cpu: 1")));
    loads.put("node-1", NodeLoad.NONE.with(pod("x: y", "")));
    assertThat(place(pod("x: y", ""))).isEqualTo("node-2");

    loads.put("node-2", NodeLoad.NONE.with(pod("x: y", "cpu: 7500m")));
    assertThat(place(pod("nodeSelector: {kubernetes.io/hostname: node-2}", "cpu: 1")))
        .contains("1 Insufficient cpu");
  }

  @Test
  void aNodeTakesNoMorePodsThanItSays() {
    var full = NodeLoad.NONE;
    for (int i = 0; i < 3; i++) {
      full = full.with(pod("x: y", ""));
    }
    for (var node : nodes) {
      loads.put(Meta.name(node), full);
    }
    assertThat(place(pod("x: y", ""))).startsWith("0/4 nodes are available: 4 Too many pods.");
  }
}
