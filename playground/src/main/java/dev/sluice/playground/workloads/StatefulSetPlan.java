package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What to do about a StatefulSet: pods with fixed names, made in order, each once the one before
/// it is available, removed and replaced from the last to the first. Volumes are not made.
final class StatefulSetPlan {
  private static final String COMPONENT = "statefulset-controller";
  private static final String POD_NAME = "statefulset.kubernetes.io/pod-name";
  private static final String POD_INDEX = "apps.kubernetes.io/pod-index";

  private final ObjectNode set;
  private final TreeMap<Integer, Pod> pods;
  private final History history;
  private final ObjectNode update;
  private final ObjectNode current;
  private final Instant now;
  private final Plan.Draft draft = new Plan.Draft();

  private StatefulSetPlan(
      ObjectNode set, Map<Integer, Pod> pods, History history, ObjectNode update, Instant now) {
    this.set = set;
    this.pods = new TreeMap<>(pods);
    this.history = history;
    this.update = update;
    this.current = history.named(set.at("/status/currentRevision").asText()).orElse(update);
    this.now = now;
  }

  /// @param owned the pods that the StatefulSet manages
  /// @param orphans pods of its namespace that nobody manages
  /// @param revisions the ControllerRevisions that it manages
  static Plan of(
      ObjectNode set,
      List<ObjectNode> owned,
      List<ObjectNode> orphans,
      List<ObjectNode> revisions,
      Instant now) {
    if (Meta.deleted(set)) {
      return Plan.NOTHING;
    }
    var claims = Claims.of(set.at("/spec/selector"), set, Resource.STATEFUL_SET);
    var members = orphans.stream().filter(pod -> index(set, pod).isPresent()).toList();
    var claimed = claims.plan(Resource.POD, owned, members);
    if (!claimed.actions().isEmpty()) {
      return claimed;
    }
    var history = new History(set, Resource.STATEFUL_SET, revisions);
    var change = history.update();
    if (change.isPresent()) {
      return new Plan.Draft().add(change.get()).done();
    }
    var pods = new TreeMap<Integer, Pod>();
    for (var pod : owned) {
      index(set, pod).ifPresent(number -> pods.put(number, new Pod(pod)));
    }
    var update = history.current();
    return update.isEmpty()
        ? Plan.NOTHING
        : new StatefulSetPlan(set, pods, history, update.get(), now).next();
  }

  private static Optional<Integer> index(ObjectNode set, ObjectNode pod) {
    var base = Meta.name(set) + "-";
    var name = Meta.name(pod);
    var number = name.startsWith(base) ? name.substring(base.length()) : "";
    return number.matches("0|[1-9]\\d{0,5}")
        ? Optional.of(Integer.parseInt(number))
        : Optional.empty();
  }

  private Plan next() {
    if (!fills() && !shrinks()) {
      updates();
    }
    if (draft.isEmpty()) {
      var live =
          pods.values().stream().map(pod -> pod.label(History.HASH)).collect(Collectors.toSet());
      live.add(Meta.name(current));
      history.surplus(live).forEach(draft::add);
    }
    reports();
    return draft.done();
  }

  private int replicas() {
    return set.at("/spec/replicas").asInt(1);
  }

  private int first() {
    return set.at("/spec/ordinals/start").asInt();
  }

  private boolean ordered() {
    return !set.at("/spec/podManagementPolicy").asText().equals("Parallel");
  }

  private boolean available(Pod pod) {
    var at = pod.availableSince(set.at("/spec/minReadySeconds").asInt());
    at.filter(time -> time.isAfter(now)).ifPresent(draft::lookAgain);
    return !pod.deleted() && at.filter(time -> !time.isAfter(now)).isPresent();
  }

  /// @return whether somebody has to be waited for
  private boolean fills() {
    boolean waits = false;
    for (int number = first(); number < first() + replicas(); number++) {
      var pod = pods.get(number);
      if (pod == null) {
        creates(number);
        waits = true;
      } else if (pod.ended() && !pod.deleted()) {
        deletes(pod);
        waits = true;
      } else {
        waits |= !available(pod);
      }
      if (waits && ordered()) {
        return true;
      }
    }
    return waits && ordered();
  }

