package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.schema.Quantity;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/// What the pods of a node ask for together.
///
/// @param requests by name of the resource
record NodeLoad(int pods, Map<String, BigDecimal> requests) {
  static final NodeLoad NONE = new NodeLoad(0, Map.of());

  NodeLoad {
    requests = Map.copyOf(requests);
  }

  NodeLoad with(Pod pod) {
    return changed(pod, 1);
  }

  NodeLoad without(Pod pod) {
    return changed(pod, -1);
  }

  private NodeLoad changed(Pod pod, int sign) {
    var asked = requests(pod);
    if (asked.isEmpty()) {
      return new NodeLoad(pods + sign, requests);
    }
    var all = new TreeMap<>(requests);
    asked.forEach(
        (name, amount) -> all.merge(name, sign < 0 ? amount.negate() : amount, BigDecimal::add));
    return new NodeLoad(pods + sign, all);
  }

  /// What a pod asks for: all its containers together, or the greediest init container if that is
  /// more.
  static Map<String, BigDecimal> requests(Pod pod) {
    var sum = new TreeMap<String, BigDecimal>();
    for (var container : pod.object().at("/spec/containers")) {
      amounts(container).forEach((name, amount) -> sum.merge(name, amount, BigDecimal::add));
    }
    for (var container : pod.object().at("/spec/initContainers")) {
      amounts(container).forEach((name, amount) -> sum.merge(name, amount, BigDecimal::max));
    }
    return sum;
  }

  private static Map<String, BigDecimal> amounts(JsonNode container) {
    var amounts = new TreeMap<String, BigDecimal>();
    for (var entry : container.at("/resources/requests").properties()) {
      amounts.put(entry.getKey(), Quantity.amount(entry.getValue()));
    }
    return amounts;
  }
}
