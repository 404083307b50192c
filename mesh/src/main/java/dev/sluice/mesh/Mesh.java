package dev.sluice.mesh;

import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One way of splitting traffic. Pure: applying, owner references and retries exist once,
/// elsewhere.
public interface Mesh {

  /// As in `spec.provider` and `--mesh-provider`.
  String name();

  /// Whether it can give the canary a share of the requests, or copies. Where it cannot, [#read] is
  /// always [Split#NONE], and no other split is asked for.
  default boolean splits() {
    return true;
  }

  /// The objects as they should be: those of `live` changed as little as possible (what the mesh or
  /// others put on them stays), the missing ones new and without owner. In the order in which they
  /// must be written.
  ///
  /// @param live this canary's objects as they are; an object that is not there is left out
  List<HasMetadata> routes(Canary app, Split wanted, List<HasMetadata> live);

  /// The live objects with other shares and nothing else: for a specification that must not be
  /// written. Where nothing leads to the sides yet, nothing changes.
  List<HasMetadata> reweighted(Canary app, Split wanted, List<HasMetadata> live);

  /// The live objects as they are left behind when this application is let go: nothing leads to its
  /// sides any more. What somebody made before is as it was found; the rest leads to the apex.
  List<HasMetadata> givenBack(Canary app, List<HasMetadata> live);

  /// Whether a live object sends requests to one of the sides.
  boolean leadsToSides(Canary app, List<HasMetadata> live);

  /// The split that the live objects ask for; empty when there is no route for this canary, or it
  /// cannot be read as a split in two.
  Optional<Split> read(Canary app, List<HasMetadata> live);

  /// Why the mesh does not obey the live objects yet, as a person would be told; empty when it
  /// does, or does not say.
  default Optional<String> pending(Canary app, List<HasMetadata> live) {
    return Optional.empty();
  }

  /// What of the spec cannot work with this mesh and must be edited; empty mostly. Nothing may be
  /// written for a Canary with problems.
  List<RouteProblem> problems(Canary app);

  /// Other objects that own a host of this canary, so that its weights would be obeyed by nobody,
  /// each as a person would name it: `VirtualService team-a/shop`.
  ///
  /// @param all the objects that claim one of [#hosts], in any namespace; more do no harm
  List<String> rivals(Canary app, List<HasMetadata> all);

  /// The hosts that the objects of this canary claim, spelled so that two claims of one host are
  /// equal.
  Set<String> hosts(Canary app);

  /// The hosts that an object claims, in the same spelling; empty for other kinds of objects.
  Set<String> hosts(HasMetadata object);

  /// What the author of the Canary should know about this mesh and this spec; empty mostly.
  List<RouteProblem> warnings(Canary app);

  /// The kinds that [#routes] makes, with the name of each canary's object.
  List<RouteKind> kinds();

  /// @param plural as in the URL of the API
  /// @param className of fabric8's typed model
  record RouteKind(
      String group, String version, String plural, Class<? extends HasMetadata> className) {}

  /// Names of this canary's objects of one kind.
  List<String> names(Canary app, RouteKind kind);
}
