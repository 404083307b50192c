package dev.sluice.controller.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Json;
import dev.sluice.crds.Metadata;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes Kubernetes Events, one for each thing that happened. They are written here and not by a
/// client library's recorder, which folds similar ones together until the story has holes.
///
/// An Event's name is made of what it says and when that happened: writing it again does nothing.
public final class Events {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);
  private static final String COMPONENT = "sluice";

  /// Kubernetes forgets Events after an hour. What is older has been told, or nobody was there to
  /// tell it for so long that status has to do.
  public static final Duration LAST = Duration.ofMinutes(50);

  private static final int LONGEST_MESSAGE = 1024;

  /// Room for the rest of the 253 characters that a name may have.
  private static final int LONGEST_BASE = 220;

  private final Cluster cluster;

  public Events(Cluster cluster) {
    this.cluster = cluster;
  }

  /// What became of an Event.
  public enum Outcome {
    /// It was not there before.
    CREATED,
    /// Somebody wrote it before, most likely ourselves before a crash.
    EXISTED,
    /// It will not be taken: a missing right, a namespace that is being deleted.
    REFUSED,
    /// Perhaps it was written, perhaps not; worth another try.
    UNKNOWN
  }

  /// Never throws: an Event that cannot be written stops nothing.
  ///
  /// @param type `Normal` or `Warning`
  /// @param at when it happened
  public Outcome write(
      Kind kind, Metadata about, String type, String reason, String message, Instant at) {
    String text =
        message.length() <= LONGEST_MESSAGE
            ? message
            : message.substring(0, LONGEST_MESSAGE - 1) + "…";
    try {
      cluster.create(Kind.EVENT, Json.resource(event(kind, about, type, reason, text, at)));
      LOG.atInfo()
          .addKeyValue("object", kind.kind() + " " + about.ref())
          .addKeyValue("reason", reason)
          .addKeyValue("message", text)
          .log("event");
      return Outcome.CREATED;
    } catch (ClusterFailure.Conflict e) {
      return Outcome.EXISTED;
    } catch (ClusterFailure e) {
      LOG.atWarn()
          .addKeyValue("object", kind.kind() + " " + about.ref())
          .addKeyValue("reason", reason)
          .addKeyValue("message", text)
          .addKeyValue("why", e.getMessage())
          .log("event not written");
      return e instanceof ClusterFailure.Unavailable ? Outcome.UNKNOWN : Outcome.REFUSED;
    }
  }

  private static ObjectNode event(
      Kind kind, Metadata about, String type, String reason, String message, Instant at) {
    ObjectNode event = Json.MAPPER.createObjectNode();
    event.put("apiVersion", "v1").put("kind", "Event");
    event
        .putObject("metadata")
        .put("namespace", about.namespace())
        .put("name", name(kind, about, reason, message, at));
    event
        .putObject("involvedObject")
        .put("apiVersion", kind.apiVersion())
        .put("kind", kind.kind())
        .put("namespace", about.namespace())
        .put("name", about.name())
        .put("uid", about.uid())
        .put("resourceVersion", about.resourceVersion());
    String time = at.truncatedTo(ChronoUnit.SECONDS).toString();
    event
        .put("type", type)
        .put("reason", reason)
        .put("message", message)
        .put("firstTimestamp", time)
        .put("lastTimestamp", time)
        .put("count", 1)
        .put("reportingComponent", COMPONENT)
        .put("reportingInstance", "");
    event.putObject("source").put("component", COMPONENT);
    return event;
  }

  /// The time comes first, so that a list by name is in the order of events.
  private static String name(Kind kind, Metadata about, String reason, String message, Instant at) {
    String base =
        about.name().length() <= LONGEST_BASE
            ? about.name()
            : about.name().substring(0, LONGEST_BASE).replaceAll("[^a-z0-9]+$", "");
    String content = String.join("\0", kind.kind(), about.uid(), reason, message);
    return base + "." + Long.toHexString(at.toEpochMilli()) + digest(content);
  }

  private static String digest(String content) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(content.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 5);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
