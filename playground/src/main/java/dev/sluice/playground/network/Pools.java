package dev.sluice.playground.network;

import dev.sluice.playground.network.TrafficPolicy.Pool;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How much each caller's proxy sends to a destination at once: beyond the pool's connections
/// requests wait, beyond those that may wait they are refused. Thread-safe.
final class Pools {
  private record Key(Caller caller, Destination destination) {}

  private static final class Load {
    private int underWay;
    private final Deque<Turn> waiting = new ArrayDeque<>();
  }

  /// A request's place in a pool; leaving it twice does nothing.
  final class Turn {
    private final Key key;
    private final Runnable go;
    private boolean gone;

    private Turn(Key key, Runnable go) {
      this.key = key;
      this.go = go;
    }

    void leave() {
      Pools.this.leave(this);
    }
  }

  private final Map<Key, Load> loads = new HashMap<>();

  /// @param go is called when there is a connection, perhaps before this returns, perhaps on
  ///   another thread
  /// @return null when the pool is full
  @Nullable Turn enter(Caller caller, Destination destination, Pool pool, Runnable go) {
    var key = new Key(caller, destination);
    var turn = new Turn(key, go);
    synchronized (this) {
      var load = loads.computeIfAbsent(key, _ -> new Load());
      var all = load.underWay + load.waiting.size();
      var free = pool.connections() == 0 || load.underWay < pool.connections();
      if ((pool.requests() > 0 && all >= pool.requests())
          || (!free && pool.waiting() > 0 && load.waiting.size() >= pool.waiting())) {
        return null;
      }
      if (!free) {
        load.waiting.addLast(turn);
        return turn;
      }
      load.underWay++;
    }
    go.run();
    return turn;
  }

  private void leave(Turn turn) {
    Turn next = null;
    synchronized (this) {
      var load = loads.get(turn.key);
      if (turn.gone || load == null) {
        return;
      }
      turn.gone = true;
      if (!load.waiting.remove(turn)) {
        next = load.waiting.pollFirst();
        if (next == null) {
          load.underWay--;
        }
      }
      if (load.underWay == 0 && load.waiting.isEmpty()) {
        loads.remove(turn.key);
      }
    }
    if (next != null) {
      next.go.run();
    }
  }
}
