package dev.sluice.controller.canary;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.Metadata;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes Kubernetes Events, one for each thing that happened. They are written here and not by a
/// client library's recorder, which folds similar ones together until the story has holes.
public final class Events {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);
  private static final String COMPONENT = "sluice";
  private static final int LONGEST_MESSAGE = 1024;

  private final Cluster cluster;
  private final AtomicLong unique = new AtomicLong();

  public Events(Cluster cluster) {
    this.cluster = cluster;
  }

  /// Best effort: an Event that cannot be written is logged and does not stop anything.
  ///
  /// @param type `Normal` or `Warning`
  public void write(
      Kind kind, Metadata about, String type, String reason, String message, Instant now) {
    ObjectNode event = Json.MAPPER.createObjectNode();
    event.put("apiVersion", "v1").put("kind", "Event");
    event
        .putObject("metadata")
        .put("namespace", about.namespace())
        .put("name", about.name() + "." + suffix(now));
    event
        .putObject("involvedObject")
        .put("apiVersion", kind.apiVersion())
        .put("kind", kind.kind())
        .put("namespace", about.namespace())
        .put("name", about.name())
        .put("uid", about.uid())
        .put("resourceVersion", about.resourceVersion());
    String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
    event
        .put("type", type)
        .put("reason", reason)
        .put(
            "message",
            message.length() <= LONGEST_MESSAGE
                ? message
                : message.substring(0, LONGEST_MESSAGE - 1) + "…")
        .put("firstTimestamp", time)
        .put("lastTimestamp", time)
        .put("count", 1)
        .put("reportingComponent", COMPONENT)
        .put("reportingInstance", "");
    event.putObject("source").put("component", COMPONENT);
    LOG.atInfo()
        .addKeyValue("object", about.ref())
        .addKeyValue("reason", reason)
        .addKeyValue("message", message)
        .log("event");
    try {
      cluster.create(Kind.EVENT, Json.resource(event));
    } catch (ClusterFailure e) {
      LOG.atWarn()
          .addKeyValue("object", about.ref())
          .addKeyValue("reason", reason)
          .addKeyValue("why", e.getMessage())
          .log("event not written");
    }
  }

  private String suffix(Instant now) {
    return Long.toHexString(now.getEpochSecond() * 1_000_000_000L + now.getNano())
        + Long.toHexString(unique.getAndIncrement() & 0xffff);
  }
}
