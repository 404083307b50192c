package dev.sluice.controller.canary;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.ObjectRef;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/// Which canaries a change of some object may matter to. Errs on the side of looking once too
/// often.
public final class Interest {

  private record Named(Kind kind, ObjectRef ref) {}

  private final Map<Named, Set<ObjectRef>> byObject = new ConcurrentHashMap<>();
  private final Map<ObjectRef, Set<Named>> byCanary = new ConcurrentHashMap<>();
  private final Set<ObjectRef> routed = new ConcurrentSkipListSet<>();

  /// The canaries to look at again.
  public Set<ObjectRef> in(Kind kind, GenericKubernetesResource changed) {
    String namespace = changed.getMetadata().getNamespace();
    ObjectRef ref =
        new ObjectRef(namespace == null ? "" : namespace, changed.getMetadata().getName());
    Set<ObjectRef> canaries = new TreeSet<>(byObject.getOrDefault(new Named(kind, ref), Set.of()));
    if (kind.equals(Kind.CANARY)) {
      canaries.add(ref);
      note(ref, changed);
    }
    boolean owned = false;
    if (changed.getMetadata().getOwnerReferences() != null) {
      for (OwnerReference owner : changed.getMetadata().getOwnerReferences()) {
        if ("Canary".equals(owner.getKind())) {
          canaries.add(new ObjectRef(ref.namespace(), owner.getName()));
          owned = true;
          if (kind.equals(Kind.AUTOSCALER)) {
            watch(new ObjectRef(ref.namespace(), owner.getName()), kind, ref.name());
          }
        }
      }
    }
    if (kind.equals(Kind.VIRTUAL_SERVICE) && !owned) {
      // It may have taken or given back a host of any canary, from any namespace.
      canaries.addAll(routed);
    }
    return canaries;
  }

  private void note(ObjectRef canary, GenericKubernetesResource object) {
    JsonNode spec = Json.tree(object).path("spec");
    String target = spec.path("targetRef").path("name").asText();
    String apex = spec.path("service").path("name").asText(target);
    for (String suffix : new String[] {"", "-primary", "-canary"}) {
      watch(canary, Kind.SERVICE, apex + suffix);
    }
    watch(canary, Kind.DEPLOYMENT, target);
    watch(canary, Kind.DEPLOYMENT, target + "-primary");
    watch(canary, Kind.VIRTUAL_SERVICE, apex);
    routed.add(canary);
  }

  /// From now on a change of this object matters to the canary.
  ///
  /// @param name of an object in the canary's namespace
  void watch(ObjectRef canary, Kind kind, String name) {
    watch(canary, kind, new ObjectRef(canary.namespace(), name));
  }

  /// From now on a change of this object matters to the canary.
  void watch(ObjectRef canary, Kind kind, ObjectRef ref) {
    Named object = new Named(kind, ref);
    byObject.computeIfAbsent(object, o -> new ConcurrentSkipListSet<>()).add(canary);
    byCanary.computeIfAbsent(canary, c -> ConcurrentHashMap.newKeySet()).add(object);
  }

  /// The objects of a kind that matter to a canary, or did; some may be gone.
  Set<ObjectRef> of(ObjectRef canary, Kind kind) {
    Set<ObjectRef> refs = new TreeSet<>();
    for (Named object : byCanary.getOrDefault(canary, Set.of())) {
      if (object.kind().equals(kind)) {
        refs.add(object.ref());
      }
    }
    return refs;
  }

  /// The canary is gone.
  void forget(ObjectRef canary) {
    routed.remove(canary);
    Set<Named> objects = byCanary.remove(canary);
    if (objects != null) {
      for (Named object : objects) {
        Set<ObjectRef> canaries = byObject.get(object);
        if (canaries != null) {
          canaries.remove(canary);
        }
      }
    }
  }
}
