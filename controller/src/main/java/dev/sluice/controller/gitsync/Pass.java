package dev.sluice.controller.gitsync;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.Canary;
import dev.sluice.crds.Condition;
import dev.sluice.crds.GitSync;
import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.fetch.Snapshot;
import dev.sluice.gitops.plan.Intake;
import dev.sluice.gitops.plan.Inventory;
import dev.sluice.gitops.plan.Live;
import dev.sluice.gitops.plan.Order;
import dev.sluice.gitops.plan.Plan;
import dev.sluice.gitops.plan.Plan.Found;
import dev.sluice.gitops.plan.Plan.Pruning;
import dev.sluice.gitops.plan.Plan.Removal;
import dev.sluice.gitops.plan.Plan.Stage;
import dev.sluice.gitops.plan.Plan.Trial;
import dev.sluice.gitops.plan.Plan.Tried;
import dev.sluice.gitops.plan.Prune;
import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.ObjectKey;
import dev.sluice.mesh.Mesh;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One commit on its way into the cluster: look, try out, write down what may be written, apply,
/// prune. Every step may be the last; the next pass then does what is left.
final class Pass {
  /// How long a rollout gets to take its canary's traffic away before its target is changed.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// How long kinds and namespaces that the commit makes get to be ready.
  private static final Duration ESTABLISHING = Duration.ofSeconds(60);

  /// How long a deleted object gets to be gone.
  private static final Duration ENDING = Duration.ofSeconds(60);

  private final Cluster cluster;
  private final Handovers handovers;
  private final Consumer<ObjectRef> wakeCanary;
  private final Scout scout;
  private final Writer writer;
  private final Snapshot snapshot;
  private final Instant now;
  private final Inventory before;
  private final Changes changes;

  /// What was deleted and is not gone yet.
  private Optional<String> terminating = Optional.empty();

  /// With the status as this pass last wrote it.
  private GitSync sync;

  /// @param byDefault the mesh of Canaries that name none
  /// @param wakeCanary asks for a look at a rollout now
  /// @param changes what earlier passes over this commit have written, if it took several
  Pass(
      GitSync sync,
      Snapshot snapshot,
      Cluster cluster,
      Cluster as,
      Mesh byDefault,
      Handovers handovers,
      Consumer<ObjectRef> wakeCanary,
      Changes changes,
      Instant now) {
    this.sync = sync;
    this.changes = changes;
    this.snapshot = snapshot;
    this.cluster = cluster;
    this.handovers = handovers;
    this.wakeCanary = wakeCanary;
    this.now = now;
    this.scout = new Scout(sync, cluster, as, byDefault);
    this.writer = new Writer(cluster, as);
    this.before = Progress.inventory(sync.status());
  }

  GitSync sync() {
    return sync;
  }

  /// @param manifests the whole commit
  /// @param prunes whether what the commit does not hold may be deleted
  /// @throws Trouble.Stop when it cannot go on
  Outcome run(List<Manifest> manifests, boolean prunes) {
    Scout.Scene scene = scout.look(manifests);
    Set<Canary> touched = touched(scene);
    List<Tried> tried = withCommit(scene, touched);
    List<Stage> stages = Plan.stages(tried);
    Inventory wanted = Inventory.of(tried.stream().map(Tried::payload).toList());
    if (!stages.isEmpty()) {
      Optional<String> wait = begin(tried, touched);
      if (wait.isPresent()) {
        return new Outcome.Waiting(wait.get());
      }
      Optional<String> unready = apply(scene, tried, stages);
      if (unready.isPresent()) {
        return new Outcome.Waiting(unready.get());
      }
    }
    Inventory tracked = prunes ? prune(scene, wanted) : wanted;
    handovers.end(sync.ref());
    touched.forEach(canary -> wakeCanary.accept(canary.ref()));
    if (terminating.isPresent()) {
      return new Outcome.Waiting(terminating.get());
    }
    List<String> left =
        scene.left().stream().map(leave -> leave.key() + " (" + leave.by() + ")").toList();
    return new Outcome.Done(snapshot, tracked, changes, left);
  }

