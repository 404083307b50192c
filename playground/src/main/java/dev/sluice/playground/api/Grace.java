package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;

/// How long a Pod that is deleted has until it is gone; nothing else has any time. The kubelet ends
/// it early by deleting it again with none.
///
/// @param seconds from the first deletion
/// @param shorter whether a Pod that is being deleted already gets less time than it had
record Grace(long seconds, boolean shorter) {
  private static final String SECONDS = "deletionGracePeriodSeconds";

  static Grace of(ResourceKind kind, ObjectNode object, Optional<Long> asked) {
    if (!kind.rules().equals("pod")) {
      return new Grace(0, false);
    }
    var meta = object.path("metadata");
    long wanted =
        asked.orElseGet(() -> object.at("/spec/terminationGracePeriodSeconds").asLong(30));
    var phase = object.at("/status/phase").asText();
    long seconds =
        object.at("/spec/nodeName").asText().isEmpty()
                || phase.equals("Succeeded")
                || phase.equals("Failed")
            ? 0
            : wanted < 0 ? 1 : wanted;
    if (!meta.has("deletionTimestamp")) {
      return new Grace(seconds, false);
    }
    long left = meta.path(SECONDS).asLong();
    return asked.isEmpty() || seconds >= left ? new Grace(left, false) : new Grace(seconds, true);
  }

  /// When a deletion that begins now will be over.
  String end(String now) {
    return Instant.parse(now).plusSeconds(seconds).toString();
  }

  void shorten(ObjectNode meta) {
    var end = Instant.parse(meta.path("deletionTimestamp").asText());
    var asked = end.minusSeconds(meta.path(SECONDS).asLong());
    meta.put("deletionTimestamp", asked.plusSeconds(seconds).toString());
    meta.put(SECONDS, seconds);
  }
}
