package dev.sluice.controller.routing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.HostIndex.Claimant;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Owners;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import dev.sluice.mesh.Mesh;
import dev.sluice.mesh.Split;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A canary's objects of its mesh: read from the cache, written under the version that was read.
public final class Routes {
  private final Cluster cluster;
  private final Mesh mesh;
  private final Interest interest;

  public Routes(Cluster cluster, Mesh mesh, Interest interest) {
    this.cluster = cluster;
    this.mesh = mesh;
    this.interest = interest;
  }

  public List<HasMetadata> live(Canary canary) {
    List<HasMetadata> live = new ArrayList<>();
    for (Mesh.RouteKind kind : mesh.kinds()) {
      for (String name : mesh.names(canary, kind)) {
        cluster
            .cached(Interest.kind(kind), new ObjectRef(canary.metadata().namespace(), name))
            .ifPresent(object -> live.add(Json.typed(object, kind.className())));
      }
    }
    return live;
  }

  /// @param live this canary's own objects
  public List<String> rivals(Canary canary, List<HasMetadata> live) {
    List<HasMetadata> all = new ArrayList<>(live);
    for (Claimant claimant : interest.claimants(canary)) {
      Optional<GenericKubernetesResource> object =
          isAmong(live, claimant)
              ? Optional.empty()
              : cluster.cached(claimant.kind(), claimant.ref());
      object.ifPresent(present ->
          mesh.kinds().stream()
              .filter(kind -> Interest.kind(kind).equals(claimant.kind()))
              .forEach(kind -> all.add(Json.typed(present, kind.className()))));
      if (object.isEmpty() && cluster.cached(claimant.kind(), claimant.ref()).isEmpty()) {
        interest.forget(claimant);
      }
    }
    return mesh.rivals(canary, all);
  }

  private static boolean isAmong(List<HasMetadata> live, Claimant claimant) {
    ObjectRef ref = claimant.ref();
    return live.stream()
        .anyMatch(own ->
            claimant.kind().kind().equals(own.getKind())
                && ref.name().equals(own.getMetadata().getName())
                && ref.namespace().equals(own.getMetadata().getNamespace()));
  }

  /// Whether the live objects are as the mesh wants them for the split they already have.
  public boolean asWanted(Canary canary, List<HasMetadata> live, Split split) {
    List<HasMetadata> wanted = wanted(canary, split, live);
    return wanted.size() == live.size()
        && wanted.stream().allMatch(one -> live.stream().anyMatch(other -> same(one, other)));
  }

  /// A spec that the mesh would refuse reaches no route; a run that is under way is still made
  /// safe.
  private List<HasMetadata> wanted(Canary canary, Split split, List<HasMetadata> live) {
    return mesh.problems(canary).isEmpty()
        ? mesh.routes(canary, split, live)
        : mesh.reweighted(canary, split, live);
  }

  /// Writes what differs; nothing when all is as wanted. To take all traffic away does not wait for
  /// a watch that is late.
  public void write(Canary canary, Split split) {
    try {
      write(canary, split, live(canary));
    } catch (ClusterFailure.Conflict e) {
      if (!split.isNone()) {
        throw e;
      }
      write(canary, split, onServer(canary));
    }
  }

  private void write(Canary canary, Split split, List<HasMetadata> live) {
    for (HasMetadata wanted : wanted(canary, split, live)) {
      Kind kind = kindOf(wanted);
      ObjectNode tree = Json.MAPPER.valueToTree(wanted);
      Optional<HasMetadata> present =
          live.stream().filter(o -> isSameObject(o, wanted)).findFirst();
      if (present.isEmpty()) {
        Owners.own(tree, canary);
        Json.object(tree, "metadata").put("namespace", canary.metadata().namespace());
        cluster.create(kind, Json.resource(tree));
      } else if (!same(wanted, present.get())) {
        // Left out of a PUT, they stay as they are on the server.
        Json.object(tree, "metadata").remove("managedFields");
        cluster.replace(kind, Json.resource(tree));
      }
    }
  }

