package dev.sluice.playground.workloads;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How many pods each ReplicaSet of a Deployment should have next. Every method returns only the
/// sizes that differ from the present ones.
final class Sizes {
  private Sizes() {}

  /// The size of a ReplicaSet that is about to be made, or to grow, within the surge.
  static int grown(Deployment deployment, int present, int allPods) {
    if (deployment.recreates()) {
      return deployment.replicas();
    }
    if (present >= deployment.replicas()) {
      return deployment.replicas();
    }
    int room = deployment.replicas() + deployment.maxSurge() - allPods;
    return room <= 0 ? present : Math.min(deployment.replicas(), present + room);
  }

  /// Old pods that may go: the broken ones first, then as many as availability allows.
  static Map<ReplicaSet, Integer> shrunk(
      Deployment deployment, ReplicaSet newest, List<ReplicaSet> old) {
    var sizes = new LinkedHashMap<ReplicaSet, Integer>();
    int oldPods = old.stream().mapToInt(ReplicaSet::wanted).sum();
    int mustStay = deployment.replicas() - deployment.maxUnavailable();
    int notYet = newest.wanted() - newest.available();
    int removable = oldPods + newest.wanted() - mustStay - notYet;
    if (oldPods == 0 || removable <= 0) {
      return sizes;
    }
    var oldestFirst = old.stream().sorted(ReplicaSet.OLDEST_FIRST).toList();
    int broken = removable;
    for (var set : oldestFirst) {
      int unhealthy = Math.min(broken, set.wanted() - Math.min(set.wanted(), set.available()));
      if (unhealthy > 0) {
        sizes.put(set, set.wanted() - unhealthy);
        broken -= unhealthy;
      }
    }
    int available = newest.available() + old.stream().mapToInt(ReplicaSet::available).sum();
    int healthy = available - mustStay;
    for (var set : oldestFirst) {
      int size = sizes.getOrDefault(set, set.wanted());
      int going = Math.min(size, healthy);
      if (going > 0) {
        sizes.put(set, size - going);
        healthy -= going;
      }
    }
    return sizes;
  }

  /// Whether the Deployment was scaled since its ReplicaSets were last sized.
  static boolean scaled(Deployment deployment, List<ReplicaSet> sets) {
    return sets.stream()
        .filter(set -> set.wanted() > 0)
        .map(set -> set.annotation(ReplicaSet.DESIRED))
        .anyMatch(text -> !text.isEmpty() && !text.equals("" + deployment.replicas()));
  }

  /// Spreads a change of the Deployment's size over its ReplicaSets, in proportion while it rolls.
  /// A set that keeps its size is listed too, as the numbers it was sized for changed.
  static Map<ReplicaSet, Integer> spread(
      Deployment deployment, Optional<ReplicaSet> newest, List<ReplicaSet> old) {
    var active = new ArrayList<ReplicaSet>();
    old.stream().filter(set -> set.wanted() > 0).forEach(active::add);
    newest.filter(set -> set.wanted() > 0).ifPresent(active::add);
    if (active.size() <= 1) {
      return active.stream()
          .findFirst()
          .or(() -> newest)
          .or(() -> old.stream().max(ReplicaSet.OLDEST_FIRST))
          .map(set -> Map.of(set, deployment.replicas()))
          .orElse(Map.of());
    }
    if (newest.filter(set -> saturated(deployment, set)).isPresent()) {
      var none = new LinkedHashMap<ReplicaSet, Integer>();
      old.stream().filter(set -> set.wanted() > 0).forEach(set -> none.put(set, 0));
      return none;
    }
    return deployment.recreates() ? Map.of() : inProportion(deployment, active);
  }

  /// The newest set is all that is wanted, whatever is left of older ones.
  private static boolean saturated(Deployment deployment, ReplicaSet newest) {
    return newest.wanted() == deployment.replicas()
        && newest.available() == deployment.replicas()
        && newest.annotation(ReplicaSet.DESIRED).equals("" + deployment.replicas());
  }

  /// The larger sets take their shares first; what rounding leaves over is the largest one's.
  private static Map<ReplicaSet, Integer> inProportion(
      Deployment deployment, List<ReplicaSet> active) {
    int all = active.stream().mapToInt(ReplicaSet::wanted).sum();
    int allowed = deployment.replicas() == 0 ? 0 : deployment.replicas() + deployment.maxSurge();
    int change = allowed - all;
    var largestFirst =
        active.stream()
            .sorted(
                Comparator.comparingInt(ReplicaSet::wanted)
                    .reversed()
                    .thenComparing(
                        change > 0 ? ReplicaSet.OLDEST_FIRST.reversed() : ReplicaSet.OLDEST_FIRST))
            .toList();
    var sizes = new LinkedHashMap<ReplicaSet, Integer>();
    int left = change;
    for (var set : largestFirst) {
      int share = share(deployment, set);
      int part = change > 0 ? Math.min(left, share) : Math.max(left, share);
      sizes.put(set, set.wanted() + (left == 0 ? 0 : part));
      left -= left == 0 ? 0 : part;
    }
    var largest = largestFirst.getFirst();
    sizes.put(largest, Math.max(0, sizes.getOrDefault(largest, 0) + left));
    return sizes;
  }

  /// How much the set grows when everything grows as the Deployment does, surge included.
  private static int share(Deployment deployment, ReplicaSet set) {
    if (deployment.replicas() == 0) {
      return -set.wanted();
    }
    int before = set.max().orElse(deployment.object().at("/status/replicas").asInt());
    if (before == 0) {
      return 0;
    }
    double size = (double) set.wanted() * (deployment.replicas() + deployment.maxSurge()) / before;
    return (int) Math.round(size) - set.wanted();
  }
}
