package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Between what the metrics ask for and what is done: earlier wishes that still count, the speed
/// that the policies allow, and the least and most that the user wants.
final class ScalingLimits {
  private static final Duration DOWN_WINDOW = Duration.ofMinutes(5);

  /// The longest that a window or a policy may look back.
  private static final Duration LONGEST = Duration.ofHours(1);

  /// What an autoscaler remembers of itself; it is lost when the process ends, as in a real one.
  ///
  /// @param wishes what the metrics asked for
  /// @param changes by how many pods it scaled, negative for down
  /// @param next when it looks at its metrics again
  record Memory(List<Moment> wishes, List<Moment> changes, Instant next) {
    static final Memory NONE = new Memory(List.of(), List.of(), Instant.EPOCH);

    Memory {
      wishes = List.copyOf(wishes);
      changes = List.copyOf(changes);
    }

    Memory wished(int replicas, Instant now) {
      return new Memory(grown(wishes, replicas, now), changes, next);
    }

    Memory changed(int by, Instant now) {
      return new Memory(wishes, grown(changes, by, now), next);
    }

    Memory until(Instant look) {
      return new Memory(wishes, changes, look);
    }

    private static List<Moment> grown(List<Moment> moments, int value, Instant now) {
      var all = new ArrayList<Moment>();
      for (var moment : moments) {
        if (moment.at().isAfter(now.minus(LONGEST))) {
          all.add(moment);
        }
      }
      all.add(new Moment(now, value));
      return all;
    }
  }

  record Moment(Instant at, int value) {}

  /// @param able reason of AbleToScale
  /// @param limited reason of ScalingLimited
  record Outcome(int replicas, String able, String limited, Memory memory) {}

  private final int current;
  private final int min;
  private final int max;
  private final JsonNode behavior;
  private final Memory memory;
  private final Instant now;

  /// @param behavior of the autoscaler's spec; a missing node when the user gave none
  ScalingLimits(int current, int min, int max, JsonNode behavior, Memory memory, Instant now) {
    this.current = current;
    this.min = min;
    this.max = max;
    this.behavior = behavior;
    this.memory = memory.wishes().isEmpty() ? memory.wished(current, now) : memory;
    this.now = now;
  }

  Outcome of(int wish) {
    int stable = behavior.isMissingNode() ? plainlyStable(wish) : stable(wish);
    var able =
        stable == wish
            ? "ReadyForNewScale"
            : wish >= current && !behavior.isMissingNode()
                ? "ScaleUpStabilized"
                : "ScaleDownStabilized";
    var next = memory.wished(wish, now);
    return behavior.isMissingNode() ? plain(stable, able, next) : ruled(stable, able, next);
  }

  // ---- without rules of the user ----

  private int plainlyStable(int wish) {
    return memory.wishes().stream()
        .filter(moment -> !moment.at().isBefore(now.minus(DOWN_WINDOW)))
        .mapToInt(Moment::value)
        .reduce(wish, Math::max);
  }

  private Outcome plain(int wish, String able, Memory next) {
    int fastest = Math.max(2 * current, 4);
    int most = Math.min(max, fastest);
    if (wish < min) {
      return new Outcome(min, able, "TooFewReplicas", next);
    }
    if (wish > most) {
      var reason = max > fastest ? "ScaleUpLimit" : "TooManyReplicas";
      return new Outcome(most, able, reason, next);
    }
    return new Outcome(wish, able, "DesiredWithinRange", next);
  }

  // ---- with them ----

  private int stable(int wish) {
    int up = wish;
    int down = wish;
    var upSince = now.minus(window("scaleUp", Duration.ZERO));
    var downSince = now.minus(window("scaleDown", DOWN_WINDOW));
    for (var moment : memory.wishes()) {
      up = moment.at().isAfter(upSince) ? Math.min(up, moment.value()) : up;
      down = moment.at().isAfter(downSince) ? Math.max(down, moment.value()) : down;
    }
    return Math.min(Math.max(current, up), down);
  }

  private Duration window(String direction, Duration otherwise) {
    var seconds = behavior.path(direction).path("stabilizationWindowSeconds");
    return seconds.isNumber() ? Duration.ofSeconds(seconds.asLong()) : otherwise;
  }

  private Outcome ruled(int wish, String able, Memory next) {
    if (wish > current) {
      int fastest = Math.max(current, limit("scaleUp"));
      int most = Math.min(max, fastest);
      if (wish > most) {
        var reason = max > fastest ? "ScaleUpLimit" : "TooManyReplicas";
        return new Outcome(most, able, reason, next);
      }
    } else if (wish < current) {
      int fastest = Math.min(current, limit("scaleDown"));
      int least = Math.max(min, fastest);
      if (wish < least) {
        var reason = min < fastest ? "ScaleDownLimit" : "TooFewReplicas";
        return new Outcome(least, able, reason, next);
      }
    }
    return new Outcome(wish, able, "DesiredWithinRange", next);
  }

  /// How far the policies of a direction let the size go now.
  private int limit(String direction) {
    var rules = behavior.path(direction);
    var select = rules.path("selectPolicy").asText("Max");
    if (select.equals("Disabled")) {
      return current;
    }
    boolean up = direction.equals("scaleUp");
    var policies = rules.path("policies").isEmpty() ? usual(up) : rules.path("policies");
    int limit = -1;
    for (var policy : policies) {
      int size = size(policy, up);
      boolean farthest = up == select.equals("Max");
      limit = limit < 0 ? size : farthest ? Math.max(limit, size) : Math.min(limit, size);
    }
    return limit;
  }

  private int size(JsonNode policy, boolean up) {
    var since = now.minusSeconds(policy.path("periodSeconds").asLong(15));
    int moved =
        memory.changes().stream()
            .filter(moment -> moment.at().isAfter(since))
            .mapToInt(Moment::value)
            .sum();
    int began = current - moved;
    int value = policy.path("value").asInt();
    if (policy.path("type").asText().equals("Pods")) {
      return Math.max(0, up ? began + value : began - value);
    }
    return up ? (int) Math.ceil(began * (1 + value / 100.0)) : (int) (began * (1 - value / 100.0));
  }

  private static JsonNode usual(boolean up) {
    var all = JsonNodeFactory.instance.arrayNode();
    if (up) {
      all.add(policy("Pods", 4));
    }
    return all.add(policy("Percent", 100));
  }

  private static ObjectNode policy(String type, int value) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", type)
        .put("value", value)
        .put("periodSeconds", 15);
  }
}
