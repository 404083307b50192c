package dev.sluice.playground.network;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a proxy treats the pods of a destination. What is null says nothing, and the proxy does as
/// it does by default.
///
/// @param ports settings of single ports, which stand instead of all others
record TrafficPolicy(
    @Nullable Balance balance,
    @Nullable Ejection ejection,
    @Nullable Pool pool,
    Map<Integer, TrafficPolicy> ports) {
  static final TrafficPolicy NONE = new TrafficPolicy(null, null, null, Map.of());

  TrafficPolicy {
    ports = Map.copyOf(ports);
  }

  /// For a port of the destination.
  TrafficPolicy at(int port) {
    var own = ports.get(port);
    return own == null ? new TrafficPolicy(balance, ejection, pool, Map.of()) : own;
  }

  /// What this leaves open is taken from another, part by part.
  TrafficPolicy over(TrafficPolicy other) {
    return new TrafficPolicy(
        balance == null ? other.balance : balance,
        ejection == null ? other.ejection : ejection,
        pool == null ? other.pool : pool,
        Map.of());
  }

  /// Null when pods are chosen without regard to the caller.
  @Nullable StickyBy stickyBy() {
    return balance instanceof StickyBy sticky ? sticky : null;
  }

  /// How a pod is chosen.
  sealed interface Balance {}

  /// @param kind as in `loadBalancer.simple`
  record Simple(Kind kind) implements Balance {
    enum Kind {
      LEAST_REQUEST,
      RANDOM,
      ROUND_ROBIN
    }
  }

  /// What `consistentHash` looks at.
  sealed interface StickyBy extends Balance {
    /// @param ttl null when no cookie is set by the proxy
    /// @param path of the cookie, empty for none
    record Cookie(String name, @Nullable Duration ttl, String path) implements StickyBy {}

    record HeaderValue(String name) implements StickyBy {}

    record QueryParameter(String name) implements StickyBy {}

    /// Callers of the playground all have the same address.
    record SourceAddress() implements StickyBy {}
  }

  /// When pods are taken out.
  ///
  /// @param after consecutive 5xx answers, 0 for never
  /// @param afterGateway consecutive 502, 503 and 504, 0 for never
  /// @param afterLocal consecutive failures to reach the pod, 0 for never; only where they are told
  ///   apart from answers
  /// @param toldApart whether failures to reach the pod do not count as 5xx
  /// @param base how long for the first time
  /// @param atMost percent of the pods
  record Ejection(
      int after, int afterGateway, int afterLocal, boolean toldApart, Duration base, int atMost) {}

  /// How much a proxy sends at once; 0 means without limit.
  ///
  /// @param connections at once
  /// @param waiting for a connection
  /// @param requests under way, waiting ones included
  record Pool(int connections, int waiting, int requests) {
    static final Pool WITHOUT_LIMIT = new Pool(0, 0, 0);
  }
}
