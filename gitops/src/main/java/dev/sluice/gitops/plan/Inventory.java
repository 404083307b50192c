package dev.sluice.gitops.plan;

import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.ObjectKey;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// Everything a sync has applied, or is about to: what it may prune one day.
///
/// @param versions the API version (without group) each object was last applied with
public record Inventory(SortedMap<ObjectKey, String> versions) {
  public static final Inventory EMPTY = new Inventory(new TreeMap<>());

  public Inventory {
    versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
  }

  public static Inventory of(Collection<Manifest> manifests) {
    return EMPTY.and(manifests);
  }

  /// The union. It is written down before the first object is: whatever happens after, nothing that
  /// was applied is forgotten.
  public Inventory and(Collection<Manifest> manifests) {
    var all = new TreeMap<>(versions);
    for (Manifest manifest : manifests) {
      all.put(manifest.key(), ObjectKey.version(manifest.apiVersion()));
    }
    return new Inventory(all);
  }

  /// The union; the versions of `other` count.
  public Inventory and(Inventory other) {
    var all = new TreeMap<>(versions);
    all.putAll(other.versions);
    return new Inventory(all);
  }

  public Inventory without(Collection<ObjectKey> gone) {
    var rest = new TreeMap<>(versions);
    rest.keySet().removeAll(gone);
    return new Inventory(rest);
  }

  public boolean contains(ObjectKey key) {
    return versions.containsKey(key);
  }

  public int size() {
    return versions.size();
  }

  /// The apiVersion an object was last applied with.
  public String apiVersion(ObjectKey key) {
    String version = versions.getOrDefault(key, "v1");
    return key.group().isEmpty() ? version : key.group() + "/" + version;
  }
}
