package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What to do about a Deployment: one step at a time, as the recorded clusters do, so that a watch
/// shows the same story.
final class DeploymentPlan {
  private static final String COMPONENT = "deployment-controller";

  private final Deployment deployment;
  private final List<ReplicaSet> sets;
  private final Optional<ReplicaSet> newest;
  private final List<ReplicaSet> old;
  private final Function<ReplicaSet, List<ObjectNode>> podsOf;
  private final Instant now;
  private final Plan.Draft draft = new Plan.Draft();

  private DeploymentPlan(
      Deployment deployment,
      List<ReplicaSet> sets,
      Function<ReplicaSet, List<ObjectNode>> podsOf,
      Instant now) {
    this.deployment = deployment;
    this.podsOf = podsOf;
    this.sets = sets.stream().sorted(ReplicaSet.OLDEST_FIRST).toList();
    this.newest = Revisions.newest(deployment, this.sets);
    this.old = this.sets.stream().filter(set -> !newest.equals(Optional.of(set))).toList();
    this.now = now;
  }

  /// @param owned the ReplicaSets that the Deployment manages
  /// @param orphans ReplicaSets of its namespace that nobody manages
  /// @param podsOf all pods of a ReplicaSet, those that are ending too
  static Plan of(
      ObjectNode object,
      List<ObjectNode> owned,
      List<ObjectNode> orphans,
      Function<ReplicaSet, List<ObjectNode>> podsOf,
      Instant now) {
    var deployment = new Deployment(object);
    var sets = owned.stream().map(ReplicaSet::new).toList();
    var plan = new DeploymentPlan(deployment, sets, podsOf, now);
    if (deployment.deleted()) {
      plan.reports();
      return new Plan(plan.draft.done().actions(), Optional.empty());
    }
    var claims =
        Claims.of(deployment.selector(), object, Resource.DEPLOYMENT)
            .plan(Resource.REPLICA_SET, owned, orphans);
    return claims.actions().isEmpty() ? plan.next() : claims;
  }

  private Plan next() {
    if (tellsOfPause()) {
      return draft.done();
    }
    boolean moved =
        deployment.paused()
            ? scales()
            : numbersRevision()
                || (Sizes.scaled(deployment, sets)
                    ? scales()
                    : deployment.recreates() ? recreates() : rolls());
    if (moved) {
      return draft.done();
    }
    cleansUp();
    reports();
    return draft.done();
  }

  /// A change of pause is written on its own, before anything else.
  private boolean tellsOfPause() {
    var conditions = Conditions.of(deployment.object());
    boolean said = conditions.is("Progressing", "DeploymentPaused");
    if (said == deployment.paused()
        || deployment.progressDeadline().isEmpty()
        || conditions.is("Progressing", "ProgressDeadlineExceeded")) {
      return false;
    }
    conditions.set(
        "Progressing",
        "Unknown",
        deployment.paused() ? "DeploymentPaused" : "DeploymentResumed",
        deployment.paused() ? "Deployment is paused" : "Deployment is resumed",
        now);
    writeConditions(conditions, deployment.object().deepCopy());
    return true;
  }

  private void writeConditions(Conditions conditions, ObjectNode changed) {
    conditions.writeTo(changed.withObject("/status"));
    draft.add(new Action.ReplaceStatus(Resource.DEPLOYMENT, changed));
  }

  /// Makes the ReplicaSet of a new template, or gives an old one its new number.
  private boolean numbersRevision() {
    long revision = Revisions.next(old);
    if (newest.isPresent()) {
      var set = newest.get();
      var current = Revisions.current(deployment, set, revision);
      boolean stale = !Meta.same(current, set.object());
      if (stale) {
        draft.add(new Action.Replace(Resource.REPLICA_SET, current));
      }
      boolean told = tellsRevision(Math.max(revision, set.revision()), Optional.empty());
      return stale || told;
    }
    if (deployment.recreates() && oldPods()) {
      return false;
    }
    int size = Sizes.grown(deployment, 0, wanted());
    var set = Revisions.create(deployment, size, revision);
    draft.add(new Action.Create(Resource.REPLICA_SET, set));
    if (size > 0) {
      scaledEvent(Meta.name(set), 0, size);
    }
    tellsRevision(revision, Optional.of(Meta.name(set)));
    return true;
  }

