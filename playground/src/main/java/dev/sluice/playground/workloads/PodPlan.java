package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.sample.Behaviour;
import dev.sluice.playground.sample.PodFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// What to do about a Pod, as scheduler and kubelet in one: give it a node, start the sample app,
/// let it become ready, crash or never do so as its annotations and probes say, and end it when it
/// is deleted. All it needs to know is in the object, so it may be interrupted anywhere.
final class PodPlan {
  /// From the deletion until the app stops: endpoints and routes have left it by then.
  static final Duration DRAIN = Duration.ofSeconds(2);

  private static final Duration FIRST_RESTART = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACK_OFF = Duration.ofMinutes(5);
  private static final Duration PULL_BACK_OFF = Duration.ofSeconds(10);

  /// The exit code of what a SIGTERM ended.
  private static final int TERMINATED = 143;

  private final Pod pod;
  private final Surroundings around;
  private final Instant now;
  private final Plan.Draft draft = new Plan.Draft();

  /// What a pod depends on.
  ///
  /// @param nodes all of them, in the order of their names
  /// @param loads what the pods of a node ask for
  /// @param address gives a pod on a node an address that no other pod has
  /// @param stopping whether the pod's app was told to end
  record Surroundings(
      List<ObjectNode> nodes,
      Function<String, NodeLoad> loads,
      Function<String, String> address,
      boolean stopping) {}

  private PodPlan(Pod pod, Surroundings around, Instant now) {
    this.pod = pod;
    this.around = around;
    this.now = now;
  }

  static Plan of(ObjectNode object, Surroundings around, Instant now) {
    var plan = new PodPlan(new Pod(object), around, now);
    plan.next();
    return plan.draft.done();
  }

  private void next() {
    if (pod.deleted()) {
      ends();
    } else if (pod.ended()) {
      draft.add(new Action.StopApp(pod.uid()));
    } else if (pod.node().isEmpty()) {
      SchedulingPlan.of(pod, around, now).actions().forEach(draft::add);
    } else if (leaves()) {
      return;
    } else if (pod.containers() == 0) {
      creates();
    } else if (pod.runningSince().isPresent()) {
      runs(pod.runningSince().get());
    } else if (pod.ip().isEmpty()) {
      pulls();
    } else {
      restarts();
    }
  }

  // ---- the end ----

  private void ends() {
    if (pod.node().isEmpty()) {
      draft.add(new Action.Delete(Resource.POD, pod.object(), Optional.of(Duration.ZERO)));
      return;
    }
    var grace = pod.grace().compareTo(DRAIN) < 0 ? pod.grace() : DRAIN;
    var drained = Meta.deletionAsked(pod.object()).orElse(now).plus(grace);
    boolean runs = pod.runningSince().isPresent();
    if (runs && now.isBefore(drained)) {
      if (!around.stopping()) {
        draft.add(new Action.EndApp(pod.uid()));
        eachContainer(name -> event(false, "Killing", "Stopping container " + name, name));
      }
      draft.lookAgain(drained);
      return;
    }
    draft.add(new Action.StopApp(pod.uid()));
    if (runs) {
      var since = pod.runningSince().get();
      var status =
          new PodStatus(pod, now)
              .phase("Succeeded")
              .containers(
                  pod.restarts(),
                  false,
                  false,
                  one -> PodStatus.terminated(one.putObject("state"), 0, since, now))
              .over("PodCompleted");
      draft.add(new Action.ReplaceStatus(Resource.POD, status.pod()));
    }
    if (!pod.grace().isZero() || !pod.hasFinalizers()) {
      draft.add(new Action.Delete(Resource.POD, pod.object(), Optional.of(Duration.ZERO)));
    }
  }

  /// A pod goes with its node, and leaves one that drives it away.
  private boolean leaves() {
    var node = around.nodes().stream().filter(one -> Meta.name(one).equals(pod.node())).findFirst();
    if (node.isEmpty()) {
      draft.add(new Action.Delete(Resource.POD, pod.object(), Optional.of(Duration.ZERO)));
      return true;
    }
    if (!Taints.driveAway(pod, node.get())) {
      return false;
    }
    var message = "Marking for deletion Pod " + Meta.namespace(pod.object()) + "/" + pod.name();
    draft.add(new Action.Delete(Resource.POD, pod.object(), Optional.empty()));
    tell(false, "TaintManagerEviction", message, Events.Source.of("taint-eviction-controller"));
    return true;
  }

  // ---- the kubelet ----

  private void creates() {
    var status =
        new PodStatus(pod, now)
            .phase("Pending")
            .hosted(now)
            .containers(0, false, false, one -> waiting(one, "ContainerCreating", ""))
            .conditions(false, false);
    draft.add(new Action.ReplaceStatus(Resource.POD, status.pod()));
    pod.behaviour().problems().forEach(problem -> event(true, "BadAnnotation", problem, ""));
  }

