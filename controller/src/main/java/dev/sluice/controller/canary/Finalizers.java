package dev.sluice.controller.canary;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.rollout.Deletion;
import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Our finalizer on a Canary: while it is there, a deletion waits.
final class Finalizers {
  /// Flagger's, so that either controller can finish what the other began.
  static final String NAME = "finalizer.flagger.app";

  private final Cluster cluster;

  Finalizers(Cluster cluster) {
    this.cluster = cluster;
  }

  static Deletion deletion(Canary canary) {
    return new Deletion(
        canary.metadata().deleting(),
        canary.metadata().finalizers().contains(NAME),
        canary.spec().revertOnDeletion());
  }

  void put(Canary canary) {
    set(canary, true);
  }

  void take(Canary canary) {
    set(canary, false);
  }

  /// Reads first: others have finalizers, too, and the list is written whole.
  private void set(Canary canary, boolean wanted) {
    Optional<GenericKubernetesResource> live = cluster.get(Kind.CANARY, canary.ref());
    if (live.isEmpty() || !canary.metadata().uid().equals(live.get().getMetadata().getUid())) {
      return;
    }
    List<String> finalizers =
        live.get().getMetadata().getFinalizers() == null
            ? new ArrayList<>()
            : new ArrayList<>(live.get().getMetadata().getFinalizers());
    if (finalizers.contains(NAME) == wanted) {
      return;
    }
    if (wanted) {
      finalizers.add(NAME);
    } else {
      finalizers.remove(NAME);
    }
    cluster.mergePatch(
        Kind.CANARY,
        canary.ref(),
        Map.of(
            "metadata",
            Map.of(
                "finalizers",
                finalizers,
                "resourceVersion",
                live.get().getMetadata().getResourceVersion())));
  }
}
