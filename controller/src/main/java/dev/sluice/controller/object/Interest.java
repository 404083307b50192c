package dev.sluice.controller.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.HostIndex.Claimant;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import dev.sluice.crds.shape.Unreadable;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.UnknownMesh;
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
  /// On an EndpointSlice: the Service that it belongs to.
  public static final String SERVICE_NAME = "kubernetes.io/service-name";

  /// Kinds of which a canary may own objects under names that its spec does not say any more.
  private static final Set<Kind> COPIED = Set.of(Kind.AUTOSCALER, Kind.SCALED_OBJECT);

  private record Named(Kind kind, ObjectRef ref) {}

  private final Map<Named, Set<ObjectRef>> byObject = new ConcurrentHashMap<>();
  private final Map<ObjectRef, Set<Named>> byCanary = new ConcurrentHashMap<>();
  private final HostIndex hosts = new HostIndex();

  /// The labels of pods that a canary looks after, and those that disruption budgets ask for.
  private final HostIndex pods = new HostIndex();

  private final Mesh byDefault;

  /// @param byDefault the mesh of Canaries that name none
  public Interest(Mesh byDefault) {
    this.byDefault = byDefault;
  }

  /// The canaries to look at again.
  public Set<ObjectRef> in(Kind kind, GenericKubernetesResource changed) {
    String namespace = changed.getMetadata().getNamespace();
    ObjectRef ref = new ObjectRef(namespace == null ? "" : namespace, name(kind, changed));
    Set<ObjectRef> canaries = new TreeSet<>(byObject.getOrDefault(new Named(kind, ref), Set.of()));
    if (kind.equals(Kind.CANARY)) {
      canaries.add(ref);
      note(ref, changed);
    }
    if (changed.getMetadata().getOwnerReferences() != null) {
      for (OwnerReference owner : changed.getMetadata().getOwnerReferences()) {
        if ("Canary".equals(owner.getKind())) {
          canaries.add(new ObjectRef(ref.namespace(), owner.getName()));
          if (COPIED.contains(kind)) {
            watch(new ObjectRef(ref.namespace(), owner.getName()), kind, ref.name());
          }
        }
      }
    }
    if (kind.equals(Kind.DISRUPTION_BUDGET)) {
      canaries.addAll(pods.changed(new Claimant(kind, ref), Set.of(asked(ref, changed))));
    }
    // It may have taken or given back a host of any canary, from any namespace.
    for (Mesh mesh : Meshes.all()) {
      mesh.kinds().stream()
          .filter(route -> kind(route).equals(kind))
          .map(route -> mesh.hosts(Json.typed(changed, route.className())))
          .map(claimed -> hosts.changed(new Claimant(kind, ref), claimed))
          .forEach(canaries::addAll);
    }
    return canaries;
  }

  /// Objects of the mesh that claim a host of this canary, or did; some may be gone.
  public Set<Claimant> claimants(Canary canary) {
    return hosts.objects(claimed(canary));
  }

  private Set<String> claimed(Canary canary) {
    try {
      return Meshes.of(canary.spec(), byDefault).hosts(canary);
    } catch (UnknownMesh e) {
      // Nothing is written for such a canary, so it claims nothing.
      return Set.of();
    }
  }

  /// The disruption budgets that may select pods with these labels; some may be gone. From now on
  /// their changes matter to the canary.
  ///
  /// @param labels of the canary's pods, as `key=value`
  public Set<ObjectRef> budgets(ObjectRef canary, Set<String> labels) {
    Set<String> claimed = new TreeSet<>();
    labels.forEach(label -> claimed.add(canary.namespace() + "/" + label));
    claimed.add(canary.namespace() + "/");
    pods.claim(new Claimant(Kind.CANARY, canary), claimed);
    Set<ObjectRef> found = new TreeSet<>();
    pods.objects(claimed).forEach(budget -> found.add(budget.ref()));
    return found;
  }

  /// One label that every pod of a budget has, if it asks for one by its value.
  private static String asked(ObjectRef budget, GenericKubernetesResource object) {
    JsonNode labels = Json.tree(object).path("spec").path("selector").path("matchLabels");
    return budget.namespace()
        + "/"
        + labels.properties().stream()
            .map(label -> label.getKey() + "=" + label.getValue().asText())
            .sorted()
            .findFirst()
            .orElse("");
  }

  /// What was seen is not there any more.
  public void forget(Claimant gone) {
    hosts.claim(gone, Set.of());
  }

  /// Slices have names that nobody knows; they are known by their Service.
  private static String name(Kind kind, GenericKubernetesResource object) {
    String name = object.getMetadata().getName();
    Map<String, String> labels = object.getMetadata().getLabels();
    return kind.equals(Kind.ENDPOINT_SLICE) && labels != null
        ? labels.getOrDefault(SERVICE_NAME, name)
        : name;
  }

  private void note(ObjectRef canary, GenericKubernetesResource object) {
    ObjectNode tree = Subject.keep(Json.tree(object));
    try {
      hosts.claim(new Claimant(Kind.CANARY, canary), claimed(Canary.read(tree)));
    } catch (Unreadable e) {
      // Nothing is written for such a canary, so it claims nothing.
      hosts.claim(new Claimant(Kind.CANARY, canary), Set.of());
    }
    JsonNode spec = tree.path("spec");
    String target = spec.path("targetRef").path("name").asText();
    String apex = spec.path("service").path("name").asText(target);
    for (String suffix : new String[] {"", "-primary", "-canary"}) {
      watch(canary, Kind.SERVICE, apex + suffix);
    }
    Meshes.all().stream()
        .flatMap(mesh -> mesh.kinds().stream())
        .forEach(route -> watch(canary, kind(route), apex));
  }

  /// From now on a change of this object matters to the canary.
  ///
  /// @param name of an object in the canary's namespace
  public void watch(ObjectRef canary, Kind kind, String name) {
    watch(canary, kind, new ObjectRef(canary.namespace(), name));
  }

  /// From now on a change of this object matters to the canary.
  public void watch(ObjectRef canary, Kind kind, ObjectRef ref) {
    Named object = new Named(kind, ref);
    byObject.computeIfAbsent(object, o -> new ConcurrentSkipListSet<>()).add(canary);
    byCanary.computeIfAbsent(canary, c -> ConcurrentHashMap.newKeySet()).add(object);
  }

  /// The objects of a kind that matter to a canary, or did; some may be gone.
  public Set<ObjectRef> of(ObjectRef canary, Kind kind) {
    Set<ObjectRef> refs = new TreeSet<>();
    for (Named object : byCanary.getOrDefault(canary, Set.of())) {
      if (object.kind().equals(kind)) {
        refs.add(object.ref());
      }
    }
    return refs;
  }

  /// The canary is gone.
  public void forget(ObjectRef canary) {
    hosts.claim(new Claimant(Kind.CANARY, canary), Set.of());
    pods.claim(new Claimant(Kind.CANARY, canary), Set.of());
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

  public static Kind kind(Mesh.RouteKind kind) {
    return new Kind(
        kind.group(), kind.version(), kind.className().getSimpleName(), kind.plural(), true);
  }
}
