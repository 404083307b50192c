package dev.sluice.controller.cluster;

import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Optional;

/// A trimmed local copy ([Trim]) of the objects of the watched kinds.
interface Cache {

  Optional<GenericKubernetesResource> get(Kind kind, ObjectRef ref);

  List<GenericKubernetesResource> all(Kind kind);

  /// Begins to watch a kind, if it is not watched yet, and says whether it was listed: until then
  /// the copy is empty.
  boolean watch(Kind kind);

  /// Whether a kind is watched, listed or not.
  boolean isWatched(Kind kind);
}
