package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/// Reads a DaemonSet; absent fields have their defaults.
record DaemonSet(ObjectNode object) {

  JsonNode selector() {
    return object.at("/spec/selector");
  }

  JsonNode template() {
    return object.at("/spec/template");
  }

  boolean updatesItself() {
    return !object.at("/spec/updateStrategy/type").asText().equals("OnDelete");
  }

  int minReadySeconds() {
    return object.at("/spec/minReadySeconds").asInt();
  }

  /// How many nodes may be without an available pod while it updates, rounded up.
  int maxUnavailable(int nodes) {
    int surge = maxSurge(nodes);
    var value = object.at("/spec/updateStrategy/rollingUpdate/maxUnavailable");
    int most = value.isMissingNode() ? 1 : share(value, nodes);
    return most == 0 && surge == 0 ? 1 : most;
  }

  /// How many nodes may have an old and a new pod while it updates, rounded up.
  int maxSurge(int nodes) {
    return share(object.at("/spec/updateStrategy/rollingUpdate/maxSurge"), nodes);
  }

  private static int share(JsonNode value, int nodes) {
    if (value.isNumber()) {
      return value.asInt();
    }
    var text = value.asText();
    return text.matches("\\d{1,3}%")
        ? (int) Math.ceil(Integer.parseInt(text.substring(0, text.length() - 1)) * nodes / 100.0)
        : 0;
  }

  boolean available(Pod pod, Instant now) {
    return pod.availableSince(minReadySeconds()).filter(at -> !at.isAfter(now)).isPresent();
  }
}
