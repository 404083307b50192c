package dev.sluice.controller.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.rollout.Workload;
import dev.sluice.crds.ObjectRef;
import java.util.Optional;

/// A kind of workload that a Canary can look after: where its facts stand, and how its pods are
/// asked for. What is decided knows none of it.
public interface TargetKind {

  /// As `spec.targetRef` names it.
  Kind kind();

  /// The pods of a live object, target or primary.
  Workload workload(JsonNode live);

  /// The pod template as a person wrote it, without what a rollout puts there. With the tracked
  /// config it makes the revision.
  ///
  /// @param live left as it is
  JsonNode template(JsonNode live);

  /// What about the target keeps it from being released step by step, as the end of a sentence that
  /// begins with its name; empty when nothing does.
  Optional<String> unfit(JsonNode target);

  /// The parts of a new primary's spec that say how many pods it has.
  ///
  /// @param spec changed in place
  void size(ObjectNode spec, int pods);

  /// What a primary takes over from its target besides the template.
  ///
  /// @param primary new or live; its `spec` is changed in place
  void carry(JsonNode target, ObjectNode primary);

  /// Gives the target so many pods, in a way that a Git sync which leaves them out does not undo.
  ///
  /// @throws ClusterFailure.Conflict when it is not what the cache shows
  void scaleTarget(Cluster cluster, ObjectRef target, int pods);

  /// Gives the primary so many pods.
  ///
  /// @throws ClusterFailure.Conflict when it is not what the cache shows
  void scalePrimary(Cluster cluster, ObjectRef primary, int pods);

  /// The version that a number of pods is written under: one that is late, behind a write of
  /// somebody else or of the next leader, is not obeyed.
  ///
  /// @throws ClusterFailure.Conflict when it is not there
  static String version(Cluster cluster, Kind kind, ObjectRef ref) {
    return cluster
        .cached(kind, ref)
        .map(object -> object.getMetadata().getResourceVersion())
        .orElseThrow(
            () -> new ClusterFailure.Conflict("%s %s is gone".formatted(kind.kind(), ref)));
  }
}
