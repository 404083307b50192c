package dev.sluice.playground.workloads;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
  static Map<ReplicaSet, Integer> spread(Deployment deployment, List<ReplicaSet> newestFirst) {
    var sizes = new LinkedHashMap<ReplicaSet, Integer>();
    var active = new ArrayList<ReplicaSet>();
    newestFirst.stream().filter(set -> set.wanted() > 0).forEach(active::add);
    if (active.isEmpty()) {
      newestFirst.stream().findFirst().ifPresent(active::add);
    }
    if (active.size() == 1) {
      sizes.put(active.getFirst(), deployment.replicas());
      return sizes;
    }
    int all = active.stream().mapToInt(ReplicaSet::wanted).sum();
    int allowed = deployment.replicas() == 0 ? 0 : deployment.replicas() + deployment.maxSurge();
    int change = allowed - all;
    if (change < 0) {
      Collections.reverse(active);
    }
    int left = change;
    for (var set : active) {
      int share = all == 0 ? 0 : (int) Math.round((double) set.wanted() * change / all);
      int part = change >= 0 ? Math.min(left, share) : Math.max(left, share);
      part = Math.max(part, -set.wanted());
      sizes.put(set, set.wanted() + part);
      left -= part;
    }
    for (var set : active) {
      int size = sizes.getOrDefault(set, 0);
      int part = Math.max(left, -size);
      sizes.put(set, size + part);
      left -= part;
    }
    return sizes;
  }
}
