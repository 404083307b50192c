package dev.sluice.analysis.traffic;

import dev.sluice.analysis.Samples.Run;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds whose a series is without asking everybody.
final class BySides {
  private final Map<Key, Set<Sides>> byWorkload = new HashMap<>();
  private final Map<Key, Set<Sides>> byService = new HashMap<>();

  /// Not a [Workload]: what is in a label may be no name.
  private record Key(String namespace, String name) {
    static Key of(Workload workload) {
      return new Key(workload.namespace(), workload.name());
    }
  }

  BySides(Collection<Sides> all) {
    for (var sides : all) {
      put(byWorkload, sides.canary(), sides);
      put(byWorkload, sides.primary(), sides);
      put(byService, sides.canaryService(), sides);
      put(byService, sides.primaryService(), sides);
    }
  }

  private static void put(Map<Key, Set<Sides>> index, Workload name, Sides sides) {
    index.computeIfAbsent(Key.of(name), _ -> new LinkedHashSet<>()).add(sides);
  }

  Map<Sides, List<Run>> split(List<Run> runs) {
    var split = new HashMap<Sides, List<Run>>();
    for (var run : runs) {
      for (var sides : perhaps(run.labels())) {
        if (sides.of(RequestSeries.of(run.labels())).isPresent()) {
          split.computeIfAbsent(sides, _ -> new ArrayList<>()).add(run);
        }
      }
    }
    return split;
  }

  private Set<Sides> perhaps(Map<String, String> labels) {
    var atWorkload =
        byWorkload.getOrDefault(
            key(labels, "destination_workload_namespace", "destination_workload"), Set.of());
    return atWorkload.isEmpty()
        ? byService.getOrDefault(
            key(labels, "destination_service_namespace", "destination_service_name"), Set.of())
        : atWorkload;
  }

  private static Key key(Map<String, String> labels, String namespace, String name) {
    return new Key(labels.getOrDefault(namespace, ""), labels.getOrDefault(name, ""));
  }
}
