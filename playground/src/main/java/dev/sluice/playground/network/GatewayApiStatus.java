package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.network.Attachments.Problem;
import dev.sluice.playground.network.GatewayApi.Gateway;
import dev.sluice.playground.network.GatewayApi.HttpRoute;
import dev.sluice.playground.network.GatewayApi.Listener;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What the network says in the status of routes, Gateways and classes. Pure: a status that has
/// nothing new to say is the one that is there.
final class GatewayApiStatus {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String ADDRESS = "127.0.0.1";

  private final GatewayApi api;
  private final Attachments attachments;
  private final Instant now;

  GatewayApiStatus(MeshSnapshot.Config config, Instant now) {
    this.api = config.gatewayApi();
    this.attachments = config.attachments();
    this.now = now.truncatedTo(ChronoUnit.SECONDS);
  }

  /// @param live the route as it is
  /// @return empty when no parent of the route is ours, and nothing of ours is left in its status
  Optional<ObjectNode> ofRoute(HttpRoute route, JsonNode live) {
    var before = live.path("status").path("parents");
    var parents = JSON.arrayNode();
    // Other controllers' entries stay.
    for (var entry : before) {
      if (!entry.path("controllerName").asText().equals(GatewayApi.CONTROLLER)) {
        parents.add(entry);
      }
    }
    for (var ref : live.path("spec").path("parentRefs")) {
      var parent = GatewayApiReader.parent(ref, route.namespace());
      if (!attachments.isKnown(parent)) {
        continue;
      }
      var entry = JSON.objectNode();
      var old = entry(before, ref);
      var conditions = JSON.arrayNode();
      var refusal = attachments.refusal(route, parent);
      conditions.add(
          condition(old, "Accepted", refusal, "Accepted", "Route was valid", route.generation()));
      conditions.add(
          condition(
              old,
              "ResolvedRefs",
              attachments.unresolved(route),
              "ResolvedRefs",
              "All references resolved",
              route.generation()));
      entry.set("conditions", conditions);
      entry.put("controllerName", GatewayApi.CONTROLLER);
      entry.set("parentRef", ref);
      parents.add(entry);
    }
    return parents.equals(before) || (parents.isEmpty() && before.isEmpty())
        ? Optional.empty()
        : Optional.of(JSON.objectNode().set("parents", parents));
  }

  private static JsonNode entry(JsonNode parents, JsonNode ref) {
    for (var entry : parents) {
      if (entry.path("controllerName").asText().equals(GatewayApi.CONTROLLER)
          && entry.path("parentRef").equals(ref)) {
        return entry.path("conditions");
      }
    }
    return JSON.arrayNode();
  }

  /// How many routes each listener takes, by namespace, Gateway and listener.
  Map<String, Integer> attached() {
    var counts = new HashMap<String, Integer>();
    for (var route : api.routes()) {
      for (var parent : route.parents()) {
        if (parent.isGateway()
            && attachments.gateway(parent).isPresent()
            && attachments.refusal(route, parent).isEmpty()) {
          attachments
              .listeners(route, parent)
              .keySet()
              .forEach(
                  l -> counts.merge(key(parent.namespace(), parent.name(), l), 1, Integer::sum));
        }
      }
    }
    return counts;
  }

  private static String key(String namespace, String name, Listener listener) {
    return namespace + "/" + name + "/" + listener.name();
  }

