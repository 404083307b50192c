package dev.sluice.controller.rollout;

import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How requests find their pods, as read back from the cluster.
///
/// @param services whether the `-canary` and `-primary` Services are as wanted
/// @param apex where the apex Service points
/// @param rules whether the mesh's objects are as wanted, weights aside
/// @param split what the canary gets, empty when there is no route or it cannot be read as a split
/// @param pending why the mesh does not obey its objects yet; empty when it does, or does not say
/// @param sides what leads to the pods of primary or canary by our doing
/// @param since since when all of the above is as it is, as this process saw it on the watch
/// @param editor who wrote the route last, if it was not us
/// @param rivals other objects that own a host of this canary, such as `VirtualService ns/name`
/// @param former the route of a mesh that the Canary does not ask for any more and that some users
///   may still come by, such as `VirtualService ns/name`
public record Routing(
    boolean services,
    Apex apex,
    boolean rules,
    Optional<Split> split,
    Optional<String> pending,
    Sides sides,
    Instant since,
    Optional<String> editor,
    List<String> rivals,
    Optional<String> former) {

  public Routing {
    rivals = List.copyOf(rivals);
  }

  /// @param routes whether a route of the mesh leads to the `-primary` or `-canary` Service
  /// @param apex whether the apex Service selects the primary's pods, ports aside
  public record Sides(boolean routes, boolean apex) {
    boolean any() {
      return routes || apex;
    }
  }

  /// Where the apex Service points.
  public enum Apex {
    MISSING,
    /// It exists and does not select the primary: before initialisation, or reset by somebody.
    ELSEWHERE,
    PRIMARY
  }

  /// The canary's share of users' requests, as far as the route can be read.
  Optional<Percent> canary() {
    return split.map(Split::canary);
  }

  boolean is(Split wanted) {
    return rules && split.filter(wanted::equals).isPresent();
  }

  /// Whether these shares are what every proxy obeys by now, however users are kept.
  boolean reached(Split wanted, Instant now, Duration settle) {
    return former.isEmpty() && obeyed(wanted, now, settle);
  }

  /// The same as far as the mesh is concerned that the Canary asks for.
  boolean obeyed(Split wanted, Instant now, Duration settle) {
    return rules
        && split.filter(wanted::hasShares).isPresent()
        && pending.isEmpty()
        && apex == Apex.PRIMARY
        && !now.isBefore(since.plus(settle));
  }
}
