package dev.sluice.playground.network;

import dev.sluice.playground.network.MeshSnapshot.StickyBy;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Picks the pod for each try: at random, or by a hash where the DestinationRule asks for it, never
/// one that outlier detection took out. Thread-safe.
final class LoadBalancer {
  private static final int MOST_HOSTS = 10_000;

  private record Host(Destination destination, String ip, int port) {}

  /// @param ejections so far; each one lasts longer than the one before
  private record Health(int failures, int ejections, Instant until) {
    static final Health GOOD = new Health(0, 0, Instant.MIN);
  }

  private final Map<Host, Health> healths = new HashMap<>();

  /// @param tried by this request before; other pods are preferred
  /// @return empty when every pod is ejected
  synchronized Optional<Endpoint> pick(
      RouteDecision.Forward forward,
      Collection<Endpoint> tried,
      Instant now,
      RandomGenerator random) {
    var healthy =
        forward.endpoints().stream()
            .filter(e -> !now.isBefore(health(forward.destination(), e).until))
            .toList();
    if (healthy.isEmpty()) {
      return Optional.empty();
    }
    var fresh = healthy.stream().filter(e -> !tried.contains(e)).toList();
    var choice = fresh.isEmpty() ? healthy : fresh;
    var key = tried.isEmpty() ? stickyKey(forward) : Optional.<String>empty();
    return Optional.of(key.map(k -> byHash(choice, k)).orElseGet(() -> any(choice, random)));
  }

  Endpoint any(List<Endpoint> endpoints, RandomGenerator random) {
    return endpoints.get(random.nextInt(endpoints.size()));
  }

  /// Counts an answer; 5xx in a row eject the pod where the policy says so.
  synchronized void saw(
      RouteDecision.Forward forward, Endpoint endpoint, boolean failed, Instant now) {
    var policy = forward.policy();
    if (policy.ejectAfter() == 0) {
      return;
    }
    var host = new Host(forward.destination(), endpoint.ip(), endpoint.port());
    var before = healths.getOrDefault(host, Health.GOOD);
    if (!failed) {
      healths.computeIfPresent(host, (_, h) -> new Health(0, h.ejections, h.until));
      return;
    }
    var failures = before.failures + 1;
    if (failures < policy.ejectAfter() || !mayEject(forward, now)) {
      remember(host, new Health(failures, before.ejections, before.until));
      return;
    }
    var times = before.ejections + 1;
    remember(host, new Health(0, times, now.plus(policy.ejectFor().multipliedBy(times))));
  }

  /// A value for the affinity cookie that the proxy sets on the first answer; empty when there is
  /// nothing to set.
  static Optional<String> cookie(RouteDecision.Forward forward, Endpoint chosen) {
    if (forward.policy().stickyBy() instanceof StickyBy.Cookie(var name, Duration ttl)
        && cookieValue(forward.outgoing(), name).isEmpty()) {
      var value = Long.toHexString(hash(chosen.ip() + ":" + chosen.port()));
      return Optional.of(name + "=\"" + value + "\"; Max-Age=" + ttl.toSeconds() + "; HttpOnly");
    }
    return Optional.empty();
  }

  private boolean mayEject(RouteDecision.Forward forward, Instant now) {
    var ejected =
        forward.endpoints().stream()
            .filter(e -> now.isBefore(health(forward.destination(), e).until))
            .count();
    return ejected == 0
        || (ejected + 1) * 100
            <= (long) forward.policy().ejectAtMost() * forward.endpoints().size();
  }

  private Health health(Destination destination, Endpoint endpoint) {
    return healths.getOrDefault(new Host(destination, endpoint.ip(), endpoint.port()), Health.GOOD);
  }

  private void remember(Host host, Health health) {
    if (healths.size() >= MOST_HOSTS) {
      healths.clear();
    }
    healths.put(host, health);
  }

  private static Optional<String> stickyKey(RouteDecision.Forward forward) {
    return switch (forward.policy().stickyBy()) {
      case null -> Optional.empty();
      case StickyBy.Cookie cookie -> cookieValue(forward.outgoing(), cookie.name());
      case StickyBy.HeaderValue header -> forward.outgoing().headers().first(header.name());
      case StickyBy.QueryParameter query -> Condition.parameter(forward.outgoing(), query.name());
    };
  }

  private static Optional<String> cookieValue(RequestHead request, String name) {
    return request.headers().values("cookie").stream()
        .flatMap(line -> Arrays.stream(line.split(";")))
        .map(String::strip)
        .filter(pair -> pair.startsWith(name + "="))
        .map(pair -> pair.substring(name.length() + 1).replace("\"", ""))
        .findFirst();
  }

  /// The pod whose own hash is the cookie's value, else the one that scores highest with the key:
  /// when pods come and go, only their own callers move.
  private static Endpoint byHash(List<Endpoint> endpoints, String key) {
    var best = endpoints.getFirst();
    for (var endpoint : endpoints) {
      var address = endpoint.ip() + ":" + endpoint.port();
      if (Long.toHexString(hash(address)).equals(key)) {
        return endpoint;
      }
      if (Long.compareUnsigned(hash(key + address), hash(key + best.ip() + ":" + best.port()))
          > 0) {
        best = endpoint;
      }
    }
    return best;
  }

  private static long hash(String text) {
    var hash = 0xcbf29ce484222325L;
    for (var i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    hash ^= hash >>> 32;
    return hash * 0x9e3779b97f4a7c15L;
  }
}
