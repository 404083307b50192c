package dev.sluice.playground.network;

import dev.sluice.playground.network.MeshSnapshot.Config;
import dev.sluice.playground.network.MeshSnapshot.Server;
import dev.sluice.playground.network.MeshSnapshot.Service;
import dev.sluice.playground.network.RouteTable.Route;
import dev.sluice.playground.network.RouteTable.VirtualHost;
import dev.sluice.playground.network.VirtualService.Match;
import dev.sluice.playground.network.VirtualService.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// Makes the route table of one proxy for one port, as Istio's control plane does.
final class RouteTableMaker {
  private static final String MESH = "mesh";

  private final Config config;
  private final Caller caller;
  private final int port;

  private RouteTableMaker(Config config, Caller caller, int port) {
    this.config = config;
    this.caller = caller;
    this.port = port;
  }

  /// @throws RejectedTable when a proxy would refuse the table as a whole
  static RouteTable make(Config config, Caller caller, int port) {
    var maker = new RouteTableMaker(config, caller, port);
    return switch (caller) {
      case Caller.Sidecar _ -> maker.sidecar();
      case Caller.Gateway gateway -> maker.gateway(gateway);
    };
  }

  private RouteTable sidecar() {
    var onPort =
        config.services().values().stream()
            .filter(s -> s.port(port).isPresent())
            .sorted(Comparator.comparing(Service::host))
            .toList();
    var http = onPort.stream().filter(s -> speaksHttp(s)).toList();
    var domains = new HashMap<String, VirtualHost>();
    var opaque = new HashMap<String, Destination>();
    for (var service : onPort) {
      if (!speaksHttp(service)) {
        spellings(service)
            .forEach(d -> opaque.putIfAbsent(d, new Destination(service.host(), port, "")));
      }
    }
    if (!http.isEmpty()) {
      owned(http, domains);
      for (var service : http) {
        var host = new VirtualHost(List.of(plain(service)), false);
        spellings(service).forEach(d -> domains.putIfAbsent(d, host));
      }
    }
    return table(domains, opaque, !onPort.isEmpty());
  }

  /// Virtual hosts that a VirtualService owns: whole, the first in line, never merged.
  private void owned(List<Service> services, Map<String, VirtualHost> domains) {
    var meshOnes =
        inLine().filter(v -> v.gateways().isEmpty() || v.gateways().contains(MESH)).toList();
    var owners = new HashMap<String, VirtualService>();
    for (var service : services) {
      owner(meshOnes, service.host()).ifPresent(v -> owners.put(service.host(), v));
    }
    for (var virtualService : meshOnes) {
      var host = new VirtualHost(routes(virtualService, List.of(MESH)), false);
      for (var service : services) {
        if (virtualService.equals(owners.get(service.host()))) {
          spellings(service).forEach(d -> domains.putIfAbsent(d, host));
        }
      }
      for (var name : virtualService.hosts()) {
        var full = Names.complete(name, virtualService.namespace());
        if (!owners.containsKey(full) && !config.services().containsKey(full)) {
          domains.putIfAbsent(full, host);
        }
      }
    }
  }

  /// The most specific host wins; among equals the first in line.
  private static Optional<VirtualService> owner(List<VirtualService> inLine, String service) {
    VirtualService best = null;
    var length = -1;
    for (var candidate : inLine) {
      for (var host : candidate.hosts()) {
        var full = Names.complete(host, candidate.namespace());
        var specific = Names.isWildcard(full) ? full.length() : Integer.MAX_VALUE;
        if (specific > length && Names.covers(full, service)) {
          best = candidate;
          length = specific;
        }
      }
    }
    return Optional.ofNullable(best);
  }

  private RouteTable gateway(Caller.Gateway gateway) {
    var merged = new LinkedHashMap<String, List<Route>>();
    var redirects = new HashMap<String, Boolean>();
    var listens = false;
    for (var object : config.gateways()) {
      if (!gateway.labels().entrySet().containsAll(object.selector().entrySet())) {
        continue;
      }
      for (var server : object.servers()) {
        if (server.port() == port && Set.of("HTTP", "HTTP2", "GRPC").contains(server.protocol())) {
          listens = true;
          serve(object.namespace() + "/" + object.name(), server, merged, redirects);
        }
      }
    }
    var domains = new HashMap<String, VirtualHost>();
    merged.forEach((domain, routes) -> {
      // Rules without match go behind all others, and the oldest of these answers.
      var ordered =
          Stream.concat(
                  routes.stream().filter(r -> !r.condition().always()),
                  routes.stream().filter(r -> r.condition().always()).limit(1))
              .toList();
      domains.put(domain, new VirtualHost(ordered, redirects.getOrDefault(domain, false)));
    });
    return table(domains, Map.of(), listens);
  }

