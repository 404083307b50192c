package dev.sluice.controller.oncall;

import dev.sluice.controller.rollout.Outline;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Split;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Everything that is known of one rollout, for drawing.
///
/// @param standing what status says, empty before anybody looked
/// @param outline empty where the spec cannot work
/// @param sides the target first, then the primary; those that there are
/// @param route what live routes say, empty where there are none
/// @param events the last ones, oldest first
/// @param now when all that was read
public record CanaryFacts(
    Canary canary,
    Optional<Standing> standing,
    Optional<Outline> outline,
    List<Side> sides,
    Optional<Route> route,
    List<Told> events,
    Instant now) {

  public CanaryFacts {
    sides = List.copyOf(sides);
    events = List.copyOf(events);
  }

  /// The same, later.
  CanaryFacts at(Instant later) {
    return new CanaryFacts(canary, standing, outline, sides, route, events, later);
  }

  /// One of the two workloads.
  ///
  /// @param role `target` or `primary`
  /// @param revision that it runs; empty when nobody noted it
  /// @param ready pods that are, of `wanted`
  public record Side(
      String role, String name, String revision, List<String> images, int ready, int wanted) {
    public Side {
      images = List.copyOf(images);
    }
  }

  /// @param kind of the object that was read, such as `VirtualService`
  /// @param pending why it is not obeyed yet; empty when it is
  public record Route(String kind, Split split, String pending) {}

  /// An Event.
  public record Told(Instant at, String reason, String message, boolean isWarning) {}
}
