package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Cause;
import dev.sluice.playground.store.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The ports that Services have on every node, and which are still free. Nothing listens there.
final class NodePorts {

  private static final String SERVICES = "/services";
  private static final int FIRST = 30_000;
  private static final int LAST = 32_767;
  private static final List<String> OPEN = List.of("NodePort", "LoadBalancer");

  private final State state;
  private final Map<Integer, String> taken = new HashMap<>();

  NodePorts(State state) {
    this.state = state;
    state.storage().list(SERVICES, "").forEach(this::take);
    state.storage().listen(this::changed);
  }

  private void changed(Change change) {
    if (!change.key().resource().equals(SERVICES)) {
      return;
    }
    change.before().ifPresent(before -> ports(before).forEach(taken::remove));
    if (change.type() != Change.Type.DELETED) {
      take(change.object());
    }
  }

  private void take(ObjectNode service) {
    ports(service).forEach(port -> taken.put(port, uid(service)));
  }

  private static String uid(JsonNode service) {
    return service.at("/metadata/uid").asText();
  }

  private static Set<Integer> ports(ObjectNode service) {
    var ports = new HashSet<Integer>();
    for (var port : service.at("/spec/ports")) {
      if (port.path("nodePort").asInt(0) != 0) {
        ports.add(port.path("nodePort").asInt());
      }
    }
    return ports;
  }

  /// Gives a Service the ports that it does not ask for by number, or takes them from one that is
  /// not open on nodes any more.
  void complete(ObjectNode service, Optional<ObjectNode> old) {
    var spec = service.path("spec");
    if (OPEN.contains(spec.path("type").asText())) {
      if (spec.path("allocateLoadBalancerNodePorts").asBoolean(true)) {
        give(service);
      }
    } else if (old.filter(before -> OPEN.contains(before.at("/spec/type").asText())).isPresent()) {
      for (var port : spec.path("ports")) {
        ((ObjectNode) port).remove("nodePort");
      }
      ((ObjectNode) spec)
          .remove(
              List.of(
                  "externalTrafficPolicy", "allocateLoadBalancerNodePorts", "healthCheckNodePort"));
    }
  }

  private void give(ObjectNode service) {
    var own = ports(service);
    for (var port : service.at("/spec/ports")) {
      if (port.path("nodePort").asInt(0) == 0) {
        int start = state.dice(LAST - FIRST + 1);
        for (int i = 0; i <= LAST - FIRST; i++) {
          int one = FIRST + (start + i) % (LAST - FIRST + 1);
          if (!taken.containsKey(one) && own.add(one)) {
            ((ObjectNode) port).put("nodePort", one);
            break;
          }
        }
      }
    }
  }

  /// What is wrong with the ports that a Service asks for.
  List<Cause> check(ObjectNode service) {
    var causes = new ArrayList<Cause>();
    if (!OPEN.contains(service.at("/spec/type").asText())) {
      return causes;
    }
    if (service.at("/spec/clusterIP").asText("").equals("None")) {
      causes.add(
          Cause.invalid(
              "spec.clusterIPs[0]",
              "\"None\"",
              "may not be set to 'None' for " + service.at("/spec/type").asText() + " services"));
    }
    int i = 0;
    for (var port : service.at("/spec/ports")) {
      var field = "spec.ports[" + i++ + "].nodePort";
      int number = port.path("nodePort").asInt(0);
      var owner = taken.get(number);
      if (number != 0 && (number < FIRST || number > LAST)) {
        causes.add(
            Cause.invalid(
                field,
                Integer.toString(number),
                "provided port is not in the valid range. The range of valid ports is "
                    + FIRST
                    + "-"
                    + LAST));
      } else if (owner != null && !owner.equals(uid(service))) {
        causes.add(
            Cause.invalid(field, Integer.toString(number), "provided port is already allocated"));
      }
    }
    return causes;
  }
}
