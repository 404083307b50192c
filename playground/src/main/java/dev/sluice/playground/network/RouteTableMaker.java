package dev.sluice.playground.network;

import dev.sluice.playground.network.MeshSnapshot.Config;
import dev.sluice.playground.network.MeshSnapshot.Server;
import dev.sluice.playground.network.MeshSnapshot.Service;
import dev.sluice.playground.network.RouteTable.Action;
import dev.sluice.playground.network.RouteTable.Route;
import dev.sluice.playground.network.RouteTable.VirtualHost;
import dev.sluice.playground.network.VirtualService.Match;
import dev.sluice.playground.network.VirtualService.Rule;
import dev.sluice.playground.network.VirtualService.TcpMatch;
import dev.sluice.playground.network.VirtualService.TcpRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
    var meshOnes =
        inLine().filter(v -> v.gateways().isEmpty() || v.gateways().contains(MESH)).toList();
    var owners = new Owners(meshOnes);
    var domains = new HashMap<String, VirtualHost>();
    var opaque = new HashMap<String, Action>();
    var http = new ArrayList<Service>();
    for (var service : onPort) {
      if (speaksHttp(service)) {
        http.add(service);
      } else {
        var action = opaque(service, owners.of(service.host()));
        spellings(service).forEach(d -> opaque.putIfAbsent(d, action));
      }
    }
    if (!http.isEmpty()) {
      var byApi = new ApiRoutes(config, caller, port).inMesh();
      for (var service : http) {
        var routes = byApi.get(service.host());
        if (routes != null) {
          var host = new VirtualHost(routes, false);
          spellings(service).forEach(d -> domains.putIfAbsent(d, host));
        }
      }
      owned(http, meshOnes, owners, domains);
      for (var service : http) {
        var host = new VirtualHost(List.of(plain(service)), false);
        spellings(service).forEach(d -> domains.putIfAbsent(d, host));
      }
    }
    return table(domains, opaque, !onPort.isEmpty());
  }

  /// Which VirtualService has a Service: the most specific host wins, among equals the first in
  /// line.
  private static final class Owners {
    private final Map<String, VirtualService> exact = new HashMap<>();
    private final Map<String, VirtualService> wildcards = new HashMap<>();

    Owners(List<VirtualService> inLine) {
      for (var candidate : inLine) {
        for (var host : candidate.hosts()) {
          var full = Names.complete(host, candidate.namespace());
          (Names.isWildcard(full) ? wildcards : exact).putIfAbsent(full, candidate);
        }
      }
    }

    Optional<VirtualService> of(String service) {
      var found = exact.get(service);
      return found != null
          ? Optional.of(found)
          : wildcards.entrySet().stream()
              .filter(e -> Names.covers(e.getKey(), service))
              .max(Comparator.comparingInt(e -> e.getKey().length()))
              .map(Map.Entry::getValue);
    }
  }

  /// Virtual hosts that a VirtualService owns: whole, the first in line, never merged. Those that
  /// own nothing are not even looked at.
  private void owned(
      List<Service> services,
      List<VirtualService> meshOnes,
      Owners owners,
      Map<String, VirtualHost> domains) {
    var owned = new IdentityHashMap<VirtualService, List<Service>>();
    var taken = new HashSet<String>();
    for (var service : services) {
      owners
          .of(service.host())
          .ifPresent(v -> {
            owned.computeIfAbsent(v, _ -> new ArrayList<>()).add(service);
            taken.add(service.host());
          });
    }
    for (var virtualService : meshOnes) {
      var here = new ArrayList<String>();
      owned
          .getOrDefault(virtualService, List.of())
          .forEach(service -> here.addAll(spellings(service)));
      for (var name : virtualService.hosts()) {
        var full = Names.complete(name, virtualService.namespace());
        if (!taken.contains(full) && !config.services().containsKey(full)) {
          here.add(full);
        }
      }
      here.removeIf(domains::containsKey);
      if (!here.isEmpty()) {
        var host = new VirtualHost(routes(virtualService, List.of(MESH)), false);
        here.forEach(d -> domains.put(d, host));
      }
    }
  }

  /// The first tcp rule that applies, or the Service itself.
  private Action opaque(Service service, Optional<VirtualService> owner) {
    return owner.stream()
        .flatMap(v -> v.tcp().stream())
        .filter(
            rule -> rule.match().isEmpty() || rule.match().stream().anyMatch(m -> applies(m, rule)))
        .findFirst()
        .map(rule -> new ActionMaker(config, caller, port).opaque(rule))
        .orElseGet(() -> ActionMaker.plain(new Destination(service.host(), port, "")));
  }

  private boolean applies(TcpMatch match, TcpRule rule) {
    return here(match.port(), match.sourceLabels(), match.sourceNamespace())
        && (match.gateways().isEmpty()
            || match.gateways().stream()
                .anyMatch(g -> qualified(g, rule.namespace()).equals(MESH)));
  }

  private RouteTable gateway(Caller.Gateway gateway) {
    var merged = new LinkedHashMap<String, List<Route>>();
    var redirects = new HashMap<String, Boolean>();
    var listens = false;
    var bound = byGateway();
    for (var object : config.gateways()) {
      if (!gateway.labels().entrySet().containsAll(object.selector().entrySet())) {
        continue;
      }
      for (var server : object.servers()) {
        if (server.port() == port && Set.of("HTTP", "HTTP2", "GRPC").contains(server.protocol())) {
          listens = true;
          serve(object.qualified(), bound, server, merged, redirects);
        }
      }
    }
    var domains = new HashMap<String, VirtualHost>();
    new ApiRoutes(config, caller, port)
        .onGateway()
        .forEach((domain, routes) -> domains.put(domain, new VirtualHost(routes, false)));
    merged.forEach((domain, routes) -> {
      // Rules without match go behind all others, and the oldest of these answers.
      var ordered =
          Stream.concat(
                  routes.stream().filter(r -> !r.condition().always()),
                  routes.stream().filter(r -> r.condition().always()).limit(1))
              .toList();
      domains.putIfAbsent(domain, new VirtualHost(ordered, redirects.getOrDefault(domain, false)));
    });
    return table(domains, Map.of(), listens || !domains.isEmpty());
  }

  private Map<String, List<VirtualService>> byGateway() {
    var bound = new HashMap<String, List<VirtualService>>();
    inLine()
        .forEach(v ->
            v.gatewayNames().stream()
                .distinct()
                .forEach(name -> bound.computeIfAbsent(name, _ -> new ArrayList<>()).add(v)));
    return bound;
  }

  private void serve(
      String gatewayName,
      Map<String, List<VirtualService>> bound,
      Server server,
      Map<String, List<Route>> merged,
      Map<String, Boolean> redirects) {
    for (var v : bound.getOrDefault(gatewayName, List.of())) {
      var domains =
          v.hosts().stream()
              .map(host -> Names.complete(host, v.namespace()))
              .flatMap(full ->
                  server.hosts().stream()
                      .filter(h -> h.namespace().equals("*") || h.namespace().equals(v.namespace()))
                      .flatMap(h -> narrower(full, h.domain()).stream()))
              .distinct()
              .toList();
      if (!domains.isEmpty()) {
        var routes = routes(v, List.of(gatewayName));
        for (var domain : domains) {
          merged.computeIfAbsent(domain, _ -> new ArrayList<>()).addAll(routes);
          redirects.merge(domain, server.httpsRedirect(), Boolean::logicalOr);
        }
      }
    }
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
    for (var rule : Delegates.resolved(virtualService, config)) {
      var applying = rule.match().stream().filter(m -> applies(m, rule, gateways)).toList();
      if (applying.isEmpty() && !rule.match().isEmpty()) {
        continue;
      }
      var action = new ActionMaker(config, caller, port).action(rule);
      if (applying.isEmpty()) {
        routes.add(new Route(Condition.ALWAYS, action, rule.name()));
        return routes;
      }
      for (var match : applying) {
        var condition = Condition.of(match, config.settings().joinRepeatedHeaders());
        var name = match.name().isEmpty() ? rule.name() : rule.name() + "." + match.name();
        routes.add(new Route(condition, action, name));
        if (match.everyRequest()) {
          return routes;
        }
      }
    }
    return routes;
  }

  /// Decided when the table is made: the condition is there or not.
  private boolean applies(Match match, Rule rule, List<String> gateways) {
    return here(match.port(), match.sourceLabels(), match.sourceNamespace())
        && (match.gateways().isEmpty()
            || match.gateways().stream()
                .anyMatch(g -> gateways.contains(qualified(g, rule.namespace()))));
  }

  private boolean here(
      @Nullable Integer onPort, Map<String, String> sourceLabels, String sourceNamespace) {
    return (onPort == null || onPort == 0 || onPort == port)
        && caller.labels().entrySet().containsAll(sourceLabels.entrySet())
        && (sourceNamespace.isEmpty() || sourceNamespace.equals(caller.namespace()));
  }

  private Route plain(Service service) {
    return new Route(
        Condition.ALWAYS, ActionMaker.plain(new Destination(service.host(), port, "")), "");
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
      Map<String, VirtualHost> domains, Map<String, Action> opaque, boolean listens) {
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
        Map.copyOf(exact), wildcards, Map.copyOf(opaque), listens, caller, port, config);
  }
}
