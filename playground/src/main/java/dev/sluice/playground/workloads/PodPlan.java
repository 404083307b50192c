package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// What to do about a Pod, as scheduler and kubelet in one: give it a node, start the sample app,
/// let it become ready, crash or never do so as its annotations say, and end it when it is deleted.
/// All it needs to know is in the object, so it may be interrupted anywhere.
final class PodPlan {
  /// From the deletion until the app stops: endpoints and routes have left it by then.
  static final Duration DRAIN = Duration.ofSeconds(2);

  private static final Duration FIRST_RESTART = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(5);

  private final Pod pod;
  private final Instant now;
  private final RandomGenerator random;
  private final Plan.Draft draft = new Plan.Draft();

  private PodPlan(Pod pod, Instant now, RandomGenerator random) {
    this.pod = pod;
    this.now = now;
    this.random = random;
  }

  /// @param address gives a pod on a node an address that no other pod has
  static Plan of(
      ObjectNode object,
      List<ObjectNode> nodes,
      Function<String, String> address,
      Instant now,
      RandomGenerator random) {
    var plan = new PodPlan(new Pod(object), now, random);
    plan.next(nodes, address);
    return plan.draft.done();
  }

  private void next(List<ObjectNode> nodes, Function<String, String> address) {
    if (pod.deleted()) {
      ends();
    } else if (!pod.active()) {
      draft.add(new Action.StopApp(pod.uid()));
    } else if (pod.node().isEmpty()) {
      schedules(nodes);
    } else if (pod.ip().isEmpty()) {
      starts(address.apply(pod.node()), 0);
    } else if (pod.runningSince().isPresent()) {
      runs(pod.runningSince().get());
    } else {
      restarts();
    }
  }

  private void ends() {
    var drained =
        Meta.deletionAsked(pod.object())
            .orElse(now)
            .plus(pod.grace().compareTo(DRAIN) < 0 ? pod.grace() : DRAIN);
    if (!pod.node().isEmpty() && now.isBefore(drained)) {
      draft.lookAgain(drained);
      return;
    }
    draft.add(new Action.StopApp(pod.uid()));
    draft.add(new Action.Delete(Resource.POD, pod.object(), Duration.ZERO));
  }

  private void schedules(List<ObjectNode> nodes) {
    var fitting =
        nodes.stream().filter(this::fits).sorted(Comparator.comparing(Meta::name)).toList();
    if (fitting.isEmpty()) {
      if (pod.condition("PodScheduled").isEmpty()) {
        var message =
            "0/%d nodes are available: none matches the pod's node selector."
                .formatted(nodes.size());
        var changed = pod.object().deepCopy();
        var status = changed.withObject("/status");
        status.put("phase", "Pending");
        var condition =
            condition(status.withArray("conditions"), "PodScheduled", false, "Unschedulable");
        condition.put("message", message);
        draft.add(new Action.ReplaceStatus(Resource.POD, changed));
        event(true, "FailedScheduling", message, "default-scheduler");
      }
      return;
    }
    var node = Meta.name(fitting.get(Math.floorMod(pod.uid().hashCode(), fitting.size())));
    var changed = pod.object().deepCopy();
    changed.withObject("/spec").put("nodeName", node);
    draft.add(new Action.Replace(Resource.POD, changed));
    event(
        false,
        "Scheduled",
        "Successfully assigned %s/%s to %s"
            .formatted(Meta.namespace(pod.object()), pod.name(), node),
        "default-scheduler");
  }

  private boolean fits(ObjectNode node) {
    var selector = Meta.strings(pod.object().at("/spec/nodeSelector"));
    return Meta.labels(node).entrySet().containsAll(selector.entrySet())
        && !node.at("/spec/unschedulable").asBoolean()
        && !node.path("metadata").has("deletionTimestamp")
        && toleratesAll(node.at("/spec/taints"));
  }

  private boolean toleratesAll(JsonNode taints) {
    for (var taint : taints) {
      var effect = taint.path("effect").asText();
      if (!effect.equals("PreferNoSchedule") && !tolerates(taint, effect)) {
        return false;
      }
    }
    return true;
  }

  private boolean tolerates(JsonNode taint, String effect) {
    for (var toleration : pod.object().at("/spec/tolerations")) {
      var key = toleration.path("key").asText();
      boolean keyFits = key.isEmpty() || key.equals(taint.path("key").asText());
      boolean valueFits =
          toleration.path("operator").asText().equals("Exists")
              || toleration.path("value").asText().equals(taint.path("value").asText());
      var only = toleration.path("effect").asText();
      if (keyFits && valueFits && (only.isEmpty() || only.equals(effect))) {
        return true;
      }
    }
    return false;
  }

  private void starts(String ip, int restarts) {
    draft.add(new Action.RunApp(pod.facts(ip)));
    var changed = pod.object().deepCopy();
    var status = changed.withObject("/status");
    status.put("phase", "Running");
    if (restarts == 0) {
      status.put("hostIP", "127.0.0.1").put("podIP", ip).put("startTime", Meta.text(now));
      status.putArray("hostIPs").addObject().put("ip", "127.0.0.1");
      status.putArray("podIPs").addObject().put("ip", ip);
    }
    writeConditions(status, false);
    containers(status, restarts).forEach(this::started);
    draft.add(new Action.ReplaceStatus(Resource.POD, changed));
    if (restarts == 0) {
      var reading = pod.behaviour();
      for (var problem : reading.problems()) {
        event(true, "BadAnnotation", problem, "kubelet");
      }
      if (!reading.behaviour().ready()) {
        event(
            true,
            "Unhealthy",
            "Readiness probe failed: the annotation playground.sluice.dev/ready says never",
            "kubelet");
      }
    }
    event(
        false,
        "Started",
        "Started container " + pod.object().at("/spec/containers/0/name").asText(),
        "kubelet");
  }

