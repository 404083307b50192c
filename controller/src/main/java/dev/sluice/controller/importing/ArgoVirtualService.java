package dev.sluice.controller.importing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The VirtualService that a Rollout splits its traffic by, as `spec.service`.
///
/// @param service filled
record ArgoVirtualService(ObjectNode rollout, Beside others, List<Note> notes, ObjectNode service) {

  /// @param istio `trafficRouting.istio`
  /// @param apex the Service that users call, and `stable` the Rollout's name of it; may be empty
  void read(Part istio, String apex, String stable) {
    List<Part> references = new ArrayList<>();
    if (istio.has("virtualService")) {
      references.add(istio.part("virtualService"));
    }
    references.addAll(istio.parts("virtualServices"));
    references.stream()
        .skip(1)
        .forEach(more -> {
          more.dropRest();
          more.note("", "not carried over: a Canary has one VirtualService, which it makes");
        });
    if (!references.isEmpty()) {
      virtualService(references.getFirst(), apex, stable);
    }
    if (istio.has("destinationRule")) {
      Part rule = istio.part("destinationRule");
      String name = rule.text("name");
      rule.drop("canarySubsetName", "stableSubsetName", "additionalSubsetNames");
      rule.note(
          "",
          "subsets are not carried over: the Canary has a Service and a DestinationRule for each side");
      JsonNode policy =
          others
              .use("DestinationRule", name)
              .map(one -> one.at("/spec/trafficPolicy"))
              .orElse(Yaml.object());
      if (!policy.isEmpty()) {
        service.set("trafficPolicy", policy);
      }
    }
  }

  private void virtualService(Part reference, String apex, String stable) {
    String name = reference.text("name").split("\\.", 2)[0];
    List<String> named = new ArrayList<>();
    reference.take("routes").forEach(route -> named.add(route.asText()));
    reference.without("tlsRoutes", "a Canary splits HTTP");
    reference.without("tcpRoutes", "set spec.service.appProtocol: tcp for a route of TCP alone");
    Optional<ObjectNode> found = others.use("VirtualService", name);
    if (found.isEmpty()) {
      reference.note(
          "name",
          "VirtualService %s is not among the files; hosts, gateways and its rules are missing in spec.service"
              .formatted(name));
      return;
    }
    Part route = Part.of(found.get(), notes);
    route.drop("apiVersion", "kind", "metadata", "status");
    route.note(
        "",
        name.equals(apex)
            ? "is not printed: the Canary takes it over. Take it out of Git"
            : "is not printed: the Canary makes VirtualService %s. Delete this one, since two for a host are not merged"
                .formatted(apex));
    Part spec = route.part("spec");
    ArgoTraffic.texts(spec.take("hosts"), service, "hosts", Set.of(apex, apex + "." + namespace()));
    ArgoTraffic.texts(spec.take("gateways"), service, "gateways", Set.of());
    if (service.path("gateways").size() == 1
        && service.path("gateways").path(0).asText().equals("mesh")) {
      service.remove("gateways");
    }
    List<Part> rules = spec.parts("http");
    List<Part> split = rules.stream().filter(rule -> leadsTo(rule, named, stable)).toList();
    for (Part rule : rules) {
      if (!split.isEmpty() && rule.equals(split.getFirst())) {
        rule(rule);
      } else {
        rule.dropRest();
        rule.note(
            "",
            "not carried over: the Canary writes all rules of its VirtualService; keep others in one that delegates to it (spec.service.delegation)");
      }
    }
    spec.without("tls", "a Canary splits HTTP");
    spec.without("tcp", "set spec.service.appProtocol: tcp for a route of TCP alone");
    route.rest();
  }

  private static boolean leadsTo(Part rule, List<String> named, String stable) {
    JsonNode name = rule.take("name");
    if (!named.isEmpty()) {
      return named.contains(name.asText());
    }
    JsonNode destinations = rule.take("route");
    for (JsonNode destination : destinations) {
      String host = destination.at("/destination/host").asText();
      if (stable.isEmpty() || host.equals(stable) || host.startsWith(stable + ".")) {
        return true;
      }
    }
    return false;
  }

  private void rule(Part rule) {
    rule.drop("name", "route");
    for (String field :
        List.of("match", "rewrite", "timeout", "retries", "headers", "corsPolicy")) {
      rule.carry(field, service);
    }
    rule.without("fault", "the Canary's rule makes no faults");
    rule.without("mirror", "copies of requests go to the canary alone: spec.analysis.mirror");
  }

  private String namespace() {
    return rollout.at("/metadata/namespace").asText();
  }
}
