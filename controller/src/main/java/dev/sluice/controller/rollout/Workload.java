package dev.sluice.controller.rollout;

import dev.sluice.mesh.Percent;
import java.time.Instant;
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
/// @param sizable whether its number of pods can be set; else it has as many as the cluster comes
///   to, such as one on every node, or none
/// @param renewed when its controller last saw it begin, or make progress with, another template or
///   number of pods; empty where it does not say
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
    OptionalInt wish,
    boolean sizable,
    Optional<Instant> renewed) {

  /// Whether it is asked for so many pods, or for any where they cannot be counted out.
  boolean wants(int pods) {
    return sizable ? replicas == pods : (replicas == 0) == (pods == 0);
  }

  /// Whether it is asked for fewer pods than these.
  boolean wantsFewerThan(int pods) {
    return sizable ? replicas < pods : replicas == 0 && pods > 0;
  }

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

  /// Whether not a single pod is left, nor will be started. Where the number of pods cannot be set,
  /// those that are on their way out may still be there; see [#mayStart].
  boolean isGone() {
    return replicas == 0 && (existing == 0 || !sizable) && observedGeneration >= generation;
  }

  /// Whether pods may be asked for while there are none. A DaemonSet counts pods that are about to
  /// end as available, so it gets no new ones before it has said that the old ones are gone.
  ///
  /// @param spare pods that may be stuck, on a node that is lost, without being missed
  boolean mayStart(int spare) {
    return sizable || replicas > 0 || (observedGeneration >= generation && existing <= spare);
  }

  /// How many of its pods may be missing.
  int spare(Percent threshold) {
    return Math.max(0, replicas - needed(threshold));
  }

  /// One clause on what is missing, for a message.
  String lacks(Percent threshold) {
    if (replicas == 0) {
      return existing == 0 || sizable
          ? hindrance.filter(_ -> !sizable).orElse("it is scaled to zero")
          : "%d pods from before it was scaled to zero have not gone yet".formatted(existing);
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