  /// Makes drifted objects follow again; deletes nothing, records nothing.
  ///
  /// @throws Trouble.Stop when it cannot go on
  void defend(List<Manifest> manifests) {
    Plan.stages(scout.look(manifests).tried()).forEach(this::apply);
  }

  // ---- handing targets over ----

  /// Rollouts whose target's pods, or the config of these, this pass is about to change.
  private Set<Canary> touched(Scout.Scene scene) {
    Map<ObjectKey, Tried> byKey =
        scene.tried().stream()
            .collect(Collectors.toMap(tried -> tried.payload().key(), tried -> tried));
    var found = new HashSet<Canary>();
    for (Tried tried : scene.tried()) {
      Optional<Canary> rollout = scene.targets().rolloutOf(tried.payload().key());
      if (rollout.isPresent()
          && (begunBefore(tried.payload().key())
              || changes(tried, "/spec/template")
              || Targets.configs(tried.payload()).stream()
                  .flatMap(key -> Optional.ofNullable(byKey.get(key)).stream())
                  .anyMatch(config -> changes(config, "/data", "/binaryData")))) {
        found.add(rollout.get());
      }
    }
    return found;
  }

  /// A pass that was cut off may have written the config already; the target still has to follow.
  private boolean begunBefore(ObjectKey target) {
    return sync.status().handingOver().contains(Translation.ref(target).toString());
  }

  private static boolean changes(Tried tried, String... places) {
    for (Stage stage : Plan.stages(List.of(tried))) {
      Plan.Apply step = stage.steps().getFirst();
      if (step.drift().isEmpty()) {
        return true;
      }
      for (String place : places) {
        if (step.drift().stream().anyMatch(path -> path.startsWith(place))) {
          return true;
        }
      }
    }
    return false;
  }

  /// The target is the last of its revision to be written, and says which commit it is.
  private List<Tried> withCommit(Scout.Scene scene, Set<Canary> touched) {
    Set<ObjectKey> targets = touched.stream().map(Targets::target).collect(Collectors.toSet());
    return scene.tried().stream()
        .map(tried ->
            targets.contains(tried.payload().key())
                ? scout.again(
                    tried,
                    Intake.annotated(tried.payload(), Scout.COMMIT, snapshot.revision().brief()),
                    scene)
                : tried)
        .toList();
  }

  /// Writes down what may be written, and lets rollouts take their traffic away.
  ///
  /// @return what the pass waits for
  private Optional<String> begin(List<Tried> tried, Set<Canary> touched) {
    String commit = snapshot.revision().brief();
    Instant since = now;
    Set<ObjectRef> targets =
        touched.stream()
            .map(canary -> Translation.ref(Targets.target(canary)))
            .collect(Collectors.toCollection(TreeSet::new));
    if (!touched.isEmpty()) {
      since = handovers.begin(sync.ref(), commit, targets, now);
    }
    Inventory union = before.and(tried.stream().map(Tried::payload).toList());
    record(Progress.begun(sync, snapshot.revision(), union, targets, now));
    for (Canary canary : touched) {
      boolean traffic =
          scout.cached(canary.ref()).filter(c -> c.status().canaryWeight() > 0).isPresent();
      if (traffic && now.isBefore(since.plus(PATIENCE))) {
        wakeCanary.accept(canary.ref());
        return Optional.of(
            "Canary " + canary.ref() + " takes its traffic away before its target changes");
      }
    }
    return Optional.empty();
  }

  // ---- applying ----

  /// @return what the pass waits for
  private Optional<String> apply(Scout.Scene scene, List<Tried> tried, List<Stage> stages) {
    List<Stage> rest = stages;
    if (stages.getFirst().order() == Order.FOUNDATIONS) {
      apply(stages.getFirst());
      rest = stages.subList(1, stages.size());
    }
    if (tried.stream().anyMatch(Pass::notYet)) {
      List<Tried> again =
          scout.again(
              new Scout.Scene(
                  tried.stream()
                      .filter(t -> Order.of(t.payload().key()) != Order.FOUNDATIONS)
                      .toList(),
                  scene.left(),
                  scene.placed(),
                  scene.targets()));
      Optional<Tried> missing = again.stream().filter(Pass::notYet).findFirst();
      if (missing.isPresent()) {
        return Optional.of(unready(missing.get()));
      }
      rest = Plan.stages(again);
    }
    rest.forEach(this::apply);
    return Optional.empty();
  }

