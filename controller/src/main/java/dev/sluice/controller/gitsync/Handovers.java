package dev.sluice.controller.gitsync;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.rollout.Content;
import dev.sluice.crds.Condition;
import dev.sluice.crds.GitSync;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.shape.Unreadable;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Tells rollouts that a commit is being written to their target or its config: until it is done,
/// what the target holds may be half old and half new.
///
/// A pass of this process is known from memory. After a restart the status of the GitSync tells:
/// its `handingOver` names the target from before the first write of a commit until after the last.
public final class Handovers {
  static final String APPLYING = "Applying";

  private final Cluster cluster;
  private final Map<ObjectRef, Pass> passes = new ConcurrentHashMap<>();

  /// Syncs that this process has looked at; for them memory is the whole truth.
  private final Set<ObjectRef> known = ConcurrentHashMap.newKeySet();

  private record Pass(String commit, Set<ObjectRef> targets, Instant since) {}

  /// @param cluster only its cache is read
  public Handovers(Cluster cluster) {
    this.cluster = cluster;
  }

  /// The commit that is being written to a Deployment or to its config.
  public Optional<Content.HandOver> of(ObjectRef deployment) {
    for (Pass pass : passes.values()) {
      if (pass.targets().contains(deployment)) {
        return Optional.of(new Content.HandOver(pass.commit(), pass.since()));
      }
    }
    for (GenericKubernetesResource object : cluster.cached(Kind.GIT_SYNC)) {
      Optional<Content.HandOver> left = leftBehind(object, deployment);
      if (left.isPresent()) {
        return left;
      }
    }
    return Optional.empty();
  }

  private Optional<Content.HandOver> leftBehind(
      GenericKubernetesResource object, ObjectRef deployment) {
    GitSync sync;
    try {
      sync = GitSync.read(Translation.tree(object));
    } catch (Unreadable e) {
      return Optional.empty();
    }
    if (known.contains(sync.ref()) || sync.spec().suspend()) {
      return Optional.empty();
    }
    String commit = sync.status().lastAttemptedRevision();
    if (commit == null || !sync.status().handingOver().contains(deployment.toString())) {
      return Optional.empty();
    }
    return sync.status()
        .condition(Condition.RECONCILING)
        .filter(Condition::isTrue)
        .flatMap(c -> Optional.ofNullable(c.lastTransitionTime()))
        .map(since -> new Content.HandOver(commit, since));
  }

  /// This process looks after the sync from now on.
  void knows(ObjectRef sync) {
    known.add(sync);
  }

  /// A pass is about to write to these targets or their config. Beginning again keeps the first
  /// time.
  ///
  /// @return since when the handover has been under way
  Instant begin(ObjectRef sync, String commit, Set<ObjectRef> targets, Instant now) {
    return passes
        .merge(
            sync,
            new Pass(commit, Set.copyOf(targets), now),
            (old, next) ->
                old.commit().equals(commit) && old.targets().equals(next.targets()) ? old : next)
        .since();
  }

  void end(ObjectRef sync) {
    passes.remove(sync);
  }

  void forget(ObjectRef sync) {
    passes.remove(sync);
    known.remove(sync);
  }
}
