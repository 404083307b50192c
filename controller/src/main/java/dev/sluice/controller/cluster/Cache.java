package dev.sluice.controller.cluster;

import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Optional;

/// A trimmed local copy ([Trim]) of the objects of the watched kinds.
interface Cache {

  Optional<GenericKubernetesResource> get(Kind kind, ObjectRef ref);

  List<GenericKubernetesResource> all(Kind kind);
}
