package dev.sluice.controller.rollout;

import dev.sluice.mesh.Percent;
import java.util.Optional;
import java.util.OptionalInt;

/// What a phase wants to be true. Empty means that it does not care.
///
/// @param primaryRuns what the primary is to be a copy of
/// @param routed whether the apex Service and the mesh send requests to primary and canary, and how
///   many of them go to the canary
/// @param targetReplicas pods of the target
/// @param primaryReplicas pods of the primary
public record World(
    boolean services,
    Optional<Revision> primaryRuns,
    Optional<Percent> routed,
    OptionalInt targetReplicas,
    OptionalInt primaryReplicas) {

  /// Nothing at all.
  static final World ANY =
      new World(
          false, Optional.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
}
