package dev.sluice.playground.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The route tables of all proxies, as they follow the mesh: a table that a proxy would refuse
/// leaves the one before in force, for that proxy and port, and is reported. Thread-safe.
public final class RouteTables {
  /// More callers than a playground has; the one unused longest is forgotten.
  private static final int MOST = 256;

  private record Key(Caller caller, int port) {}

  /// @param table null for a proxy that never got one
  /// @param refused null when the newest table is in force
  private record Kept(@Nullable RouteTable table, @Nullable String refused) {}

  private final Map<Key, Kept> tables =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Kept> eldest) {
          return size() > MOST;
        }
      };
  private MeshSnapshot snapshot = MeshSnapshot.EMPTY;

  /// From now on requests are routed by this.
  public synchronized void follow(MeshSnapshot now) {
    if (!now.config().equals(snapshot.config())) {
      tables.replaceAll((key, before) -> entry(now, key, before.table));
    }
    snapshot = now;
  }

  public synchronized MeshSnapshot snapshot() {
    return snapshot;
  }

  /// @param port that the caller connects to
  public RouteDecision route(Caller caller, int port, RequestHead request, RandomGenerator random) {
    RouteTable table;
    MeshSnapshot now;
    synchronized (this) {
      now = snapshot;
      var key = new Key(caller, port);
      table = tables.computeIfAbsent(key, k -> entry(now, k, null)).table;
    }
    return table == null ? Routing.noRoute() : Routing.route(table, now, request, random);
  }

  /// One sentence per refused table, naming what is wrong with it.
  public synchronized List<String> refused() {
    return tables.entrySet().stream()
        .flatMap(e -> Optional.ofNullable(e.getValue().refused).stream())
        .distinct()
        .toList();
  }

  private static Kept entry(MeshSnapshot now, Key key, @Nullable RouteTable before) {
    try {
      return new Kept(RouteTableMaker.make(now.config(), key.caller, key.port), null);
    } catch (RejectedTable e) {
      var kept = before == null ? "no route is left" : "the routes before it stay in force";
      return new Kept(
          before, "port " + key.port + ": " + e.getMessage() + "; a proxy refuses it, " + kept);
    }
  }
}
