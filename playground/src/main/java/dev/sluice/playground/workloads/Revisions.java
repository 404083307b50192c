package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which ReplicaSet stands for which revision of a Deployment, and what it carries of it.
final class Revisions {
  private static final Set<String> NOT_COPIED =
      Set.of(
          "kubectl.kubernetes.io/last-applied-configuration",
          Deployment.REVISION,
          ReplicaSet.HISTORY,
          ReplicaSet.DESIRED,
          ReplicaSet.MAX);

  private Revisions() {}

  /// The ReplicaSet of the Deployment's present template, the oldest if there are several.
  static Optional<ReplicaSet> newest(Deployment deployment, List<ReplicaSet> sets) {
    var wanted = comparable(deployment.template());
    return sets.stream()
        .sorted(ReplicaSet.OLDEST_FIRST)
        .filter(set -> comparable(set.template()).equals(wanted))
        .findFirst();
  }

  /// The template as text, without what controllers add to it.
  private static String comparable(JsonNode template) {
    ObjectNode copy = template.deepCopy();
    var metadata = copy.withObject("/metadata");
    metadata.remove("creationTimestamp");
    if (metadata.get("labels") instanceof ObjectNode labels) {
      labels.remove(Deployment.HASH);
    }
    for (var map : List.of("labels", "annotations")) {
      if (metadata.path(map).isEmpty()) {
        metadata.remove(map);
      }
    }
    return Meta.canonical(copy);
  }

  static long next(List<ReplicaSet> old) {
    return 1 + old.stream().mapToLong(ReplicaSet::revision).max().orElse(0);
  }

  /// A ReplicaSet for the Deployment's template.
  static ObjectNode create(Deployment deployment, int replicas, long revision) {
    var template = comparable(deployment.template());
    var hash =
        Names.hash(deployment.collisions() == 0 ? template : template + deployment.collisions());
    var set =
        JsonNodeFactory.instance
            .objectNode()
            .put("apiVersion", Resource.REPLICA_SET.apiVersion())
            .put("kind", Resource.REPLICA_SET.kind());
    var metadata = set.putObject("metadata");
    metadata
        .put("name", deployment.name() + "-" + hash)
        .put("namespace", Meta.namespace(deployment.object()));
    var labels = metadata.putObject("labels");
    Meta.strings(deployment.template().at("/metadata/labels")).forEach(labels::put);
    labels.put(Deployment.HASH, hash);
    metadata
        .putArray("ownerReferences")
        .add(Meta.ownedBy(deployment.object(), Resource.DEPLOYMENT));
    var spec = set.putObject("spec").put("replicas", replicas);
    if (deployment.minReadySeconds() > 0) {
      spec.put("minReadySeconds", deployment.minReadySeconds());
    }
    ObjectNode selector = deployment.selector().deepCopy();
    selector.withObject("/matchLabels").put(Deployment.HASH, hash);
    spec.set("selector", selector);
    ObjectNode pod = deployment.template().deepCopy();
    pod.withObject("/metadata/labels").put(Deployment.HASH, hash);
    spec.set("template", pod);
    return annotated(sized(deployment, set), deployment, revision);
  }

  /// The set with what it should carry when it stands for the newest revision.
  static ObjectNode current(Deployment deployment, ReplicaSet set, long revision) {
    var changed = annotated(set.object().deepCopy(), deployment, revision);
    if (set.minReadySeconds() != deployment.minReadySeconds()) {
      changed.withObject("/spec").put("minReadySeconds", deployment.minReadySeconds());
    }
    return changed;
  }

  private static ObjectNode annotated(ObjectNode set, Deployment deployment, long revision) {
    var annotations = set.withObject("/metadata/annotations");
    deployment
        .annotations()
        .forEach((name, value) -> {
          if (!NOT_COPIED.contains(name)) {
            annotations.put(name, value);
          }
        });
    var old = new ReplicaSet(set).revision();
    if (old >= revision) {
      return set;
    }
    if (old > 0) {
      var history = annotations.path(ReplicaSet.HISTORY).asText();
      annotations.put(ReplicaSet.HISTORY, history.isEmpty() ? "" + old : history + "," + old);
    }
    annotations.put(Deployment.REVISION, Long.toString(revision));
    return set;
  }

  /// The set with the numbers it was last sized for, by which a later scaling of the Deployment is
  /// recognised.
  static ObjectNode sized(Deployment deployment, ObjectNode set) {
    set.withObject("/metadata/annotations")
        .put(ReplicaSet.DESIRED, Integer.toString(deployment.replicas()))
        .put(ReplicaSet.MAX, Integer.toString(deployment.replicas() + deployment.maxSurge()));
    return set;
  }

  /// Old ReplicaSets beyond what the history keeps, oldest revision first. One that still has pods
  /// counts, and stays.
  static List<ReplicaSet> surplus(Deployment deployment, List<ReplicaSet> old) {
    return old.stream()
        .filter(set -> !set.deleted())
        .sorted(Comparator.comparingLong(ReplicaSet::revision))
        .limit(Math.max(0, old.size() - deployment.historyLimit()))
        .filter(ReplicaSet::isEmpty)
        .toList();
  }
}
