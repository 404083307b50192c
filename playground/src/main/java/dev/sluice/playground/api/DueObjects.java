package dev.sluice.playground.api;

import dev.sluice.playground.store.Key;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/// Objects to look at, each at its time; one that waits already is not moved to later.
final class DueObjects {

  private record Due(Key key, Instant at, long order) {}

  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::order));
  private final Map<Key, Due> waiting = new HashMap<>();
  private long order;

  void add(Key key, Instant at) {
    var known = waiting.get(key);
    if (known != null && !at.isBefore(known.at())) {
      return;
    }
    var due = new Due(key, at, order++);
    waiting.put(key, due);
    queue.add(due);
  }

  /// Takes out one that is due.
  Optional<Key> take(Instant now) {
    while (!queue.isEmpty() && !queue.peek().at().isAfter(now)) {
      var due = queue.remove();
      // One that was moved to earlier has left its later self behind.
      if (waiting.remove(due.key(), due)) {
        return Optional.of(due.key());
      }
    }
    return Optional.empty();
  }

  /// The earliest time at which there is something to take; it may have been taken already.
  Optional<Instant> next() {
    return Optional.ofNullable(queue.peek()).map(Due::at);
  }
}
