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
import dev.sluice.mesh.Meshes;
import dev.sluice.mesh.Split;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// A canary's objects of its mesh, and what it has left in another: read from the cache, written
/// under the version that was read.
public final class Routes {
  private final Cluster cluster;
  private final Providers providers;
  private final Interest interest;

  public Routes(Cluster cluster, Providers providers, Interest interest) {
    this.cluster = cluster;
    this.providers = providers;
    this.interest = interest;
  }

  /// The objects of one mesh.
  ///
  /// @param former whether the Canary asks for another mesh by now; these objects are kept from
  ///   doing harm, and given back once those of the other are obeyed
  private record Part(Mesh mesh, List<HasMetadata> live, boolean former) {
    Part with(List<HasMetadata> now) {
      return new Part(mesh, now, former);
    }
  }

  /// What the routes of a canary come to.
  ///
  /// @param split what users' requests meet; empty when there is no route, or it cannot be read as
  ///   a split
  /// @param asWanted whether all of them are as their meshes want them for that split
  /// @param pending why the mesh does not obey yet; empty when it does, or does not say
  /// @param toSides whether any leads to the `-primary` or `-canary` Service
  /// @param editor who wrote one of them last, if it was not the rollout
  /// @param rivals other objects that own a host of this canary
  /// @param former the route of a mesh that the Canary does not ask for any more, such as
  ///   `VirtualService ns/name`
  public record Reading(
      Optional<Split> split,
      boolean asWanted,
      Optional<String> pending,
      boolean toSides,
      Optional<String> editor,
      List<String> rivals,
      Optional<String> former) {}

  public Reading read(Canary canary) {
    List<Part> parts = parts(canary);
    Optional<Part> driven = driven(parts);
    List<Part> formers = formers(parts);
    Optional<Split> split = driven.flatMap(part -> split(canary, part));
    Optional<Part> another =
        formers.stream().filter(part -> differs(canary, part, split)).findAny();
    return new Reading(
        another
            .or(() -> split.isPresent() ? Optional.empty() : formers.stream().findFirst())
            .map(part -> split(canary, part))
            .orElse(split),
        another.isEmpty()
            && driven.filter(part -> asWanted(canary, part, split.orElse(Split.NONE))).isPresent(),
        driven.flatMap(part -> part.mesh().pending(canary, part.live())),
        parts.stream().anyMatch(part -> leadsToSides(canary, part)),
        driven.flatMap(part -> editor(part.live())),
        driven.map(part -> rivals(canary, part)).orElseGet(List::of),
        formers.stream().findFirst().map(part -> name(canary, part)));
  }

  /// What the Canary asks for; where that is not there, what it asked for before.
  private static Optional<Part> driven(List<Part> parts) {
    return parts.stream()
        .filter(part -> !part.former())
        .findFirst()
        .or(() -> parts.stream().findFirst());
  }

  private static List<Part> formers(List<Part> parts) {
    List<Part> formers = new ArrayList<>(parts);
    driven(parts).ifPresent(formers::remove);
    return formers;
  }

  private static Optional<Split> split(Canary canary, Part part) {
    return part.mesh().read(canary, part.live());
  }

  /// Whether some users would meet another share than the rest of them. To meet the primary alone
  /// harms nobody.
  private static boolean differs(Canary canary, Part former, Optional<Split> driven) {
    return split(canary, former)
        .filter(left -> left.isNone() || driven.filter(left::hasShares).isPresent())
        .isEmpty();
  }

  private static boolean leadsToSides(Canary canary, Part part) {
    return part.mesh().leadsToSides(canary, part.live());
  }

  private static String name(Canary canary, Part part) {
    return part.live().stream()
        .filter(object -> part.mesh().leadsToSides(canary, List.of(object)))
        .findFirst()
        .map(object ->
            "%s %s/%s"
                .formatted(
                    object.getKind(),
                    canary.metadata().namespace(),
                    object.getMetadata().getName()))
        .orElse(part.mesh().name());
  }

  /// What the Canary does not ask for any more comes first: nothing must keep it from being made
  /// safe.
  private List<Part> parts(Canary canary) {
    List<Part> parts = new ArrayList<>();
    Optional<Mesh> asked = providers.driven(canary);
    for (Mesh mesh : Meshes.all()) {
      if (providers.isThere(mesh) && asked.filter(mesh::equals).isEmpty()) {
        Part part = new Part(mesh, live(canary, mesh), true);
        if (leadsToSides(canary, part) && isOurs(canary, part)) {
          parts.add(part);
        }
      }
    }
    asked.ifPresent(mesh -> parts.add(new Part(mesh, live(canary, mesh), false)));
    return parts;
  }

  /// Somebody may lead requests to the sides with a route of his own.
  private static boolean isOurs(Canary canary, Part part) {
    return part.live().stream()
        .filter(object -> part.mesh().leadsToSides(canary, List.of(object)))
        .anyMatch(object ->
            Meshes.isMarked(object)
                || Owners.owns(canary, Json.MAPPER.<JsonNode>valueToTree(object)));
  }

