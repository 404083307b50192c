package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.Optional;

/// Reads a ReplicaSet; absent fields have their defaults.
record ReplicaSet(ObjectNode object) {
  static final String DESIRED = "deployment.kubernetes.io/desired-replicas";
  static final String MAX = "deployment.kubernetes.io/max-replicas";
  static final String HISTORY = "deployment.kubernetes.io/revision-history";
  static final Comparator<ReplicaSet> OLDEST_FIRST =
      Comparator.<ReplicaSet, java.time.Instant>comparing(set -> Meta.created(set.object))
          .thenComparing(ReplicaSet::name);

  String name() {
    return Meta.name(object);
  }

  int wanted() {
    return object.at("/spec/replicas").asInt(1);
  }

  int minReadySeconds() {
    return object.at("/spec/minReadySeconds").asInt();
  }

  int replicas() {
    return object.at("/status/replicas").asInt();
  }

  int ready() {
    return object.at("/status/readyReplicas").asInt();
  }

  int available() {
    return object.at("/status/availableReplicas").asInt();
  }

  /// Zero when no Deployment has numbered it yet.
  long revision() {
    var text = annotation(Deployment.REVISION);
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
  }

  /// The most pods its Deployment allowed when the set was last sized; empty when nobody said.
  Optional<Integer> max() {
    var text = annotation(MAX);
    return text.matches("[1-9]\\d{0,8}") ? Optional.of(Integer.parseInt(text)) : Optional.empty();
  }

  String annotation(String name) {
    return object.at("/metadata/annotations").path(name).asText();
  }

  JsonNode template() {
    return object.at("/spec/template");
  }

  JsonNode selector() {
    return object.at("/spec/selector");
  }

  boolean deleted() {
    return Meta.deleted(object);
  }

  /// The controller has seen the latest spec, and no pod is left.
  boolean isEmpty() {
    return wanted() == 0
        && replicas() == 0
        && object.at("/status/observedGeneration").asLong() >= Meta.generation(object);
  }
}