  private void serve(
      String gatewayName,
      Server server,
      Map<String, List<Route>> merged,
      Map<String, Boolean> redirects) {
    inLine()
        .filter(v -> v.gatewayNames().contains(gatewayName))
        .forEach(v -> {
          var routes = routes(v, List.of(gatewayName));
          for (var host : v.hosts()) {
            var full = Names.complete(host, v.namespace());
            for (var served : server.hosts()) {
              narrower(full, served)
                  .ifPresent(domain -> {
                    merged.computeIfAbsent(domain, _ -> new ArrayList<>()).addAll(routes);
                    redirects.merge(domain, server.httpsRedirect(), Boolean::logicalOr);
                  });
            }
          }
        });
  }

  private static Optional<String> narrower(String a, String b) {
    return Names.covers(b, a)
        ? Optional.of(a)
        : Names.covers(a, b) ? Optional.of(b) : Optional.empty();
  }

  private static String qualified(String gateway, String namespace) {
    return gateway.equals(MESH) || gateway.contains("/") ? gateway : namespace + "/" + gateway;
  }

  /// What this caller may see: private ones of its namespace, then those exported to it by name,
  /// then public ones; each group by age.
  private Stream<VirtualService> inLine() {
    Function<VirtualService, Integer> group =
        v -> {
          var to = v.exportTo();
          if (to.isEmpty() || to.contains("*")) {
            return 2;
          }
          var own = v.namespace().equals(caller.namespace());
          return to.contains(".") && own ? 0 : to.contains(caller.namespace()) ? 1 : 3;
        };
    return config.virtualServices().stream()
        .filter(v -> !v.isDelegate() && group.apply(v) < 3)
        .sorted(Comparator.comparing(group));
  }

  private List<Route> routes(VirtualService virtualService, List<String> gateways) {
    try {
      return compiled(virtualService, gateways);
    } catch (RejectedTable e) {
      throw new RejectedTable(
          "VirtualService %s/%s: %s"
              .formatted(virtualService.namespace(), virtualService.name(), e.getMessage()));
    }
  }

  private List<Route> compiled(VirtualService virtualService, List<String> gateways) {
    var routes = new ArrayList<Route>();
    for (var rule : Delegates.resolved(virtualService, config.virtualServices())) {
      var applying = rule.match().stream().filter(m -> applies(m, rule, gateways)).toList();
      if (applying.isEmpty() && !rule.match().isEmpty()) {
        continue;
      }
      var action = new ActionMaker(config, caller, port).action(rule);
      if (applying.isEmpty()) {
        routes.add(new Route(Condition.ALWAYS, action));
        return routes;
      }
      for (var match : applying) {
        var condition = Condition.of(match, config.settings().joinRepeatedHeaders());
        routes.add(new Route(condition, action));
        if (match.everyRequest()) {
          return routes;
        }
      }
    }
    return routes;
  }

  /// Decided when the table is made: the condition is there or not.
  private boolean applies(Match match, Rule rule, List<String> gateways) {
    return (match.port() == null || match.port() == port)
        && caller.labels().entrySet().containsAll(match.sourceLabels().entrySet())
        && (match.sourceNamespace().isEmpty() || match.sourceNamespace().equals(caller.namespace()))
        && (match.gateways().isEmpty()
            || match.gateways().stream()
                .anyMatch(g -> gateways.contains(qualified(g, rule.namespace()))));
  }

  private Route plain(Service service) {
    return new Route(
        Condition.ALWAYS, ActionMaker.plain(new Destination(service.host(), port, "")));
  }

  private boolean speaksHttp(Service service) {
    return service.port(port).map(MeshSnapshot.ServicePort::isHttp).orElse(false);
  }

  /// The short name only in the caller's namespace.
  private List<String> spellings(Service service) {
    var qualified = service.name() + "." + service.namespace();
    var all = new ArrayList<>(List.of(service.host(), qualified + ".svc", qualified));
    if (service.namespace().equals(caller.namespace())) {
      all.add(service.name());
    }
    if (!service.clusterIp().isEmpty() && !service.clusterIp().equals("None")) {
      all.add(service.clusterIp());
    }
    return all;
  }

  private RouteTable table(
      Map<String, VirtualHost> domains, Map<String, Destination> opaque, boolean listens) {
    var exact = new HashMap<>(domains);
    exact.keySet().removeIf(Names::isWildcard);
    var wildcards =
        domains.entrySet().stream()
            .filter(e -> Names.isWildcard(e.getKey()))
            .sorted(
                Comparator.comparingInt((Map.Entry<String, VirtualHost> e) -> -e.getKey().length()))
            .map(e -> Map.entry(e.getKey(), e.getValue()))
            .toList();
    return new RouteTable(
        Map.copyOf(exact),
        wildcards,
        Map.copyOf(opaque),
        listens,
        caller instanceof Caller.Gateway,
        config);
  }
}
