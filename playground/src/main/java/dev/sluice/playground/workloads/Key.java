package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Comparator;

/// Which object to look at.
///
/// @param namespace empty for kinds without one
record Key(Resource resource, String namespace, String name) implements Comparable<Key> {
  private static final Comparator<Key> ORDER =
      Comparator.comparing(Key::resource).thenComparing(Key::namespace).thenComparing(Key::name);

  static Key of(Resource resource, JsonNode object) {
    return new Key(resource, Meta.namespace(object), Meta.name(object));
  }

  @Override
  public int compareTo(Key other) {
    return ORDER.compare(this, other);
  }
}
