package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The manifests that a Rollout may name, which are those of its namespace and of the cluster, and
/// which of them it did.
final class Beside {
  private final Map<String, ObjectNode> all = new LinkedHashMap<>();
  private final Set<ObjectNode> used = new LinkedHashSet<>();

  Beside(ObjectNode rollout, List<ObjectNode> manifests) {
    String namespace = rollout.at("/metadata/namespace").asText();
    for (ObjectNode manifest : manifests) {
      String kind = manifest.path("kind").asText();
      if (manifest.at("/metadata/namespace").asText().equals(namespace)
          || kind.equals("ClusterAnalysisTemplate")) {
        all.putIfAbsent(kind + " " + manifest.at("/metadata/name").asText(), manifest);
      }
    }
  }

  /// One that is made use of, if it is there.
  Optional<ObjectNode> use(String kind, String name) {
    Optional<ObjectNode> found = Optional.ofNullable(all.get(kind + " " + name));
    found.ifPresent(used::add);
    return found;
  }

  /// All of them, to choose from.
  Collection<ObjectNode> all() {
    return all.values();
  }

  Set<ObjectNode> used() {
    return used;
  }
}
