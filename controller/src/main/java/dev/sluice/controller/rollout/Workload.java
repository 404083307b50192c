package dev.sluice.controller.rollout;

import dev.sluice.mesh.Percent;
import java.util.Optional;
import java.util.OptionalInt;

/// The pods of a workload as its status tells, target or primary.
///
/// @param observedGeneration of its status; 0 when its controller has not looked yet
/// @param replicas wanted, `spec.replicas`
/// @param existing pods of any template, `status.replicas`
/// @param updated pods of the present template
/// @param deadlineExceeded what its condition says once `progressDeadlineSeconds` of its own is
///   over
/// @param hindrance why it is given no pods, such as a quota that is used up, or that it is paused
/// @param copyOf for a primary, the revision that was last copied to it (our annotation)
/// @param wish how many replicas Git wants, kept on the target (`sluice.dev/replicas`)
public record Workload(
    long generation,
    long observedGeneration,
    int replicas,
    int existing,
    int updated,
    int available,
    Optional<String> deadlineExceeded,
    Optional<String> hindrance,
    Optional<Revision> copyOf,
    OptionalInt wish) {

  /// Whether all pods run the present template and enough of them are available. Zero replicas are
  /// never ready.
  boolean isReady(Percent threshold) {
    return serves(threshold)
        && observedGeneration >= generation
        && updated >= replicas
        && existing <= updated;
  }

  /// Whether enough pods, of whatever template, can take traffic.
  boolean serves(Percent threshold) {
    return replicas > 0 && available >= needed(threshold);
  }

  /// How many of its pods have to be available.
  int needed(Percent threshold) {
    return Math.max(1, (int) ((long) replicas * threshold.value() / 100));
  }

  /// Whether not a single pod is left, nor will be started.
  boolean isGone() {
    return replicas == 0 && existing == 0 && observedGeneration >= generation;
  }

  /// One clause on what is missing, for a message.
  String lacks(Percent threshold) {
    if (replicas == 0) {
      return "it is scaled to zero";
    }
    if (observedGeneration < generation) {
      return "its latest change has not been looked at by its controller";
    }
    var because = hindrance.or(() -> deadlineExceeded).map(why -> " (" + why + ")").orElse("");
    if (available < needed(threshold)) {
      return "%d of %d pods are available".formatted(available, replicas) + because;
    }
    if (updated < replicas) {
      return "%d of %d pods run the new template".formatted(updated, replicas) + because;
    }
    return "%d old pods have not gone yet".formatted(existing - updated);
  }
}
