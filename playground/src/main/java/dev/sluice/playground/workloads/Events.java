package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Kubernetes Events as the controllers of a cluster write them; the [Recorder] names them.
final class Events {
  private static final int MAX_MESSAGE = 1024;

  /// Writes by the newer API, which knows no source and no count.
  static final String SCHEDULER = "default-scheduler";

  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private Events() {}

  /// Who tells of what.
  ///
  /// @param host the node it runs on; empty for the controllers
  /// @param field the part of the object that is meant; empty for all of it
  record Source(String component, String host, String field) {

    static Source of(String component) {
      return new Source(component, "", "");
    }

    static Source kubelet(String node) {
      return new Source("kubelet", node, "");
    }

    Source about(String container) {
      return new Source(component, host, "spec.containers{" + container + "}");
    }
  }

  static Action event(
      Resource resource,
      ObjectNode about,
      boolean warning,
      String reason,
      String message,
      String component,
      Instant now) {
    var source = Source.of(component);
    return event(resource, about, warning, reason, message, source, now);
  }

  static Action event(
      Resource resource,
      ObjectNode about,
      boolean warning,
      String reason,
      String message,
      Source source,
      Instant now) {
    var event = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Event");
    var namespace = Meta.namespace(about).isEmpty() ? "default" : Meta.namespace(about);
    event.putObject("metadata").put("name", Meta.name(about)).put("namespace", namespace);
    var involved = event.putObject("involvedObject");
    involved
        .put("apiVersion", resource.apiVersion())
        .put("kind", resource.kind())
        .put("name", Meta.name(about))
        .put("namespace", Meta.namespace(about))
        .put("uid", Meta.uid(about))
        .put("resourceVersion", about.at("/metadata/resourceVersion").asText());
    if (!source.field().isEmpty()) {
      involved.put("fieldPath", source.field());
    }
    event
        .put("type", warning ? "Warning" : "Normal")
        .put("reason", reason)
        .put(
            "message",
            message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message);
    if (source.component().equals(SCHEDULER)) {
      event.put("eventTime", MICROS.format(now)).putNull("firstTimestamp").putNull("lastTimestamp");
      event.put("action", warning ? "Scheduling" : "Binding");
      event.put("reportingInstance", source.component());
      event.putObject("source");
    } else {
      event
          .put("count", 1)
          .put("firstTimestamp", Meta.text(now))
          .put("lastTimestamp", Meta.text(now))
          .putNull("eventTime")
          .put("reportingInstance", source.host());
      var named = event.putObject("source").put("component", source.component());
      if (!source.host().isEmpty()) {
        named.put("host", source.host());
      }
    }
    event.put("reportingComponent", source.component());
    return new Action.Create(Resource.EVENT, event);
  }

  /// What to tell about a pod that the API server did not take from its owner.
  static Action refused(Resource kind, ObjectNode owner, String why, Instant now) {
    var message =
        kind == Resource.STATEFUL_SET
            ? "create Pod in StatefulSet %s failed error: %s".formatted(Meta.name(owner), why)
            : "Error creating: " + why;
    var component = kind.kind().toLowerCase(Locale.ROOT) + "-controller";
    return event(kind, owner, true, "FailedCreate", message, component, now);
  }
}