  private static void waiting(ObjectNode container, String reason, String message) {
    var state = container.putObject("state").putObject("waiting").put("reason", reason);
    if (!message.isEmpty()) {
      state.put("message", message);
    }
  }

  /// The image comes at once, or never.
  private void pulls() {
    if (pod.behaviour().behaviour().image()) {
      starts(around.address().apply(pod.node()), 0);
      return;
    }
    var image = pod.object().at("/spec/containers/0/image").asText();
    var why =
        "failed to pull and unpack image \"%s\": failed to resolve reference \"%s\": %s: not found"
            .formatted(image, image, image);
    var error = "rpc error: code = NotFound desc = " + why;
    switch (pod.waitingFor()) {
      case "ContainerCreating" -> {
        waitsForImage("ErrImagePull", error);
        eachContainer(name -> {
          event(false, "Pulling", "Pulling image \"" + image + "\"", name);
          event(true, "Failed", "Failed to pull image \"" + image + "\": " + error, name);
          event(true, "Failed", "Error: ErrImagePull", name);
        });
        draft.lookAgain(now.plus(PULL_BACK_OFF));
      }
      case "ErrImagePull" -> {
        var due = pod.startTime().orElse(now).plus(PULL_BACK_OFF);
        if (now.isBefore(due)) {
          draft.lookAgain(due);
          return;
        }
        waitsForImage(
            "ImagePullBackOff", "Back-off pulling image \"" + image + "\": ErrImagePull: " + error);
        eachContainer(name -> {
          event(false, "BackOff", "Back-off pulling image \"" + image + "\"", name);
          event(true, "Failed", "Error: ImagePullBackOff", name);
        });
      }
      default -> {}
    }
  }

  private void waitsForImage(String reason, String message) {
    var status =
        new PodStatus(pod, now)
            .containers(0, false, false, one -> waiting(one, reason, message))
            .conditions(true, false);
    draft.add(new Action.ReplaceStatus(Resource.POD, status.pod()));
  }

  private void starts(String ip, int restarts) {
    draft.add(new Action.RunApp(pod.facts(ip)));
    var status = new PodStatus(pod, now).phase("Running").address(ip).initialised();
    var last = PodStatus.ended(pod);
    status.containers(
        restarts,
        false,
        true,
        one -> {
          last.ifPresent(state -> one.set("lastState", state));
          one.putObject("state").putObject("running").put("startedAt", Meta.text(now));
        });
    draft.add(new Action.ReplaceStatus(Resource.POD, status.conditions(true, false).pod()));
    for (var container : pod.object().at("/spec/containers")) {
      var name = container.path("name").asText();
      var image = container.path("image").asText();
      event(false, "Pulled", "Container image \"" + image + "\" already present on machine", name);
      event(false, "Created", "Created container: " + name, name);
      event(false, "Started", "Started container " + name, name);
    }
    if (!pod.behaviour().behaviour().ready()) {
      var why = "the annotation " + Behaviour.PREFIX + "ready says never";
      event(true, "Unhealthy", "Readiness probe failed: " + why, "");
    }
    for (var probe : List.of("startup", "readiness", "liveness")) {
      Probes.failing(pod, probe + "Probe", pod.facts(ip))
          .ifPresent(failure -> {
            var kind = Character.toUpperCase(probe.charAt(0)) + probe.substring(1);
            var message = kind + " probe failed: " + failure.why();
            event(true, "Unhealthy", message, failure.container());
          });
    }
  }

  private void runs(Instant since) {
    var facts = pod.facts(pod.ip());
    draft.add(new Action.RunApp(facts));
    var end = end(since, facts);
    if (end.filter(one -> !now.isBefore(one.at())).isPresent()) {
      exits(since, end.get());
      return;
    }
    end.map(End::at).ifPresent(draft::lookAgain);
    boolean passes = passes(facts);
    if (!passes) {
      if (pod.ready()) {
        turns(false);
      }
      return;
    }
    if (pod.ready()) {
      return;
    }
    var ready = since.plus(readyAfter());
    if (now.isBefore(ready)) {
      draft.lookAgain(ready);
    } else {
      turns(true);
    }
  }

  private boolean passes(PodFacts facts) {
    return pod.behaviour().behaviour().ready()
        && Probes.failing(pod, "readinessProbe", facts).isEmpty()
        && Probes.failing(pod, "startupProbe", facts).isEmpty();
  }

  private Duration readyAfter() {
    var probed = Probes.earliest(pod, "readinessProbe");
    var own = pod.behaviour().behaviour().readyAfter();
    return own.compareTo(probed) > 0 ? own : probed;
  }