  private List<HasMetadata> live(Canary canary, Mesh mesh) {
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

  private List<String> rivals(Canary canary, Part part) {
    List<HasMetadata> live = part.live();
    List<HasMetadata> all = new ArrayList<>(live);
    for (Claimant claimant : interest.claimants(canary)) {
      Optional<Mesh.RouteKind> kind =
          part.mesh().kinds().stream()
              .filter(route -> Interest.kind(route).equals(claimant.kind()))
              .findFirst();
      if (kind.isEmpty() || isAmong(live, claimant)) {
        continue;
      }
      Optional<GenericKubernetesResource> object = cluster.cached(claimant.kind(), claimant.ref());
      object.ifPresentOrElse(
          present -> all.add(Json.typed(present, kind.get().className())),
          () -> interest.forget(claimant));
    }
    return part.mesh().rivals(canary, all);
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
  private static boolean asWanted(Canary canary, Part part, Split split) {
    List<HasMetadata> wanted = wanted(canary, part, split);
    return wanted.size() == part.live().size()
        && wanted.stream()
            .allMatch(one -> part.live().stream().anyMatch(other -> same(one, other)));
  }

  /// A spec that the mesh would refuse reaches no route; a run that is under way is still made
  /// safe.
  private static List<HasMetadata> wanted(Canary canary, Part part, Split split) {
    return part.former() || !part.mesh().problems(canary).isEmpty()
        ? part.mesh().reweighted(canary, split, part.live())
        : part.mesh().routes(canary, split, part.live());
  }

  /// Writes what differs; nothing when all is as wanted. To take all traffic away does not wait for
  /// a watch that is late.
  public void write(Canary canary, Split split) {
    for (Part part : parts(canary)) {
      try {
        write(canary, split, part);
      } catch (ClusterFailure.Conflict e) {
        if (!split.isNone()) {
          throw e;
        }
        write(canary, split, onServer(canary, part));
      }
    }
  }

  private void write(Canary canary, Split split, Part part) {
    for (HasMetadata wanted : wanted(canary, part, split)) {
      Kind kind = kindOf(part, wanted);
      ObjectNode tree = Json.MAPPER.valueToTree(wanted);
      Optional<HasMetadata> present =
          part.live().stream().filter(o -> isSameObject(o, wanted)).findFirst();
      if (present.isEmpty()) {
        Owners.own(tree, canary);
        Json.object(tree, "metadata").put("namespace", canary.metadata().namespace());
        create(kind, tree);
      } else if (!same(wanted, present.get())) {
        // Left out of a PUT, they stay as they are on the server.
        Json.object(tree, "metadata").remove("managedFields");
        cluster.replace(kind, Json.resource(tree));
      }
    }
  }

  /// A mesh that is taken away takes its kinds along; that is for people to hear of.
  private void create(Kind kind, ObjectNode tree) {
    try {
      cluster.create(kind, Json.resource(tree));
    } catch (ClusterFailure.Missing e) {
      throw new ClusterFailure.Refused(
          "%s cannot be made: %s".formatted(kind.kind(), e.getMessage()));
    }
  }

  /// Asks the server before pods are stopped: the watch may not have shown yet what we wrote last,
  /// and pods that are stopped because of an old route fail requests. A share that is another is
  /// set right at once; the pods wait until the watch has shown it, and for the time that a route
  /// takes to reach every proxy.
  ///
  /// @throws ClusterFailure.Conflict when the routes are not seen as they are
  public void confirm(Canary canary, Split split) {
    for (Part seen : parts(canary)) {
      Part now = onServer(canary, seen);
      boolean another = split(canary, now).filter(split::hasShares).isEmpty();
      if (another) {
        write(canary, split, now);
      }
      if (another
          || now.mesh().pending(canary, now.live()).isPresent()
          || !versions(now.live()).equals(versions(seen.live()))) {
        throw new ClusterFailure.Conflict(
            "the routes of Canary %s are not seen as they are".formatted(canary.ref()));
      }
    }
  }

  private Part onServer(Canary canary, Part part) {
    List<HasMetadata> now = new ArrayList<>();
    for (HasMetadata seen : part.live()) {
      ObjectRef ref = new ObjectRef(canary.metadata().namespace(), seen.getMetadata().getName());
      cluster
          .get(kindOf(part, seen), ref)
          .ifPresent(object -> now.add(Json.typed(object, seen.getClass())));
    }
    return part.with(now);
  }

  private static List<String> versions(List<HasMetadata> objects) {
    return objects.stream().map(object -> object.getMetadata().getResourceVersion()).toList();
  }

  /// Leads everything to the apex again, and leaves it to nobody: it stays when the Canary goes.
  public void giveBack(Canary canary) {
    parts(canary).forEach(part -> giveBack(canary, part, _ -> true));
  }

  /// The same with the objects that the Canary does not own; the others go with it.
  public void giveBackFound(Canary canary) {
    parts(canary).forEach(part -> giveBack(canary, part, live -> !Owners.owns(canary, live)));
  }

  /// The same with what the Canary does not ask for any more.
  public void giveBackFormer(Canary canary) {
    formers(parts(canary)).forEach(part -> giveBack(canary, part, _ -> true));
  }

  private void giveBack(Canary canary, Part part, Predicate<JsonNode> which) {
    List<HasMetadata> live = part.live();
    if (!leadsToSides(canary, part)) {
      return;
    }
    for (HasMetadata wanted : part.mesh().givenBack(canary, live)) {
      if (live.stream().noneMatch(present -> same(wanted, present))) {
        ObjectNode tree = Json.MAPPER.valueToTree(wanted);
        if (!which.test(tree)) {
          continue;
        }
        Json.object(tree, "metadata").remove("managedFields");
        Owners.disown(tree, canary);
        cluster.replace(kindOf(part, wanted), Json.resource(tree));
      }
    }
  }

  /// All kinds of which a canary may own objects here.
  public List<Kind> kinds() {
    return Meshes.all().stream()
        .filter(providers::isThere)
        .flatMap(mesh -> mesh.kinds().stream())
        .map(Interest::kind)
        .toList();
  }

  private static Kind kindOf(Part part, HasMetadata object) {
    return part.mesh().kinds().stream()
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
  private static Optional<String> editor(List<HasMetadata> live) {
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
}