  /// @return whether somebody has to go first
  private boolean shrinks() {
    var surplus =
        pods.descendingMap().entrySet().stream()
            .filter(one -> one.getKey() >= first() + replicas() || one.getKey() < first())
            .map(Map.Entry::getValue)
            .toList();
    for (var pod : surplus) {
      if (!pod.deleted()) {
        deletes(pod);
      }
      if (ordered()) {
        return true;
      }
    }
    return !surplus.isEmpty();
  }

  private void updates() {
    if (set.at("/spec/updateStrategy/type").asText().equals("OnDelete")) {
      return;
    }
    int partition = set.at("/spec/updateStrategy/rollingUpdate/partition").asInt();
    for (var one : pods.descendingMap().entrySet()) {
      var pod = one.getValue();
      if (one.getKey() < partition) {
        return;
      }
      if (!pod.deleted() && !isNew(pod)) {
        deletes(pod);
        return;
      }
      if (!available(pod)) {
        return;
      }
    }
  }

  private boolean isNew(Pod pod) {
    return pod.label(History.HASH).equals(Meta.name(update));
  }

  private void creates(int number) {
    int partition = set.at("/spec/updateStrategy/rollingUpdate/partition").asInt();
    boolean old = number < partition;
    var revision = old ? current : update;
    var name = Meta.name(set) + "-" + number;
    var pod = PodTemplates.named(set, Resource.STATEFUL_SET, name);
    if (old && revision.at("/data/spec/template/spec") instanceof ObjectNode spec) {
      pod.set("spec", spec.deepCopy());
    }
    pod.withObject("/metadata").put("generateName", Meta.name(set) + "-");
    pod.withObject("/metadata/labels")
        .put(POD_INDEX, Integer.toString(number))
        .put(History.HASH, Meta.name(revision))
        .put(POD_NAME, name);
    pod.withObject("/spec")
        .put("hostname", name)
        .put("subdomain", set.at("/spec/serviceName").asText());
    draft.add(new Action.Create(Resource.POD, pod));
    event("SuccessfulCreate", "create Pod %s in StatefulSet %s successful", name);
  }

  private void deletes(Pod pod) {
    draft.add(new Action.Delete(Resource.POD, pod.object(), Optional.empty()));
    event("SuccessfulDelete", "delete Pod %s in StatefulSet %s successful", pod.name());
  }

  private void event(String reason, String message, String pod) {
    var text = message.formatted(pod, Meta.name(set));
    draft.add(Events.event(Resource.STATEFUL_SET, set, false, reason, text, COMPONENT, now));
  }

  private void reports() {
    var all = pods.values().stream().filter(pod -> !pod.deleted()).toList();
    var mine = Meta.name(update);
    long updated = all.stream().filter(this::isNew).count();
    long ready = all.stream().filter(Pod::ready).count();
    long ripe = all.stream().filter(this::available).count();
    boolean done = updated == replicas() && ripe == replicas() && pods.size() == replicas();
    var held = done ? mine : Meta.name(current);
    var status = JsonNodeFactory.instance.objectNode();
    status.put("availableReplicas", ripe);
    status.put("collisionCount", set.at("/status/collisionCount").asInt());
    put(
        status,
        "currentReplicas",
        all.stream().filter(pod -> pod.label(History.HASH).equals(held)).count());
    status.put("currentRevision", held);
    status.put("observedGeneration", Meta.generation(set));
    put(status, "readyReplicas", ready);
    status.put("replicas", all.size());
    status.put("updateRevision", mine);
    put(status, "updatedReplicas", updated);
    if (!Meta.same(status, set.path("status"))) {
      var changed = set.deepCopy();
      changed.set("status", status);
      draft.add(new Action.ReplaceStatus(Resource.STATEFUL_SET, changed));
    }
  }

  private static void put(ObjectNode status, String name, long value) {
    if (value != 0) {
      status.put(name, value);
    }
  }
}