  private void turns(boolean ready) {
    var since = pod.runningSince().orElse(now);
    var status =
        new PodStatus(pod, now)
            .containers(
                pod.restarts(),
                ready,
                true,
                one ->
                    one.putObject("state").putObject("running").put("startedAt", Meta.text(since)))
            .conditions(true, ready);
    draft.add(new Action.ReplaceStatus(Resource.POD, status.pod()));
  }

  /// When and how the containers end by themselves.
  ///
  /// @param killedFor why the kubelet ends them; empty when they do it themselves
  private record End(Instant at, int code, String killedFor) {}

  private Optional<End> end(Instant since, PodFacts facts) {
    var behaviour = facts.behaviour();
    var ends = new ArrayList<End>();
    behaviour.crashAfter().ifPresent(after -> ends.add(new End(since.plus(after), 1, "")));
    var exit = behaviour.exitAfter();
    if (exit.isEmpty() && behaviour.crashAfter().isEmpty() && pod.ownedBy("Job")) {
      exit = Optional.of(Duration.ofSeconds(1));
    }
    exit.ifPresent(after -> ends.add(new End(since.plus(after), 0, "")));
    for (var probe : List.of("liveness", "startup")) {
      Probes.failing(pod, probe + "Probe", facts)
          .ifPresent(failure ->
              ends.add(new End(since.plus(failure.after()), TERMINATED, probe + " probe")));
    }
    return ends.stream().min(Comparator.comparing(End::at));
  }

  private void exits(Instant since, End end) {
    draft.add(new Action.StopApp(pod.uid()));
    if (!end.killedFor().isEmpty()) {
      eachContainer(name ->
          event(
              false,
              "Killing",
              "Container " + name + " failed " + end.killedFor() + ", will be restarted",
              name));
    }
    var policy = pod.object().at("/spec/restartPolicy").asText("Always");
    boolean again = policy.equals("Always") || (policy.equals("OnFailure") && end.code() != 0);
    var status =
        new PodStatus(pod, now)
            .containers(
                pod.restarts(),
                false,
                false,
                one -> PodStatus.terminated(one.putObject("state"), end.code(), since, now));
    if (again) {
      status.conditions(true, false);
    } else {
      status
          .phase(end.code() == 0 ? "Succeeded" : "Failed")
          .over(end.code() == 0 ? "PodCompleted" : "PodFailed");
    }
    draft.add(new Action.ReplaceStatus(Resource.POD, status.pod()));
  }

  private void restarts() {
    var crashed = pod.crashedAt().orElse(now);
    var wait = backOff(pod.restarts());
    var due = crashed.plus(wait);
    if (!now.isBefore(due)) {
      starts(pod.ip(), pod.restarts() + 1);
      return;
    }
    draft.lookAgain(due);
    var last = PodStatus.ended(pod);
    if (pod.restarts() > 0 && last.isPresent()) {
      backsOff(wait, last.get().deepCopy());
    }
  }

  /// Shows that the container waits; how it ended becomes its last state.
  private void backsOff(Duration wait, JsonNode last) {
    var where = pod.name() + "_" + Meta.namespace(pod.object()) + "(" + pod.uid() + ")";
    var status =
        new PodStatus(pod, now)
            .containers(
                pod.restarts(),
                false,
                false,
                one -> {
                  one.set("lastState", last);
                  var message =
                      "back-off %ds restarting failed container=%s pod=%s"
                          .formatted(wait.toSeconds(), one.path("name").asText(), where);
                  waiting(one, "CrashLoopBackOff", message);
                });
    draft.add(new Action.ReplaceStatus(Resource.POD, status.pod()));
    eachContainer(name ->
        event(
            true,
            "BackOff",
            "Back-off restarting failed container %s in pod %s".formatted(name, where),
            name));
  }

  /// The first restart comes at once, then the waits double.
  static Duration backOff(int restarts) {
    if (restarts == 0) {
      return FIRST_RESTART;
    }
    var wait = Duration.ofSeconds(10L << Math.min(restarts - 1, 10));
    return wait.compareTo(LONGEST_BACK_OFF) > 0 ? LONGEST_BACK_OFF : wait;
  }

  private void eachContainer(Consumer<String> tells) {
    for (var container : pod.object().at("/spec/containers")) {
      tells.accept(container.path("name").asText());
    }
  }

  /// An Event of the kubelet.
  ///
  /// @param container which of the pod's it is about; empty for the pod itself
  private void event(boolean warning, String reason, String message, String container) {
    var source = Events.Source.kubelet(pod.node());
    tell(warning, reason, message, container.isEmpty() ? source : source.about(container));
  }

  private void tell(boolean warning, String reason, String message, Events.Source source) {
    draft.add(Events.event(Resource.POD, pod.object(), warning, reason, message, source, now));
  }
}
