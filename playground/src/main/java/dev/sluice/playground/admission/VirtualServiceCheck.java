package dev.sluice.playground.admission;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// A VirtualService as a whole: hosts, gateways, tls and tcp rules. Its http rules are read by
/// [HttpRuleCheck].
final class VirtualServiceCheck {
  private VirtualServiceCheck() {}

  static void check(JsonNode object, Findings found) {
    var spec = object.path("spec");
    var hosts = texts(spec.path("hosts"));
    var gateways = texts(spec.path("gateways"));
    var delegate = hosts.isEmpty();
    if (delegate) {
      delegate(spec, found);
    }
    if (!gateways.isEmpty()) {
      gateways(gateways, found);
    }
    var onGateway = !gateways.isEmpty() && !gateways.contains("mesh");
    if (!onGateway) {
      claims(spec.path("http"), gateways, found);
    }
    hosts(hosts, spec, onGateway, found);
    if (spec.path("http").isEmpty() && spec.path("tcp").isEmpty() && spec.path("tls").isEmpty()) {
      found.error("http, tcp or tls must be provided in virtual service");
    }
    for (var rule : spec.path("http")) {
      if (rule.isNull()) {
        found.error("http route may not be null");
      } else {
        HttpRuleCheck.check(rule, delegate, found);
      }
    }
    spec.path("tls").forEach(rule -> tls(rule, hosts, onGateway, found));
    spec.path("tcp").forEach(rule -> tcp(rule, found));
    var namespace = object.path("metadata").path("namespace").asText("");
    Values.exportTo(spec.path("exportTo"), namespace, false, found);
    UnusedRules.warn(spec.path("http"), true, found);
    UnusedRules.warn(spec.path("tcp"), false, found);
    UnusedRules.warn(spec.path("tls"), false, found);
  }

  private static void delegate(JsonNode spec, Findings found) {
    if (!spec.path("gateways").isEmpty()) {
      found.error("delegate virtual service must have no gateways specified");
    }
    if (!spec.path("tls").isEmpty()) {
      found.error("delegate virtual service must have no tls route specified");
    }
    if (!spec.path("tcp").isEmpty()) {
      found.error("delegate virtual service must have no tcp route specified");
    }
  }

  private static void claims(JsonNode rules, List<String> gateways, Findings found) {
    for (var rule : rules) {
      for (var match : rule.path("match")) {
        for (var part : List.of("headers", "withoutHeaders")) {
          for (var header : match.path(part).properties()) {
            if (HeaderNames.isClaim(header.getKey())) {
              found.error(
                  "JWT claim based routing (key: %s) is only supported for gateway, found no gateways: [%s]"
                      .formatted(header.getKey(), String.join(" ", gateways)));
            }
          }
        }
      }
    }
  }

  private static void hosts(List<String> hosts, JsonNode spec, boolean onGateway, Findings found) {
    var valid = true;
    var sni = hasSni(spec);
    for (var host : hosts) {
      var problem =
          onGateway && sni && host.startsWith("outbound_")
              ? Optional.<String>empty()
              : Names.problemOfHost(host);
      if (problem.isPresent() && !Names.isAddress(host)) {
        found.error(problem);
        valid = false;
      } else if (problem.isEmpty() && !onGateway && host.equals("*")) {
        found.error(
            "wildcard host * is not allowed for virtual services bound to the mesh gateway");
        valid = false;
      }
    }
    for (var i = 0; valid && i < hosts.size(); i++) {
      for (var other : hosts.subList(i + 1, hosts.size())) {
        if (Names.overlap(hosts.get(i), other)) {
          found.error("duplicate hosts in virtual service: " + hosts.get(i) + " & " + other);
        }
      }
    }
  }

  private static boolean hasSni(JsonNode spec) {
    return stream(spec.path("tls"))
        .flatMap(rule -> stream(rule.path("match")))
        .anyMatch(match -> !match.path("sniHosts").isEmpty());
  }

  /// Looks no further than the first name without a namespace.
  static void gateways(List<String> names, Findings found) {
    for (var name : names) {
      var slash = name.indexOf('/');
      if (slash < 0) {
        var parts = name.split("\\.", -1);
        if (parts.length > 1) {
          found.warning(
              "using legacy gatewayName format %s; prefer the <namespace>/<name> format: %s"
                  .formatted(Names.quoted(name), Names.quoted(parts[1] + "/" + parts[0])));
        }
        found.error(Names.problemOfName(name));
        return;
      }
      var namespace = name.substring(0, slash);
      var gateway = name.substring(slash + 1);
      if (namespace.isEmpty() || gateway.isEmpty()) {
        found.error("config namespace and gateway name cannot be empty");
      }
      if (!Names.isLabel(namespace)) {
        found.error("invalid value for namespace: " + Names.quoted(namespace));
      }
      if (!Names.isLabel(gateway)) {
        found.error("invalid value for gateway name: " + Names.quoted(gateway));
      }
    }
  }

  private static void tls(JsonNode rule, List<String> hosts, boolean onGateway, Findings found) {
    if (rule.path("match").isEmpty()) {
      found.error("TLS route must have at least one match condition");
    }
    for (var match : rule.path("match")) {
      if (match.path("sniHosts").isEmpty()) {
        found.error("TLS match must have at least one SNI host");
      }
      for (var sni : match.path("sniHosts")) {
        sniHost(sni.asText(), hosts, onGateway, found);
      }
      connection(match, found);
    }
    if (rule.path("route").isEmpty()) {
      found.error("TLS route is required");
    }
    Destinations.weighted(rule.path("route"), false, found);
  }

  private static void sniHost(String sni, List<String> hosts, boolean onGateway, Findings found) {
    var problem =
        onGateway && sni.startsWith("outbound_")
            ? Optional.<String>empty()
            : Names.problemOfHost(sni);
    if (problem.isPresent()) {
      if (Names.isAddress(sni)) {
        found.warning(
            "using an IP address (%s) goes against SNI spec and most clients do not support this"
                .formatted(Names.quoted(sni)));
      } else {
        found.error(problem);
      }
    } else if (hosts.stream().noneMatch(host -> Names.within(sni, host))) {
      found.error(
          "SNI host %s is not a compatible subset of any of the virtual service hosts: [%s]"
              .formatted(Names.quoted(sni), String.join(", ", hosts)));
    }
  }

  private static void tcp(JsonNode rule, Findings found) {
    for (var match : rule.path("match")) {
      if (match.isNull()) {
        found.listed("tcp match may not be nil");
      } else {
        connection(match, found);
      }
    }
    if (rule.path("route").isEmpty()) {
      found.error("TCP route is required");
    }
    Destinations.weighted(rule.path("route"), false, found);
  }

  private static void connection(JsonNode match, Findings found) {
    match.path("destinationSubnets").forEach(s -> found.error(Names.problemOfSubnet(s.asText())));
    where(match, found);
  }

  /// Port, labels and gateways of a match.
  static void where(JsonNode match, Findings found) {
    if (match.path("port").asLong(0) != 0) {
      Values.port(match.path("port").asLong(), found);
    }
    Values.labels(match.path("sourceLabels"), found);
    var gateways = new Findings();
    gateways(texts(match.path("gateways")), gateways);
    found.errorsOf(gateways);
  }

  static List<String> texts(JsonNode list) {
    return stream(list).map(JsonNode::asText).toList();
  }

  private static Stream<JsonNode> stream(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }
}
