package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The HTTPRoute that a Rollout splits its traffic by, as `spec.service`.
///
/// @param service filled
record ArgoHttpRoute(Beside others, List<Note> notes, ObjectNode service) {

  /// @param plugin what the Rollout tells the plugin of the Gateway API
  /// @param stable its Service of users; may be empty
  void read(Part plugin, String stable) {
    String name = plugin.text("httpRoute");
    List<Part> more = plugin.parts("httpRoutes");
    if (name.isEmpty() && !more.isEmpty()) {
      name = more.getFirst().text("name");
      more.getFirst().drop("useHeaderRoutes");
    }
    more.stream()
        .skip(1)
        .forEach(one -> {
          one.dropRest();
          one.note("", "not carried over: a Canary has one HTTPRoute, which it makes");
        });
    plugin.drop("namespace");
    Optional<ObjectNode> found = others.use("HTTPRoute", name);
    if (found.isEmpty()) {
      plugin.note(
          "",
          "HTTPRoute %s is not among the files; set spec.service.gatewayRefs and hosts"
              .formatted(name));
      return;
    }
    Part route = Part.of(found.get(), notes);
    route.drop("apiVersion", "kind", "metadata", "status");
    route.note("", "is not printed: the Canary makes an HTTPRoute of its own. Delete this one");
    Part spec = route.part("spec");
    spec.parts("parentRefs")
        .forEach(parent -> {
          ObjectNode made = Yaml.object();
          for (String field :
              List.of("group", "kind", "name", "namespace", "sectionName", "port")) {
            parent.carry(field, made);
          }
          service.withArray("gatewayRefs").add(made);
        });
    ArgoTraffic.texts(spec.take("hostnames"), service, "hosts", Set.of());
    boolean done = false;
    for (Part rule : spec.parts("rules")) {
      if (!done && mentions(rule.take("backendRefs"), stable)) {
        done = true;
        httpRule(rule);
      } else {
        rule.dropRest();
        rule.note(
            "",
            "not carried over: the Canary writes all rules; keep others in an HTTPRoute of their own");
      }
    }
    route.rest();
  }

  private static boolean mentions(JsonNode backends, String stable) {
    for (JsonNode backend : backends) {
      if (stable.isEmpty() || backend.path("name").asText().equals(stable)) {
        return true;
      }
    }
    return false;
  }

  private void httpRule(Part rule) {
    for (Part match : rule.parts("matches")) {
      ObjectNode made = Yaml.object();
      Part path = match.part("path");
      String value = path.text("value");
      String type = path.text("type");
      if (!value.isEmpty() && !(value.equals("/") && !type.equals("Exact"))) {
        made.putObject("uri").put(way(type.isEmpty() ? "PathPrefix" : type), value);
      }
      named(match.parts("headers"), made, "headers");
      named(match.parts("queryParams"), made, "queryParams");
      String method = match.text("method");
      if (!method.isEmpty()) {
        made.putObject("method").put("exact", method);
      }
      if (!made.isEmpty()) {
        service.withArray("match").add(made);
      }
    }
    Part timeouts = rule.part("timeouts");
    time(timeouts, "request", "timeout");
    time(timeouts, "backendRequest", "backendTimeout");
  }

  private void time(Part timeouts, String from, String to) {
    String text = timeouts.text(from);
    if (!text.isEmpty()) {
      service.put(to, text);
    }
  }

  private static void named(List<Part> matches, ObjectNode made, String field) {
    for (Part match : matches) {
      made.withObject(field)
          .putObject(match.text("name"))
          .put(way(match.text("type")), match.text("value"));
    }
  }

  private static String way(String type) {
    return switch (type) {
      case "PathPrefix" -> "prefix";
      case "RegularExpression" -> "regex";
      default -> "exact";
    };
  }
}
