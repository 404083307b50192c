package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes Events; one that says again what an earlier one said raises that one's count, as clients
/// of a cluster do. An Event that cannot be written is lost.
final class Recorder {
  private static final int REMEMBERED = 4096;

  private final ApiClient api;
  private long number;
  private final Map<List<String>, ObjectNode> told =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<String>, ObjectNode> eldest) {
          return size() > REMEMBERED;
        }
      };

  Recorder(ApiClient api) {
    this.api = api;
  }

  void write(ObjectNode event, Instant now) {
    name(event, now);
    if (!event.has("count")) {
      api.create(Resource.EVENT, event);
      return;
    }
    var about =
        List.of(
            event.at("/involvedObject/uid").asText(),
            event.at("/involvedObject/fieldPath").asText(),
            event.path("type").asText(),
            event.path("reason").asText(),
            event.path("message").asText());
    var earlier = told.remove(about);
    if (earlier != null) {
      var more = JsonNodeFactory.instance.objectNode();
      int count = earlier.path("count").asInt() + 1;
      more.put("count", count).put("lastTimestamp", event.path("lastTimestamp").asText());
      if (api.merge(Resource.EVENT, earlier, more).done()) {
        told.put(about, earlier.put("count", count));
        return;
      }
    }
    if (api.create(Resource.EVENT, event).done()) {
      told.put(about, event);
    }
  }

  /// Names rise with time, so that lists show what happened in its order.
  private void name(ObjectNode event, Instant now) {
    number = Math.max(number + 1, now.toEpochMilli() << 20);
    var metadata = event.withObject("/metadata");
    metadata.put("name", "%s.%016x".formatted(metadata.path("name").asText(), number));
  }
}
