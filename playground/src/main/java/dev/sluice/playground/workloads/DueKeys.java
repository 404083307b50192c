package dev.sluice.playground.workloads;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Which objects to look at, and when. A key is in it once, at the earliest of the times asked for;
/// equal times keep the order in which they were asked for.
final class DueKeys {
  private record Entry(Instant at, long serial, Key key) {}

  private final TreeSet<Entry> order =
      new TreeSet<>(Comparator.comparing(Entry::at).thenComparingLong(Entry::serial));
  private final Map<Key, Entry> entries = new HashMap<>();
  private long serial;

  void add(Key key, Instant at) {
    var present = entries.get(key);
    if (present != null && !at.isBefore(present.at())) {
      return;
    }
    if (present != null) {
      order.remove(present);
    }
    var entry = new Entry(at, serial++, key);
    entries.put(key, entry);
    order.add(entry);
  }

  Optional<Key> take(Instant now) {
    if (order.isEmpty() || order.first().at().isAfter(now)) {
      return Optional.empty();
    }
    var first = order.removeFirst();
    entries.remove(first.key());
    return Optional.of(first.key());
  }

  Optional<Instant> nextDue() {
    return order.isEmpty() ? Optional.empty() : Optional.of(order.first().at());
  }
}