  /// Asks the server before pods are stopped: the watch may not have shown yet what we wrote last,
  /// and pods that are stopped because of an old route fail requests. A share that is another is
  /// set right at once; the pods wait until the watch has shown it, and for the time that a route
  /// takes to reach every proxy.
  ///
  /// @throws ClusterFailure.Conflict when the routes are not seen as they are
  public void confirm(Canary canary, Split split) {
    List<HasMetadata> now = onServer(canary);
    boolean another = split(canary, now).filter(split::hasShares).isEmpty();
    if (another) {
      write(canary, split, now);
    }
    if (another
        || pending(canary, now).isPresent()
        || !versions(now).equals(versions(live(canary)))) {
      throw new ClusterFailure.Conflict(
          "the routes of Canary %s are not seen as they are".formatted(canary.ref()));
    }
  }

  private List<HasMetadata> onServer(Canary canary) {
    List<HasMetadata> now = new ArrayList<>();
    for (HasMetadata seen : live(canary)) {
      ObjectRef ref = new ObjectRef(canary.metadata().namespace(), seen.getMetadata().getName());
      cluster
          .get(kindOf(seen), ref)
          .ifPresent(object -> now.add(Json.typed(object, seen.getClass())));
    }
    return now;
  }

  private static List<String> versions(List<HasMetadata> objects) {
    return objects.stream().map(object -> object.getMetadata().getResourceVersion()).toList();
  }

  /// Leads everything to the apex again, and leaves it to nobody: it stays when the Canary goes.
  public void giveBack(Canary canary) {
    List<HasMetadata> live = live(canary);
    if (!mesh.leadsToSides(canary, live)) {
      return;
    }
    for (HasMetadata wanted : mesh.givenBack(canary, live)) {
      if (live.stream().noneMatch(present -> same(wanted, present))) {
        ObjectNode tree = Json.MAPPER.valueToTree(wanted);
        Json.object(tree, "metadata").remove("managedFields");
        Owners.disown(tree, canary);
        cluster.replace(kindOf(wanted), Json.resource(tree));
      }
    }
  }

  public boolean leadToSides(Canary canary, List<HasMetadata> live) {
    return mesh.leadsToSides(canary, live);
  }

  public List<Kind> kinds() {
    return mesh.kinds().stream().map(Interest::kind).toList();
  }

  private Kind kindOf(HasMetadata object) {
    return mesh.kinds().stream()
        .filter(k -> k.className().isInstance(object))
        .findFirst()
        .map(Interest::kind)
        .orElseThrow();
  }

  private static boolean isSameObject(HasMetadata one, HasMetadata other) {
    return one.getKind().equals(other.getKind())
        && one.getMetadata().getName().equals(other.getMetadata().getName());
  }

  private static boolean same(HasMetadata one, HasMetadata other) {
    return isSameObject(one, other)
        && Json.MAPPER.<JsonNode>valueToTree(one).equals(Json.MAPPER.<JsonNode>valueToTree(other));
  }

  /// Who wrote one of the live objects last, if it was not the rollout. What a mesh reports in the
  /// status of its objects is no edit.
  public static Optional<String> editor(List<HasMetadata> live) {
    return live.stream()
        .map(HasMetadata::getMetadata)
        .filter(meta -> meta.getManagedFields() != null)
        .flatMap(meta ->
            meta.getManagedFields().stream()
                .filter(entry -> entry.getTime() != null)
                .filter(entry -> !"status".equals(entry.getSubresource()))
                .max(
                    Comparator.comparing(ManagedFieldsEntry::getTime)
                        .thenComparing(entry -> Owners.MANAGER.equals(entry.getManager())))
                .stream())
        .map(ManagedFieldsEntry::getManager)
        .filter(manager -> !Owners.MANAGER.equals(manager))
        .findFirst();
  }

  /// Why the mesh does not obey the live objects yet; empty when it does, or does not say.
  public Optional<String> pending(Canary canary, List<HasMetadata> live) {
    return mesh.pending(canary, live);
  }

  public Optional<Split> split(Canary canary, List<HasMetadata> live) {
    return mesh.read(canary, live);
  }
}
