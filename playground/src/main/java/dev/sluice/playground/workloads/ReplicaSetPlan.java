package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// What to do about a ReplicaSet: as many pods as wanted, and a status that counts them.
final class ReplicaSetPlan {
  private static final String COMPONENT = "replicaset-controller";

  /// More are made in the next round, so that one huge ReplicaSet does not keep all others waiting.
  private static final int MOST_AT_ONCE = 50;

  private ReplicaSetPlan() {}

  /// @param owned the pods that the ReplicaSet manages
  /// @param orphans pods of its namespace that nobody manages
  /// @param related the pods of all ReplicaSets of the same owner, asked for when pods must go
  /// @param refusal why the API server refused to make a pod the last time; empty when it did not
  static Plan of(
      ObjectNode object,
      List<ObjectNode> owned,
      List<ObjectNode> orphans,
      Supplier<List<ObjectNode>> related,
      Optional<String> refusal,
      Instant now,
      RandomGenerator random) {
    var set = new ReplicaSet(object);
    var draft = new Plan.Draft();
    var claims = Claims.of(set.selector(), object, Resource.REPLICA_SET);
    var pods =
        owned.stream()
            .filter(claims::matches)
            .map(Pod::new)
            .filter(Pod::active)
            .sorted(Comparator.comparing(Pod::name))
            .toList();
    if (set.deleted()) {
      report(set, pods, refusal, now, draft);
      return draft.done();
    }
    claims.plan(Resource.POD, owned, orphans).actions().forEach(draft::add);
    report(set, pods, refusal, now, draft);
    int missing = set.wanted() - pods.size();
    for (int i = 0; i < Math.min(missing, MOST_AT_ONCE); i++) {
      var pod = PodTemplates.pod(object, Resource.REPLICA_SET, set.name() + "-", random);
      draft.add(new Action.Create(Resource.POD, pod));
      draft.add(event(set, false, "SuccessfulCreate", "Created pod: " + Meta.name(pod), now));
    }
    var going = missing < 0 ? Victims.of(pods, related.get(), -missing, now) : List.<Pod>of();
    for (var pod : going) {
      draft.add(new Action.Delete(Resource.POD, pod.object(), Optional.empty()));
      draft.add(event(set, false, "SuccessfulDelete", "Deleted pod: " + pod.name(), now));
    }
    return draft.done();
  }

  private static void report(
      ReplicaSet set, List<Pod> pods, Optional<String> refusal, Instant now, Plan.Draft draft) {
    int available = 0;
    for (var pod : pods) {
      var ripe = pod.availableSince(set.minReadySeconds());
      if (ripe.isPresent() && !ripe.get().isAfter(now)) {
        available++;
      }
      ripe.filter(at -> at.isAfter(now)).ifPresent(draft::lookAgain);
    }
    var template = Meta.labels(set.template());
    var status = JsonNodeFactory.instance.objectNode();
    status.put("replicas", pods.size());
    put(
        status,
        "fullyLabeledReplicas",
        pods.stream()
            .filter(pod -> Meta.labels(pod.object()).entrySet().containsAll(template.entrySet()))
            .count());
    put(status, "readyReplicas", pods.stream().filter(Pod::ready).count());
    put(status, "availableReplicas", available);
    put(status, "observedGeneration", Meta.generation(set.object()));
    var conditions = Conditions.of(set.object());
    refusal.ifPresentOrElse(
        why -> conditions.set("ReplicaFailure", "True", "FailedCreate", why, now),
        () -> conditions.remove("ReplicaFailure"));
    conditions.writeTo(status);
    status.path("conditions").forEach(one -> ((ObjectNode) one).remove("lastUpdateTime"));
    if (!Meta.same(status, set.object().path("status"))) {
      var changed = set.object().deepCopy();
      changed.set("status", status);
      draft.add(new Action.ReplaceStatus(Resource.REPLICA_SET, changed));
    }
  }

  private static void put(ObjectNode status, String name, long value) {
    if (value != 0) {
      status.put(name, value);
    }
  }

  private static Action event(
      ReplicaSet set, boolean warning, String reason, String message, Instant now) {
    return Events.event(
        Resource.REPLICA_SET, set.object(), warning, reason, message, COMPONENT, now);
  }
}