  private boolean tellsRevision(long revision, Optional<String> created) {
    var changed = deployment.object().deepCopy();
    changed.withObject("/metadata/annotations").put(Deployment.REVISION, Long.toString(revision));
    var conditions = Conditions.of(deployment.object());
    if (deployment.progressDeadline().isPresent()) {
      if (created.isPresent()) {
        conditions.renew(
            "Progressing",
            "True",
            "NewReplicaSetCreated",
            "Created new replica set \"%s\"".formatted(created.get()),
            now);
      } else if (conditions.find("Progressing").isEmpty()) {
        conditions.set(
            "Progressing",
            "True",
            "FoundNewReplicaSet",
            "Found new replica set \"%s\""
                .formatted(newest.map(ReplicaSet::name).orElse(deployment.name())),
            now);
      }
    }
    conditions.writeTo(changed.withObject("/status"));
    if (Meta.same(changed, withStatus(deployment.object()))) {
      return false;
    }
    draft.add(new Action.ReplaceStatus(Resource.DEPLOYMENT, changed));
    return true;
  }

  private static ObjectNode withStatus(ObjectNode object) {
    var copy = object.deepCopy();
    copy.withObject("/status");
    return copy;
  }

  private boolean scales() {
    boolean moved = false;
    for (var size : Sizes.spread(deployment, newest, old).entrySet()) {
      moved |= resize(size.getKey(), size.getValue());
    }
    if (moved) {
      reportsCounts();
    }
    return moved;
  }

  private boolean rolls() {
    if (newest.isEmpty()) {
      return false;
    }
    var set = newest.get();
    if (resize(set, Sizes.grown(deployment, set.wanted(), wanted()))) {
      reports();
      return true;
    }
    return shrink(Sizes.shrunk(deployment, set, old));
  }

  private boolean recreates() {
    boolean moved = false;
    for (var set : old) {
      moved |= resize(set, 0);
    }
    if (moved) {
      reports();
      return true;
    }
    if (oldPods() || newest.isEmpty()) {
      return false;
    }
    if (resize(newest.get(), deployment.replicas())) {
      reports();
      return true;
    }
    return false;
  }

  private boolean shrink(Map<ReplicaSet, Integer> sizes) {
    boolean moved = false;
    for (var size : sizes.entrySet()) {
      moved |= resize(size.getKey(), size.getValue());
    }
    if (moved) {
      reports();
    }
    return moved;
  }

  private boolean resize(ReplicaSet set, int size) {
    var changed = Revisions.sized(deployment, set.object().deepCopy());
    changed.withObject("/spec").put("replicas", size);
    boolean sizeChanges = size != set.wanted();
    if (!sizeChanges && (size == 0 || Meta.same(changed, set.object()))) {
      return false;
    }
    draft.add(new Action.Replace(Resource.REPLICA_SET, changed));
    if (sizeChanges) {
      scaledEvent(set.name(), set.wanted(), size);
    }
    return true;
  }

  private void scaledEvent(String set, int from, int to) {
    draft.add(
        Events.event(
            Resource.DEPLOYMENT,
            deployment.object(),
            false,
            "ScalingReplicaSet",
            "Scaled %s replica set %s from %d to %d"
                .formatted(to > from ? "up" : "down", set, from, to),
            COMPONENT,
            now));
  }

  private void cleansUp() {
    var conditions = Conditions.of(deployment.object());
    if (deployment.paused() || conditions.is("Progressing", "NewReplicaSetAvailable")) {
      for (var set : Revisions.surplus(deployment, old)) {
        draft.add(new Action.Delete(Resource.REPLICA_SET, set.object(), Optional.empty()));
      }
    }
  }

  private void reports() {
    if (deployment.paused() || Sizes.scaled(deployment, sets)) {
      reportsCounts();
      return;
    }
    report(new DeploymentStatus(deployment, sets, newest).progressed(now));
    DeploymentStatus.deadline(deployment).ifPresent(draft::lookAgain);
  }

  private void reportsCounts() {
    report(new DeploymentStatus(deployment, sets, newest).counted(now));
  }

  private void report(ObjectNode status) {
    if (!Meta.same(status, deployment.object().path("status"))) {
      var changed = deployment.object().deepCopy();
      changed.set("status", status);
      draft.add(new Action.ReplaceStatus(Resource.DEPLOYMENT, changed));
    }
  }

  private int wanted() {
    return sets.stream().mapToInt(ReplicaSet::wanted).sum();
  }

  /// Pods that are ending count: the new ones must not run beside them.
  private boolean oldPods() {
    return old.stream()
        .anyMatch(set ->
            set.replicas() > 0
                || set.wanted() > 0
                || podsOf.apply(set).stream().map(Pod::new).anyMatch(pod -> !pod.ended()));
  }
}
