package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/// Writes a Pod's status as a kubelet does, on a copy of the Pod.
final class PodStatus {
  private final ObjectNode pod;
  private final ObjectNode status;
  private final Instant now;

  PodStatus(Pod pod, Instant now) {
    this.pod = pod.object().deepCopy();
    this.status = this.pod.withObject("/status");
    this.now = now;
  }

  ObjectNode pod() {
    return pod;
  }

  PodStatus phase(String phase) {
    status.put("phase", phase);
    return this;
  }

  PodStatus hosted(Instant since) {
    status.put("hostIP", "127.0.0.1").put("startTime", Meta.text(since));
    status.putArray("hostIPs").addObject().put("ip", "127.0.0.1");
    return this;
  }

  PodStatus address(String ip) {
    status.put("podIP", ip);
    status.putArray("podIPs").addObject().put("ip", ip);
    return this;
  }

  /// Gives every container a state; what was before an end is kept as the last state by the caller.
  ///
  /// @param state is told a container's status with name, image, count and last state in it
  PodStatus containers(int restarts, boolean ready, boolean started, Consumer<ObjectNode> state) {
    var before = status.path("containerStatuses").deepCopy();
    ArrayNode statuses = status.putArray("containerStatuses");
    for (var container : pod.at("/spec/containers")) {
      var name = container.path("name").asText();
      var one = statuses.addObject();
      if (started || restarts > 0) {
        one.put("containerID", "sample-app://" + Meta.uid(pod) + "-" + name + "-" + restarts);
      }
      one.put("image", container.path("image").asText())
          .put("imageID", started ? container.path("image").asText() : "")
          .put("name", name)
          .put("ready", ready)
          .put("restartCount", restarts)
          .put("started", started);
      var last = before.path(statuses.size() - 1).path("lastState");
      one.set("lastState", last.isObject() ? last : JsonNodeFactory.instance.objectNode());
      state.accept(one);
    }
    return this;
  }

  /// The init containers have ended well, as the sample app has nothing to do in them.
  PodStatus initialised() {
    var inits = pod.at("/spec/initContainers");
    if (!inits.isEmpty()) {
      ArrayNode statuses = status.putArray("initContainerStatuses");
      for (var container : inits) {
        var one =
            statuses
                .addObject()
                .put("image", container.path("image").asText())
                .put("imageID", container.path("image").asText())
                .put("name", container.path("name").asText())
                .put("ready", true)
                .put("restartCount", 0)
                .put("started", false);
        one.putObject("lastState");
        terminated(one.putObject("state"), 0, now, now);
      }
    }
    return this;
  }

  static void terminated(ObjectNode state, int code, Instant from, Instant to) {
    state
        .putObject("terminated")
        .put("exitCode", code)
        .put("reason", code == 0 ? "Completed" : "Error")
        .put("startedAt", Meta.text(from))
        .put("finishedAt", Meta.text(to));
  }

  /// Conditions of a pod that has a node.
  ///
  /// @param sandbox whether its containers could start
  PodStatus conditions(boolean sandbox, boolean ready) {
    condition("PodReadyToStartContainers", sandbox, "", "");
    condition("Initialized", true, "", "");
    var unready = unready();
    for (var type : List.of("Ready", "ContainersReady")) {
      condition(type, ready, ready ? "" : "ContainersNotReady", ready ? "" : unready);
    }
    condition("PodScheduled", true, "", "");
    return this;
  }

  /// Conditions of a pod whose containers have ended for good.
  PodStatus over(String reason) {
    condition("PodReadyToStartContainers", false, "", "");
    condition("Initialized", true, reason.equals("PodCompleted") ? reason : "", "");
    for (var type : List.of("Ready", "ContainersReady")) {
      condition(type, false, reason, reason.equals("PodCompleted") ? "" : unready());
    }
    condition("PodScheduled", true, "", "");
    return this;
  }

  private String unready() {
    var names =
        StreamSupport.stream(pod.at("/spec/containers").spliterator(), false)
            .map(container -> container.path("name").asText())
            .collect(Collectors.joining(" "));
    return "containers with unready status: [" + names + "]";
  }

  /// Writes a condition where it stands, or at the end; its time changes with its status only.
  PodStatus condition(String type, boolean holds, String reason, String message) {
    var conditions = status.withArray("conditions");
    Optional<ObjectNode> old =
        conditions
            .valueStream()
            .filter(one -> one.path("type").asText().equals(type))
            .map(ObjectNode.class::cast)
            .findFirst();
    var value = holds ? "True" : "False";
    var since =
        old.filter(one -> one.path("status").asText().equals(value))
            .map(one -> one.path("lastTransitionTime").asText())
            .orElse(Meta.text(now));
    var condition = old.orElseGet(conditions::addObject);
    condition.removeAll();
    condition.putNull("lastProbeTime").put("lastTransitionTime", since);
    if (!message.isEmpty()) {
      condition.put("message", message);
    }
    if (!reason.isEmpty()) {
      condition.put("reason", reason);
    }
    condition.put("status", value).put("type", type);
    return this;
  }

  /// The state that the containers are in, to be kept as their last one.
  static Optional<JsonNode> ended(Pod pod) {
    return Optional.of(pod.object().at("/status/containerStatuses/0/state"))
        .filter(state -> state.has("terminated"));
  }
}
