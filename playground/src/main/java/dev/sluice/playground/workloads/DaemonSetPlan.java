package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// What to do about a DaemonSet: one pod on every node that takes it, replaced node by node when
/// the template changes, and a status that counts them.
final class DaemonSetPlan {
  private static final String COMPONENT = "daemonset-controller";
  private static final String GENERATION = "pod-template-generation";
  private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";
  private static final List<String> STAYS_DESPITE = List.of("not-ready", "unreachable");
  private static final List<String> COMES_DESPITE =
      List.of("disk-pressure", "memory-pressure", "pid-pressure", "unschedulable");

  private final DaemonSet daemon;
  private final List<ObjectNode> nodes;
  private final Map<String, List<Pod>> pods;
  private final String hash;
  private final Instant now;
  private final RandomGenerator random;
  private final Plan.Draft draft = new Plan.Draft();

  private DaemonSetPlan(
      DaemonSet daemon,
      List<ObjectNode> nodes,
      List<Pod> pods,
      String hash,
      Instant now,
      RandomGenerator random) {
    this.daemon = daemon;
    this.nodes = nodes;
    this.pods =
        pods.stream()
            .sorted(
                Comparator.comparing((Pod pod) -> Meta.created(pod.object()))
                    .thenComparing(Pod::name))
            .collect(Collectors.groupingBy(Pod::target, TreeMap::new, Collectors.toList()));
    this.hash = hash;
    this.now = now;
    this.random = random;
  }

  /// @param nodes all of them, in the order of their names
  /// @param owned the pods that the DaemonSet manages
  /// @param orphans pods of its namespace that nobody manages
  /// @param revisions the ControllerRevisions that it manages
  static Plan of(
      ObjectNode object,
      List<ObjectNode> nodes,
      List<ObjectNode> owned,
      List<ObjectNode> orphans,
      List<ObjectNode> revisions,
      Instant now,
      RandomGenerator random) {
    var daemon = new DaemonSet(object);
    if (Meta.deleted(object)) {
      return Plan.NOTHING;
    }
    var claims = Claims.of(daemon.selector(), object, Resource.DAEMON_SET);
    var claimed = claims.plan(Resource.POD, owned, orphans);
    if (!claimed.actions().isEmpty()) {
      return claimed;
    }
    var history = new History(object, Resource.DAEMON_SET, revisions);
    var update = history.update();
    if (update.isPresent()) {
      return new Plan.Draft().add(update.get()).done();
    }
    var mine = owned.stream().filter(claims::matches).map(Pod::new).toList();
    var hash = history.current().map(History::hash).orElse("");
    var plan = new DaemonSetPlan(daemon, nodes, mine, hash, now, random);
    plan.fills();
    if (plan.draft.isEmpty() && daemon.updatesItself()) {
      plan.rolls();
    }
    if (plan.draft.isEmpty()) {
      var live = mine.stream().map(pod -> pod.label(History.HASH)).collect(Collectors.toSet());
      history.surplus(live).forEach(plan.draft::add);
    }
    plan.reports();
    return plan.draft.done();
  }

  // ---- one pod on every node ----

  private void fills() {
    for (var node : nodes) {
      var here = on(node);
      if (takes(node) && here.isEmpty()) {
        creates(node);
      } else if (keeps(node)) {
        prunes(here);
      } else {
        here.stream().filter(pod -> !pod.deleted()).forEach(this::deletes);
      }
    }
    pods.forEach((node, here) -> {
      if (nodes.stream().noneMatch(each -> Meta.name(each).equals(node))) {
        here.stream().filter(pod -> !pod.deleted() && pod.node().isEmpty()).forEach(this::deletes);
      }
    });
  }

