package dev.sluice.playground.metrics;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A label set in Prometheus's sense: sorted by name, without empty values, which mean "absent".
/// Compared at every sample of every series, so its hash is made once.
final class Labels {
  /// Under this label the metric's name travels.
  static final String NAME = "__name__";

  static final Labels EMPTY = new Labels(new TreeMap<>());

  private final SortedMap<String, String> map;
  private final int hash;

  Labels(SortedMap<String, String> labels) {
    var sorted = new TreeMap<>(labels);
    sorted.values().removeIf(String::isEmpty);
    map = Collections.unmodifiableSortedMap(sorted);
    hash = map.hashCode();
  }

  SortedMap<String, String> map() {
    return map;
  }

  static Labels of(Map<String, String> labels) {
    return new Labels(new TreeMap<>(labels));
  }

  /// The empty text when absent.
  String get(String name) {
    return map.getOrDefault(name, "");
  }

  Labels with(String name, String value) {
    var changed = new TreeMap<>(map);
    changed.put(name, value);
    return new Labels(changed);
  }

  Labels with(Map<String, String> others) {
    var changed = new TreeMap<>(map);
    changed.putAll(others);
    return new Labels(changed);
  }

  Labels only(Collection<String> names) {
    return where(names::contains);
  }

  Labels without(Collection<String> names) {
    return where(n -> !names.contains(n));
  }

  private Labels where(Predicate<String> kept) {
    var changed = new TreeMap<>(map);
    changed.keySet().removeIf(kept.negate());
    return new Labels(changed);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Labels labels && hash == labels.hash && map.equals(labels.map));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return map.toString();
  }
}
