package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/// The nodes of the cluster, for as far as anything looks at them.
final class Nodes {
  private static final int COUNT = 3;

  private Nodes() {}

  static List<ObjectNode> all(Instant now) {
    return IntStream.rangeClosed(1, COUNT).mapToObj(number -> node(number, now)).toList();
  }

  private static ObjectNode node(int number, Instant now) {
    var name = "node-" + number;
    var node = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Node");
    node.putObject("metadata")
        .put("name", name)
        .putObject("labels")
        .put("kubernetes.io/hostname", name)
        .put("kubernetes.io/os", "linux")
        .put("kubernetes.io/arch", "amd64");
    var cidr = "10.244.%d.0/20".formatted(number * 16);
    node.putObject("spec").put("podCIDR", cidr).putArray("podCIDRs").add(cidr);
    node.set("status", status(name, now));
    return node;
  }

  /// What a kubelet says of its node, and of how much it has.
  static ObjectNode status(String name, Instant now) {
    var status = JsonNodeFactory.instance.objectNode();
    for (var resources : List.of("capacity", "allocatable")) {
      status.putObject(resources).put("cpu", "8").put("memory", "16Gi").put("pods", "4000");
    }
    var conditions = status.putArray("conditions");
    condition(conditions, "MemoryPressure", "False", "KubeletHasSufficientMemory", now)
        .put("message", "kubelet has sufficient memory available");
    condition(conditions, "DiskPressure", "False", "KubeletHasNoDiskPressure", now)
        .put("message", "kubelet has no disk pressure");
    condition(conditions, "PIDPressure", "False", "KubeletHasSufficientPID", now)
        .put("message", "kubelet has sufficient PID available");
    condition(conditions, "Ready", "True", "KubeletReady", now)
        .put("message", "kubelet is posting ready status");
    var addresses = status.putArray("addresses");
    addresses.addObject().put("type", "InternalIP").put("address", "127.0.0.1");
    addresses.addObject().put("type", "Hostname").put("address", name);
    status
        .putObject("nodeInfo")
        .put("architecture", "amd64")
        .put("operatingSystem", "linux")
        .put("osImage", "Sluice playground")
        .put("kernelVersion", "none")
        .put("containerRuntimeVersion", "sample-app://1")
        .put("kubeletVersion", "v1.33.0")
        .put("kubeProxyVersion", "v1.33.0")
        .put("machineID", name)
        .put("systemUUID", name)
        .put("bootID", name);
    return status;
  }

  private static ObjectNode condition(
      ArrayNode conditions, String type, String holds, String reason, Instant now) {
    return conditions
        .addObject()
        .put("type", type)
        .put("status", holds)
        .put("lastHeartbeatTime", Meta.text(now))
        .put("lastTransitionTime", Meta.text(now))
        .put("reason", reason);
  }
}