  private void started(ObjectNode container) {
    container.put("started", true).put("ready", false);
    container.putObject("state").putObject("running").put("startedAt", Meta.text(now));
  }

  private void runs(Instant since) {
    draft.add(new Action.RunApp(pod.facts(pod.ip())));
    var behaviour = pod.behaviour().behaviour();
    var crash = behaviour.crashAfter().map(since::plus);
    if (crash.isPresent() && !now.isBefore(crash.get())) {
      crashes(since);
      return;
    }
    crash.ifPresent(draft::lookAgain);
    if (pod.ready() == behaviour.ready() && pod.ready()) {
      return;
    }
    if (!behaviour.ready()) {
      if (pod.ready()) {
        turns(false);
      }
      return;
    }
    var ready = since.plus(behaviour.readyAfter());
    if (now.isBefore(ready)) {
      draft.lookAgain(ready);
    } else {
      turns(true);
    }
  }

  private void turns(boolean ready) {
    var changed = pod.object().deepCopy();
    var status = changed.withObject("/status");
    writeConditions(status, ready);
    status.path("containerStatuses").forEach(one -> ((ObjectNode) one).put("ready", ready));
    draft.add(new Action.ReplaceStatus(Resource.POD, changed));
  }

  private void crashes(Instant since) {
    draft.add(new Action.StopApp(pod.uid()));
    var changed = pod.object().deepCopy();
    var status = changed.withObject("/status");
    writeConditions(status, false);
    var message =
        "back-off %s restarting failed container".formatted(seconds(backOff(pod.restarts())));
    containers(status, pod.restarts())
        .forEach(container -> {
          container.put("started", false).put("ready", false);
          container
              .putObject("state")
              .putObject("waiting")
              .put("reason", "CrashLoopBackOff")
              .put("message", message);
          container
              .putObject("lastState")
              .putObject("terminated")
              .put("exitCode", 1)
              .put("reason", "Error")
              .put("startedAt", Meta.text(since))
              .put("finishedAt", Meta.text(now));
        });
    draft.add(new Action.ReplaceStatus(Resource.POD, changed));
    event(
        true,
        "BackOff",
        "Back-off restarting failed container %s in pod %s"
            .formatted(pod.object().at("/spec/containers/0/name").asText(), pod.name()),
        "kubelet");
  }

  private void restarts() {
    var due = pod.crashedAt().orElse(now).plus(backOff(pod.restarts()));
    if (now.isBefore(due)) {
      draft.lookAgain(due);
    } else {
      starts(pod.ip(), pod.restarts() + 1);
    }
  }

  /// The first restart comes at once, then the waits double.
  static Duration backOff(int restarts) {
    if (restarts == 0) {
      return FIRST_RESTART;
    }
    var wait = Duration.ofSeconds(10L << Math.min(restarts - 1, 10));
    return wait.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : wait;
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + "s";
  }

  private List<ObjectNode> containers(ObjectNode status, int restarts) {
    var before = status.path("containerStatuses").deepCopy();
    ArrayNode statuses = status.putArray("containerStatuses");
    for (var container : pod.object().at("/spec/containers")) {
      var one = statuses.addObject();
      one.put("name", container.path("name").asText())
          .put("image", container.path("image").asText())
          .put("imageID", container.path("image").asText())
          .put("restartCount", restarts);
      var last = before.path(statuses.size() - 1).path("lastState");
      one.set("lastState", last.isObject() ? last : JsonNodeFactory.instance.objectNode());
    }
    return statuses.valueStream().map(ObjectNode.class::cast).toList();
  }

  private void writeConditions(ObjectNode status, boolean ready) {
    var conditions = status.withArray("conditions");
    condition(conditions, "PodReadyToStartContainers", true, "");
    condition(conditions, "Initialized", true, "");
    for (var type : List.of("Ready", "ContainersReady")) {
      var written = condition(conditions, type, ready, ready ? "" : "ContainersNotReady");
      if (!ready) {
        written.put(
            "message",
            "containers with unready status: [%s]"
                .formatted(pod.object().at("/spec/containers/0/name").asText()));
      }
    }
    condition(conditions, "PodScheduled", true, "");
  }

  /// Writes a condition where it stands, or at the end; its time changes with its status only.
  private ObjectNode condition(ArrayNode conditions, String type, boolean holds, String reason) {
    Optional<ObjectNode> old =
        conditions
            .valueStream()
            .filter(one -> one.path("type").asText().equals(type))
            .map(ObjectNode.class::cast)
            .findFirst();
    var status = holds ? "True" : "False";
    var since =
        old.filter(one -> one.path("status").asText().equals(status))
            .map(one -> one.path("lastTransitionTime").asText())
            .orElse(Meta.text(now));
    var condition = old.orElseGet(conditions::addObject);
    condition.removeAll();
    condition.put("type", type).put("status", status).putNull("lastProbeTime");
    condition.put("lastTransitionTime", since);
    if (!reason.isEmpty()) {
      condition.put("reason", reason);
    }
    return condition;
  }

  private void event(boolean warning, String reason, String message, String component) {
    draft.add(
        Events.event(
            Resource.POD,
            pod.object(),
            warning,
            reason,
            message,
            component,
            now,
            random.nextLong()));
  }
}
