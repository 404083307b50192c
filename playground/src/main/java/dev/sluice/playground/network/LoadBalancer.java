package dev.sluice.playground.network;

import dev.sluice.playground.network.TrafficPolicy.Ejection;
import dev.sluice.playground.network.TrafficPolicy.Simple;
import dev.sluice.playground.network.TrafficPolicy.StickyBy;
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

  private record Turn(Caller caller, Destination destination) {}

  /// Failures in a row, of each kind.
  private record Rows(int errors, int gatewayErrors, int unreached) {
    static final Rows NONE = new Rows(0, 0, 0);

    Rows after(Tries.Outcome outcome, Ejection policy) {
      if (outcome instanceof Tries.Outcome.Answered(var status, _, _)) {
        return new Rows(
            status >= 500 ? errors + 1 : 0,
            status >= 502 && status <= 504 ? gatewayErrors + 1 : 0,
            0);
      }
      return policy.toldApart()
          ? new Rows(errors, gatewayErrors, unreached + 1)
          : new Rows(errors + 1, gatewayErrors + 1, 0);
    }

    boolean tooMany(Ejection policy) {
      return (policy.after() > 0 && errors >= policy.after())
          || (policy.afterGateway() > 0 && gatewayErrors >= policy.afterGateway())
          || (policy.afterLocal() > 0 && unreached >= policy.afterLocal());
    }
  }

  /// @param ejections so far; each one lasts longer than the one before
  private record Health(Rows rows, int ejections, Instant until) {
    static final Health GOOD = new Health(Rows.NONE, 0, Instant.MIN);
  }

  private final Map<Host, Health> healths = new HashMap<>();
  private final Map<Host, Integer> underWay = new HashMap<>();
  private final Map<Turn, Integer> turns = new HashMap<>();

  /// @param tried by this request before; other pods are preferred, but where a hash chooses
  /// @return empty when every pod is ejected
  synchronized Optional<Endpoint> pick(
      Caller caller,
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
    var key = stickyKey(forward);
    var others = forward.retries().otherPods();
    var choice = (others == null ? key.isEmpty() : others) ? fresh(healthy, tried) : healthy;
    return Optional.of(
        key.map(k -> byHash(choice, k)).orElseGet(() -> chosen(caller, forward, choice, random)));
  }

  private static List<Endpoint> fresh(List<Endpoint> healthy, Collection<Endpoint> tried) {
    var fresh = healthy.stream().filter(e -> !tried.contains(e)).toList();
    return fresh.isEmpty() ? healthy : fresh;
  }

  private Endpoint chosen(
      Caller caller, RouteDecision.Forward forward, List<Endpoint> choice, RandomGenerator random) {
    var kind =
        forward.policy().balance() instanceof Simple(var said) ? said : Simple.Kind.LEAST_REQUEST;
    return switch (kind) {
      case RANDOM -> any(choice, random);
      case ROUND_ROBIN -> {
        if (turns.size() >= MOST_HOSTS) {
          turns.clear();
        }
        var turn = turns.merge(new Turn(caller, forward.destination()), 1, Integer::sum);
        yield choice.get(Math.floorMod(turn - 1, choice.size()));
      }
      case LEAST_REQUEST -> {
        var one = any(choice, random);
        var other = any(choice, random);
        yield busy(forward.destination(), other) < busy(forward.destination(), one) ? other : one;
      }
    };
  }

  private int busy(Destination destination, Endpoint endpoint) {
    return underWay.getOrDefault(new Host(destination, endpoint.ip(), endpoint.port()), 0);
  }

  /// A try begins; [#ends] must follow.
  synchronized void begins(Destination destination, Endpoint endpoint) {
    underWay.merge(new Host(destination, endpoint.ip(), endpoint.port()), 1, Integer::sum);
  }

  synchronized void ends(Destination destination, Endpoint endpoint) {
    underWay.computeIfPresent(
        new Host(destination, endpoint.ip(), endpoint.port()),
        (_, count) -> count > 1 ? count - 1 : null);
  }

  Endpoint any(List<Endpoint> endpoints, RandomGenerator random) {
    return endpoints.get(random.nextInt(endpoints.size()));
  }

  /// Counts how a try ended; failures in a row eject the pod where the policy says so.
  synchronized void saw(
      RouteDecision.Forward forward, Endpoint endpoint, Tries.Outcome outcome, Instant now) {
    var policy = forward.policy().ejection();
    if (policy == null) {
      return;
    }
    var host = new Host(forward.destination(), endpoint.ip(), endpoint.port());
    var before = healths.getOrDefault(host, Health.GOOD);
    var rows = before.rows.after(outcome, policy);
    if (rows.equals(Rows.NONE) && before.equals(Health.GOOD)) {
      return;
    }
    if (!rows.tooMany(policy) || !mayEject(forward, policy, now)) {
      remember(host, new Health(rows, before.ejections, before.until));
      return;
    }
    var times = before.ejections + 1;
    remember(host, new Health(Rows.NONE, times, now.plus(policy.base().multipliedBy(times))));
  }

  /// A value for the affinity cookie that the proxy sets on the first answer; empty when there is
  /// nothing to set.
  static Optional<String> cookie(RouteDecision.Forward forward, Endpoint chosen) {
    if (forward.policy().stickyBy() instanceof StickyBy.Cookie(var name, Duration ttl, var path)
        && cookieValue(forward.outgoing(), name).isEmpty()) {
      var value = Long.toHexString(hash(chosen.ip() + ":" + chosen.port()));
      return Optional.of(
          "%s=\"%s\"%s%s; HttpOnly"
              .formatted(
                  name,
                  value,
                  ttl.isZero() ? "" : "; Max-Age=" + ttl.toSeconds(),
                  path.isEmpty() ? "" : "; Path=" + path));
    }
    return Optional.empty();
  }

  /// The next one counts, too: of two pods, 10 % are none.
  private boolean mayEject(RouteDecision.Forward forward, Ejection policy, Instant now) {
    var ejected =
        forward.endpoints().stream()
            .filter(e -> now.isBefore(health(forward.destination(), e).until))
            .count();
    return (ejected + 1) * 100 <= (long) policy.atMost() * forward.endpoints().size();
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
      case StickyBy.SourceAddress _ -> Optional.of("127.0.0.1");
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