  /// Pods that have ended make room; of several the oldest stays, or of each revision while new
  /// ones may run beside old ones.
  private void prunes(List<Pod> here) {
    var living = new ArrayList<Pod>();
    for (var pod : here) {
      if (pod.deleted()) {
        continue;
      }
      if (pod.ended()) {
        boolean failed = pod.phase().equals("Failed");
        event(
            failed,
            failed ? "FailedDaemonPod" : "SucceededDaemonPod",
            "Found %s daemon pod %s/%s on node %s, will try to %s it"
                .formatted(
                    failed ? "failed" : "succeeded",
                    Meta.namespace(pod.object()),
                    pod.name(),
                    pod.node(),
                    failed ? "kill" : "delete"));
        deletes(pod);
      } else {
        living.add(pod);
      }
    }
    if (daemon.maxSurge(desired()) == 0) {
      living.stream().skip(1).forEach(this::deletes);
    } else {
      living.stream().filter(this::isNew).skip(1).forEach(this::deletes);
      living.stream().filter(pod -> !isNew(pod)).skip(1).forEach(this::deletes);
    }
  }

  private List<Pod> on(ObjectNode node) {
    return pods.getOrDefault(Meta.name(node), List.of());
  }

  private boolean isNew(Pod pod) {
    return pod.label(History.HASH).equals(hash);
  }

  private boolean takes(ObjectNode node) {
    return matches(node) && Taints.keepingOut(model(node), node).isEmpty();
  }

  /// A pod that is there stays until the node drives it away.
  private boolean keeps(ObjectNode node) {
    return matches(node) && !Taints.driveAway(model(node), node);
  }

  private boolean matches(ObjectNode node) {
    var selector = Meta.strings(daemon.template().at("/spec/nodeSelector"));
    var affinity = daemon.template().at(NodeTerms.PATH);
    return !Meta.deleted(node)
        && Meta.labels(node).entrySet().containsAll(selector.entrySet())
        && (affinity.isMissingNode() || NodeTerms.match(affinity, node));
  }

  private int desired() {
    return (int) nodes.stream().filter(this::takes).count();
  }

  // ---- a new template ----

  private void rolls() {
    int surge = daemon.maxSurge(desired());
    if (surge > 0) {
      surges(surge);
    } else {
      replaces(daemon.maxUnavailable(desired()));
    }
  }

  private void replaces(int mostMissing) {
    int missing = 0;
    var candidates = new ArrayList<Pod>();
    for (var node : nodes) {
      var living = on(node).stream().filter(pod -> !pod.deleted()).toList();
      if (on(node).isEmpty()) {
        continue;
      }
      if (living.size() != 1) {
        missing++;
      } else if (isNew(living.getFirst())) {
        missing += daemon.available(living.getFirst(), now) ? 0 : 1;
      } else if (daemon.available(living.getFirst(), now)) {
        candidates.add(living.getFirst());
      } else {
        missing++;
        deletes(living.getFirst());
      }
    }
    candidates.stream().limit(Math.max(0, mostMissing - missing)).forEach(this::deletes);
  }

  private void surges(int most) {
    int doubled = 0;
    var candidates = new ArrayList<ObjectNode>();
    for (var node : nodes) {
      var living = on(node).stream().filter(pod -> !pod.deleted()).toList();
      var fresh = living.stream().filter(this::isNew).findFirst();
      var old = living.stream().filter(pod -> !isNew(pod)).findFirst();
      if (old.isEmpty()) {
        continue;
      }
      if (fresh.isPresent()) {
        if (daemon.available(fresh.get(), now)) {
          deletes(old.get());
        } else {
          doubled++;
        }
      } else if (daemon.available(old.get(), now)) {
        candidates.add(node);
      } else {
        creates(node);
      }
    }
    candidates.stream().limit(Math.max(0, most - doubled)).forEach(this::creates);
  }

  // ---- pods ----

