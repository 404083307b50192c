package dev.sluice.controller;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.loop.Key;
import dev.sluice.controller.loop.Loop;
import dev.sluice.controller.object.Interest;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.function.Supplier;

/// Everything that is known and done while this process leads. It is made anew each time: what a
/// former leader remembers, another may have changed since.
///
/// @param cluster where every write stands behind the fence of this time of leading
/// @param kinds all that is watched by now
record Work(Loop loop, Interest interest, Cluster cluster, Supplier<List<Kind>> kinds) {

  void changed(Kind kind, GenericKubernetesResource object) {
    if (kind.equals(Kind.GIT_SYNC)) {
      loop.lookAt(new Key(kind, ref(object)));
    }
    interest.in(kind, object).forEach(ref -> loop.lookAt(new Key(Kind.CANARY, ref)));
  }

  /// Looks at everything that the watches have shown so far.
  void begin() {
    for (Kind kind : kinds.get()) {
      cluster.cached(kind).forEach(object -> changed(kind, object));
    }
  }

  private static ObjectRef ref(GenericKubernetesResource object) {
    String namespace = object.getMetadata().getNamespace();
    return new ObjectRef(namespace == null ? "" : namespace, object.getMetadata().getName());
  }
}
