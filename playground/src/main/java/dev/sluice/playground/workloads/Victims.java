package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Which pods of a ReplicaSet go first when there are too many: those that are of least use. Ages
/// are compared by their order of magnitude only, so that it is not always the newest that goes.
final class Victims {
  static final String COST = "controller.kubernetes.io/pod-deletion-cost";

  private Victims() {}

  /// @param related the pods of all ReplicaSets of the same owner: of two equal pods the one goes
  ///   that has more of them on its node
  static List<Pod> of(List<Pod> pods, List<ObjectNode> related, int count, Instant now) {
    if (count <= 0) {
      return List.of();
    }
    var neighbours =
        related.stream()
            .map(Pod::new)
            .filter(Pod::active)
            .collect(Collectors.groupingBy(Pod::node, Collectors.counting()));
    return pods.stream().sorted(order(neighbours, now)).limit(count).toList();
  }

  private static Comparator<Pod> order(Map<String, Long> neighbours, Instant now) {
    return Comparator.<Pod, Boolean>comparing(pod -> !pod.node().isEmpty())
        .thenComparing(pod -> pod.phase().equals("Running"))
        .thenComparing(Pod::ready)
        .thenComparingInt(Victims::cost)
        .thenComparing(
            pod -> neighbours.getOrDefault(pod.node(), 0L), Comparator.<Long>reverseOrder())
        .thenComparingInt(pod -> magnitude(pod.readySince(), now))
        .thenComparing(Pod::restarts, Comparator.<Integer>reverseOrder())
        .thenComparingInt(pod -> magnitude(Optional.of(Meta.created(pod.object())), now))
        .thenComparing(Pod::uid);
  }

  /// What the user said the end of the pod costs; 0 where there is no number.
  private static int cost(Pod pod) {
    var text = Meta.annotations(pod.object()).getOrDefault(COST, "0");
    try {
      return text.startsWith("+") ? 0 : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static int magnitude(Optional<Instant> since, Instant now) {
    long nanos = since.map(at -> Duration.between(at, now).toNanos()).orElse(0L);
    return nanos <= 0 ? -1 : 63 - Long.numberOfLeadingZeros(nanos);
  }
}
