package dev.sluice.playground.metrics;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/// A label set in Prometheus's sense: sorted by name, without empty values, which mean "absent".
record Labels(SortedMap<String, String> map) {
  /// Under this label the metric's name travels.
  static final String NAME = "__name__";

  static final Labels EMPTY = new Labels(new TreeMap<>());

  Labels {
    var sorted = new TreeMap<>(map);
    sorted.values().removeIf(String::isEmpty);
    map = Collections.unmodifiableSortedMap(sorted);
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
}
