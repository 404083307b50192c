package dev.sluice.controller.routing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.object.Json;
import dev.sluice.crds.CanaryService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The ports of a canary's Services: the one of the spec, with `portDiscovery` all others that the
/// target's containers have, and those that somebody's apex Service had when it was taken over.
public final class ServicePorts {
  /// Containers of the mesh, whose ports are no business of callers.
  private static final Set<String> SIDECARS = Set.of("istio-proxy", "envoy");

  private static final int LONGEST_NAME = 63;

  private final List<ObjectNode> ports = new ArrayList<>();
  private int own;
  private final Set<String> names = new HashSet<>();
  private final Set<String> numbers = new HashSet<>();

  private ServicePorts() {}

  /// @param target the Deployment
  /// @param found ports of an apex Service that is not ours
  public static ServicePorts of(CanaryService service, JsonNode target, JsonNode found) {
    ServicePorts all = new ServicePorts();
    all.add(service.portNameOrDefault(), service.port(), "TCP", targetPort(service), service);
    if (service.portDiscovery()) {
      for (JsonNode container : target.at("/spec/template/spec/containers")) {
        if (!SIDECARS.contains(container.path("name").asText())) {
          all.discover(service, container);
        }
      }
    }
    all.own = all.ports.size();
    for (JsonNode port : found) {
      all.keep(port);
    }
    // Callers in the mesh reach a side by the port that they call the apex with. Through a gateway
    // they do not, and there a side with several ports would need one in every rule.
    boolean meshOnly =
        !service.delegation()
            && service.hosts().isEmpty()
            && (service.gateways().isEmpty() || service.gateways().equals(List.of("mesh")));
    if (meshOnly) {
      all.own = all.ports.size();
    }
    return all;
  }

  private void keep(JsonNode found) {
    String protocol = found.path("protocol").asText("TCP");
    int number = found.path("port").asInt();
    String name = found.path("name").asText();
    if (numbers.add(number + "/" + protocol)) {
      ObjectNode port = found.deepCopy();
      port.remove("nodePort");
      if (name.isEmpty() || !names.add(name)) {
        port.put("name", "port-" + number);
      }
      port.put("protocol", protocol);
      ports.add(port);
    }
  }

  private void discover(CanaryService service, JsonNode container) {
    JsonNode found = container.path("ports");
    for (int i = 0; i < found.size(); i++) {
      JsonNode port = found.get(i);
      int number = port.path("containerPort").asInt();
      String protocol = port.path("protocol").asText("TCP");
      if (isTheTarget(service, port) || numbers.contains(number + "/" + protocol)) {
        continue;
      }
      String given = port.path("name").asText();
      add(
          given.isEmpty() || names.contains(given) ? unnamed(container, i) : given,
          number,
          protocol,
          Json.MAPPER.getNodeFactory().numberNode(number),
          null);
    }
  }

  /// As Flagger names them.
  private static String unnamed(JsonNode container, int index) {
    String end = "-" + index;
    String start = "tcp-" + container.path("name").asText();
    return start.substring(0, Math.min(start.length(), LONGEST_NAME - end.length())) + end;
  }

  /// Whether the Services' own port leads there already.
  private static boolean isTheTarget(CanaryService service, JsonNode port) {
    JsonNode target = targetPort(service);
    return target.isTextual()
        ? target.asText().equals(port.path("name").asText())
        : target.asInt() == port.path("containerPort").asInt();
  }

  private static JsonNode targetPort(CanaryService service) {
    JsonNode target = service.targetPort();
    return target == null || target.isNull() || (target.isInt() && target.asInt() == 0)
        ? Json.MAPPER.getNodeFactory().numberNode(service.port())
        : target;
  }

  private void add(
      String name, int number, String protocol, JsonNode target, @Nullable CanaryService spec) {
    if (!numbers.add(number + "/" + protocol)) {
      return;
    }
    names.add(name);
    ObjectNode port = Json.MAPPER.createObjectNode();
    port.put("name", name).put("port", number).put("protocol", protocol);
    port.set("targetPort", target);
    if (spec != null && spec.appProtocol() != null) {
      port.put("appProtocol", spec.appProtocol());
    }
    ports.add(port);
  }

  /// As in the apex Service's `spec.ports`.
  ArrayNode ofApex() {
    return copied(ports);
  }

  /// As in the `spec.ports` of the two sides.
  ArrayNode ofSides() {
    return copied(ports.subList(0, own));
  }

  private static ArrayNode copied(List<ObjectNode> ports) {
    ArrayNode all = Json.MAPPER.createArrayNode();
    ports.forEach(port -> all.add(port.deepCopy()));
    return all;
  }
}
