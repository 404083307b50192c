package dev.sluice.controller.loop;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Keys and the time at which each wants to be looked at. A key is waiting at most once (the
/// earliest wish wins) and is never handed out again before [#done]; wishes that arrive meanwhile
/// are kept.
///
/// Thread-safe; knows no clock: now is an argument.
public final class DueQueue<K extends Comparable<K>> {

  private record Entry<K extends Comparable<K>>(Instant at, K key) {}

  private final Map<K, Instant> waiting = new HashMap<>();
  private final TreeSet<Entry<K>> order =
      new TreeSet<>(Comparator.<Entry<K>, Instant>comparing(Entry::at).thenComparing(Entry::key));
  private final Set<K> inFlight = new HashSet<>();

  /// Asks for a look at `key` not later than `at`.
  public synchronized void add(K key, Instant at) {
    Instant known = waiting.get(key);
    if (known != null && !known.isAfter(at)) {
      return;
    }
    if (known != null) {
      order.remove(new Entry<>(known, key));
    }
    waiting.put(key, at);
    if (!inFlight.contains(key)) {
      order.add(new Entry<>(at, key));
    }
  }

  /// Hands out what is due, longest overdue first.
  ///
  /// @param most how many at the most
  public synchronized List<Due<K>> take(Instant now, int most) {
    List<Due<K>> due = new ArrayList<>();
    while (due.size() < most && !order.isEmpty() && !order.first().at().isAfter(now)) {
      Entry<K> first = order.removeFirst();
      waiting.remove(first.key());
      inFlight.add(first.key());
      due.add(new Due<>(first.key(), first.at()));
    }
    return due;
  }

  /// The look is over; wishes that came while it ran count from now on.
  public synchronized void done(K key) {
    inFlight.remove(key);
    Instant again = waiting.get(key);
    if (again != null) {
      order.add(new Entry<>(again, key));
    }
  }

  /// Forgets a wish, for an object that is gone.
  public synchronized void remove(K key) {
    Instant known = waiting.remove(key);
    if (known != null) {
      order.remove(new Entry<>(known, key));
    }
  }

  /// When the next key that is not in flight becomes due.
  public synchronized Optional<Instant> nextDue() {
    return order.isEmpty() ? Optional.empty() : Optional.of(order.first().at());
  }

  /// Keys that wait or are being looked at.
  public synchronized int size() {
    Set<K> all = new HashSet<>(inFlight);
    all.addAll(waiting.keySet());
    return all.size();
  }

  /// A key that was handed out.
  ///
  /// @param at when it wanted to be looked at; the difference to now is the lateness
  public record Due<K>(K key, Instant at) {}
}
