package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// Reads a Deployment; absent fields have their defaults.
record Deployment(ObjectNode object) {
  static final String REVISION = "deployment.kubernetes.io/revision";
  static final String HASH = "pod-template-hash";

  String name() {
    return Meta.name(object);
  }

  int replicas() {
    return object.at("/spec/replicas").asInt(1);
  }

  boolean paused() {
    return object.at("/spec/paused").asBoolean();
  }

  boolean recreates() {
    return object.at("/spec/strategy/type").asText().equals("Recreate");
  }

  boolean deleted() {
    return Meta.deleted(object);
  }

  JsonNode selector() {
    return object.at("/spec/selector");
  }

  JsonNode template() {
    return object.at("/spec/template");
  }

  Map<String, String> annotations() {
    return Meta.annotations(object);
  }

  int minReadySeconds() {
    return object.at("/spec/minReadySeconds").asInt();
  }

  int historyLimit() {
    return object.at("/spec/revisionHistoryLimit").asInt(10);
  }

  /// How often the hash of a template met a ReplicaSet of somebody else.
  int collisions() {
    return object.at("/status/collisionCount").asInt();
  }

  /// Empty when the user wants none.
  Optional<Duration> progressDeadline() {
    int seconds = object.at("/spec/progressDeadlineSeconds").asInt(600);
    return seconds == Integer.MAX_VALUE
        ? Optional.empty()
        : Optional.of(Duration.ofSeconds(seconds));
  }

  /// Pods above the wanted number while rolling, rounded up.
  int maxSurge() {
    return recreates() ? 0 : share("/spec/strategy/rollingUpdate/maxSurge", true);
  }

  /// Pods that may be missing while rolling, rounded down; one where surge and this would both be
  /// none, or nothing could ever move.
  int maxUnavailable() {
    if (recreates() || replicas() == 0) {
      return 0;
    }
    int down = share("/spec/strategy/rollingUpdate/maxUnavailable", false);
    return Math.min(replicas(), down == 0 && maxSurge() == 0 ? 1 : down);
  }

  private int share(String path, boolean up) {
    var value = object.at(path);
    if (value.isNumber()) {
      return value.asInt();
    }
    var text = value.asText("25%");
    if (!text.matches("\\d{1,6}%")) {
      return 0;
    }
    double exact = Integer.parseInt(text.substring(0, text.length() - 1)) * replicas() / 100.0;
    return (int) (up ? Math.ceil(exact) : Math.floor(exact));
  }

  Instant created() {
    return Meta.created(object);
  }
}
