package dev.sluice.playground.api;

import java.time.Duration;

/// How soon what follows from a call is done: the dependants of what was deleted, the content of
/// namespaces, and what else the controllers of a cluster keep in order.
public enum Pace {
  /// Before the call is answered, and without what a cluster puts into every namespace: for
  /// simulations, in which nobody waits.
  AT_ONCE(Duration.ZERO, Duration.ZERO),

  /// A moment later, by [KubernetesApi#step], as in a cluster.
  LIKE_A_CLUSTER(Duration.ofMillis(10), Duration.ofMillis(1500));

  private final Duration follows;
  private final Duration closes;

  Pace(Duration follows, Duration closes) {
    this.follows = follows;
    this.closes = closes;
  }

  /// From a change to what follows from it.
  Duration follows() {
    return follows;
  }

  /// From the end of what a namespace or a definition held to its own end.
  Duration closes() {
    return closes;
  }
}