  /// @param attached of [#attached]
  /// @return empty when nothing is new
  Optional<ObjectNode> ofGateway(Gateway gateway, Map<String, Integer> attached, JsonNode live) {
    if (!attachments.isOurs(gateway.className())) {
      return Optional.empty();
    }
    var before = live.path("status");
    var generation = gateway.generation();
    var broken =
        gateway.listeners().stream().flatMap(l -> Attachments.problem(l).stream()).findFirst();
    var usable = gateway.listeners().stream().anyMatch(l -> Attachments.problem(l).isEmpty());
    var status = JSON.objectNode();
    var address = status.putArray("addresses").addObject();
    address.put("type", "IPAddress").put("value", ADDRESS);
    var conditions = status.putArray("conditions");
    var old = before.path("conditions");
    var invalid =
        broken.map(p ->
            new Problem("ListenersNotValid", "one or more listeners are invalid: " + p.message()));
    var accepted =
        condition(
            old,
            "Accepted",
            usable ? Optional.empty() : invalid,
            broken.isPresent() ? "ListenersNotValid" : "Accepted",
            broken.isPresent() ? invalid.orElseThrow().message() : "Resource accepted",
            generation);
    conditions.add(accepted);
    conditions.add(
        condition(
            old,
            "Programmed",
            usable
                ? Optional.empty()
                : Optional.of(new Problem("Invalid", "no listener can be served")),
            "Programmed",
            "Resource programmed, assigned to the playground's gateway",
            generation));
    var listeners = status.putArray("listeners");
    for (var listener : gateway.listeners()) {
      var entry = listeners.addObject();
      entry.put(
          "attachedRoutes",
          attached.getOrDefault(key(gateway.namespace(), gateway.name(), listener), 0));
      entry.set(
          "conditions", listenerConditions(listener, conditions(before, listener), generation));
      entry.put("name", listener.name());
      var kinds = entry.putArray("supportedKinds");
      if (listener.isServed() && listener.allowsHttpRoutes()) {
        kinds.addObject().put("group", GatewayApi.GROUP).put("kind", "HTTPRoute");
      }
    }
    return status.equals(before) ? Optional.empty() : Optional.of(status);
  }

  private static JsonNode conditions(JsonNode status, Listener listener) {
    for (var entry : status.path("listeners")) {
      if (entry.path("name").asText().equals(listener.name())) {
        return entry.path("conditions");
      }
    }
    return JSON.arrayNode();
  }

  private ArrayNode listenerConditions(Listener listener, JsonNode old, long generation) {
    var problem = Attachments.problem(listener);
    var kinds =
        listener.kinds().stream().anyMatch(k -> !k.equals(GatewayApi.GROUP + "/HTTPRoute"))
            ? Optional.of(
                new Problem("InvalidRouteKinds", "only HTTPRoutes are served by a listener here"))
            : Optional.<Problem>empty();
    var conditions = JSON.arrayNode();
    conditions.add(condition(old, "Accepted", problem, "Accepted", "No errors found", generation));
    conditions.add(
        condition(old, "Conflicted", false, "NoConflicts", "No errors found", generation));
    conditions.add(
        condition(
            old,
            "Programmed",
            problem.map(p -> new Problem("Invalid", p.message())),
            "Programmed",
            "No errors found",
            generation));
    conditions.add(
        condition(old, "ResolvedRefs", kinds, "ResolvedRefs", "No errors found", generation));
    return conditions;
  }

  /// @return empty when nothing is new, or the class is somebody else's
  Optional<ObjectNode> ofClass(GatewayApi.GatewayClass gatewayClass, JsonNode live) {
    if (!gatewayClass.controller().equals(GatewayApi.CONTROLLER)) {
      return Optional.empty();
    }
    var status = JSON.objectNode();
    status
        .putArray("conditions")
        .add(
            condition(
                live.path("status").path("conditions"),
                "Accepted",
                Optional.empty(),
                "Accepted",
                "Handled by the playground",
                gatewayClass.generation()));
    return status.path("conditions").equals(live.path("status").path("conditions"))
        ? Optional.empty()
        : Optional.of(status);
  }

  private ObjectNode condition(
      JsonNode old,
      String type,
      Optional<Problem> problem,
      String reason,
      String message,
      long generation) {
    return condition(
        old,
        type,
        problem.isEmpty(),
        problem.map(Problem::reason).orElse(reason),
        problem.map(Problem::message).orElse(message),
        generation);
  }

  /// The time is kept while the status stays.
  private ObjectNode condition(
      JsonNode old, String type, boolean holds, String reason, String message, long generation) {
    var status = holds ? "True" : "False";
    var since = now.toString();
    for (var before : old) {
      if (before.path("type").asText().equals(type)
          && before.path("status").asText().equals(status)) {
        since = before.path("lastTransitionTime").asText();
      }
    }
    return JSON.objectNode()
        .put("lastTransitionTime", since)
        .put("message", message)
        .put("observedGeneration", generation)
        .put("reason", reason)
        .put("status", status)
        .put("type", type);
  }
}