  private static boolean notYet(Tried tried) {
    return tried.trial() instanceof Trial.NotYet;
  }

  private void apply(Stage stage) {
    for (Plan.Apply step : stage.steps()) {
      writer.apply(step);
      changes.applied(step);
    }
  }

  private String unready(Tried missing) {
    Instant since =
        sync.status()
            .condition(Condition.RECONCILING)
            .flatMap(c -> Optional.ofNullable(c.lastTransitionTime()))
            .orElse(now);
    String what = missing.payload().key() + " needs a kind or a namespace that this commit makes";
    if (now.isAfter(since.plus(ESTABLISHING))) {
      throw new Trouble(
              "NotEstablished",
              what + ", and that is not ready after " + ESTABLISHING.toSeconds() + " s",
              false)
          .stop();
    }
    return what;
  }

  // ---- pruning ----

  /// @return what is still to be tracked
  private Inventory prune(Scout.Scene scene, Inventory wanted) {
    List<ObjectKey> desired = scene.placed().stream().map(Manifest::key).toList();
    Set<ObjectKey> dropped = Prune.dropped(before, desired);
    if (dropped.isEmpty()) {
      return wanted;
    }
    Prune.unconfirmed(
            dropped.size(),
            before,
            desired.size(),
            snapshot.revision().toString(),
            Optional.ofNullable(sync.metadata().annotations().get(Prune.CONFIRMATION)))
        .ifPresent(why -> {
          throw new Trouble("PruneNotConfirmed", why, true).stop();
        });
    var found = new LinkedHashMap<ObjectKey, Found>();
    dropped.forEach(key -> found.put(key, scout.find(key, before.apiVersion(key))));
    Pruning pruning =
        new Prune(sync.ref(), scene.targets().claims()).decide(dropped, before, found);
    pruning
        .held()
        .ifPresent(why -> {
          throw new Trouble("PruneFailed", "nothing is deleted: " + why, false).stop();
        });
    var done = new HashSet<ObjectKey>(pruning.gone());
    done.addAll(pruning.kept().keySet());
    changes.kept(pruning.kept());
    pruning.terminating().forEach(key -> awaitEnd(key, found.get(key)));
    if (terminating.isEmpty()) {
      done.addAll(delete(pruning.delete()));
    }
    return before.without(done).without(desired).and(wanted);
  }

  private void awaitEnd(ObjectKey key, @Nullable Found found) {
    terminating = Optional.of(key + " is being deleted");
    if (found instanceof Found.Present(Live object)
        && object.terminatingSince().filter(since -> now.isAfter(since.plus(ENDING))).isPresent()) {
      throw new Trouble(
              "PruneFailed",
              key + " was deleted and is still there; something must release its finalizers",
              false)
          .stop();
    }
  }

  /// Group after group; one that is not gone at once ends it for this pass.
  private Set<ObjectKey> delete(List<List<Removal>> groups) {
    var gone = new HashSet<ObjectKey>();
    for (List<Removal> group : groups) {
      for (Removal removal : group) {
        writer.delete(removal);
        changes.deleted(removal.key());
      }
      for (Removal removal : group) {
        if (scout.find(removal.key(), removal.apiVersion()) instanceof Found.Gone) {
          gone.add(removal.key());
        } else {
          terminating = Optional.of(removal.key() + " is being deleted");
        }
      }
      if (terminating.isPresent()) {
        break;
      }
    }
    return gone;
  }

  // ---- status ----

  /// Writes the status if it differs; conditional on nobody having written the object meanwhile.
  void record(GitSync.Status status) {
    if (status.equals(sync.status())) {
      return;
    }
    var written =
        cluster.patchStatus(
            Kind.GIT_SYNC,
            sync.ref(),
            Progress.patch(sync.status(), status),
            sync.metadata().resourceVersion());
    sync = GitSync.read(Translation.tree(written));
  }
}