  private void creates(ObjectNode node) {
    var pod =
        PodTemplates.pod(
            daemon.object(), Resource.DAEMON_SET, Meta.name(daemon.object()) + "-", random);
    var labels = pod.withObject("/metadata/labels").put(History.HASH, hash);
    var generation = Meta.annotations(daemon.object()).get(TEMPLATE_GENERATION);
    if (generation != null) {
      labels.put(GENERATION, generation);
    }
    tolerates(pod);
    var affinity = pod.withObject("/spec").withObject("/affinity/nodeAffinity");
    affinity.remove("requiredDuringSchedulingIgnoredDuringExecution");
    affinity
        .putObject("requiredDuringSchedulingIgnoredDuringExecution")
        .putArray("nodeSelectorTerms")
        .addObject()
        .putArray("matchFields")
        .addObject()
        .put("key", "metadata.name")
        .put("operator", "In")
        .putArray("values")
        .add(Meta.name(node));
    draft.add(new Action.Create(Resource.POD, pod));
    event(false, "SuccessfulCreate", "Created pod: " + Meta.name(pod));
  }

  /// The template as a pod that has the tolerations of this DaemonSet's pods.
  private Pod model(ObjectNode node) {
    var pod = JsonNodeFactory.instance.objectNode();
    pod.set("spec", daemon.template().path("spec").deepCopy());
    pod.withObject("/spec").put("nodeName", Meta.name(node));
    tolerates(pod);
    return new Pod(pod);
  }

  private static void tolerates(ObjectNode pod) {
    var all = pod.withObject("/spec").withArray("tolerations");
    STAYS_DESPITE.forEach(name -> tolerates(all, name, "NoExecute"));
    COMES_DESPITE.forEach(name -> tolerates(all, name, "NoSchedule"));
    if (pod.at("/spec/hostNetwork").asBoolean()) {
      tolerates(all, "network-unavailable", "NoSchedule");
    }
  }

  private static void tolerates(ArrayNode all, String name, String effect) {
    all.addObject()
        .put("effect", effect)
        .put("key", "node.kubernetes.io/" + name)
        .put("operator", "Exists");
  }

  private void deletes(Pod pod) {
    draft.add(new Action.Delete(Resource.POD, pod.object(), Optional.empty()));
    event(false, "SuccessfulDelete", "Deleted pod: " + pod.name());
  }

  private void event(boolean warning, String reason, String message) {
    draft.add(
        Events.event(
            Resource.DAEMON_SET, daemon.object(), warning, reason, message, COMPONENT, now));
  }

  // ---- the status ----

  private void reports() {
    int desired = 0;
    int current = 0;
    int astray = 0;
    int ready = 0;
    int available = 0;
    int updated = 0;
    for (var node : nodes) {
      var here = on(node);
      if (!takes(node)) {
        astray += here.isEmpty() ? 0 : 1;
        continue;
      }
      desired++;
      if (here.isEmpty()) {
        continue;
      }
      current++;
      var pod = here.getFirst();
      ready += pod.ready() ? 1 : 0;
      available += daemon.available(pod, now) ? 1 : 0;
      updated += isNew(pod) ? 1 : 0;
      pod.availableSince(daemon.minReadySeconds())
          .filter(at -> at.isAfter(now))
          .ifPresent(draft::lookAgain);
    }
    var status = JsonNodeFactory.instance.objectNode();
    status
        .put("currentNumberScheduled", current)
        .put("desiredNumberScheduled", desired)
        .put("numberMisscheduled", astray)
        .put("numberReady", ready)
        .put("observedGeneration", Meta.generation(daemon.object()));
    put(status, "numberAvailable", available);
    put(status, "numberUnavailable", desired - available);
    put(status, "updatedNumberScheduled", updated);
    var before = daemon.object().path("status");
    if (before.has("collisionCount")) {
      status.set("collisionCount", before.path("collisionCount"));
    }
    if (!Meta.same(status, before)) {
      var changed = daemon.object().deepCopy();
      changed.set("status", status);
      draft.add(new Action.ReplaceStatus(Resource.DAEMON_SET, changed));
    }
  }

  private static void put(ObjectNode status, String name, int value) {
    if (value != 0) {
      status.put(name, value);
    }
  }
}
