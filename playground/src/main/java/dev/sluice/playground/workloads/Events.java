package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/// Kubernetes Events as the controllers of a cluster write them.
final class Events {
  private static final int MAX_MESSAGE = 1024;

  private Events() {}

  /// @param serial makes the name differ from that of other events about the object
  static Action event(
      Resource resource,
      ObjectNode about,
      boolean warning,
      String reason,
      String message,
      String component,
      Instant now,
      long serial) {
    var event = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Event");
    var namespace = Meta.namespace(about).isEmpty() ? "default" : Meta.namespace(about);
    event
        .putObject("metadata")
        .put("name", "%s.%016x".formatted(Meta.name(about), serial))
        .put("namespace", namespace);
    event
        .putObject("involvedObject")
        .put("apiVersion", resource.apiVersion())
        .put("kind", resource.kind())
        .put("name", Meta.name(about))
        .put("namespace", Meta.namespace(about))
        .put("uid", Meta.uid(about))
        .put("resourceVersion", about.at("/metadata/resourceVersion").asText());
    event
        .put("type", warning ? "Warning" : "Normal")
        .put("reason", reason)
        .put(
            "message", message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message)
        .put("count", 1)
        .put("firstTimestamp", Meta.text(now))
        .put("lastTimestamp", Meta.text(now))
        .putNull("eventTime")
        .put("reportingComponent", component)
        .put("reportingInstance", "");
    event.putObject("source").put("component", component);
    return new Action.Create(Resource.EVENT, event);
  }
}
