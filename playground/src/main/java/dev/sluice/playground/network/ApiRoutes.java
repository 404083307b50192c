package dev.sluice.playground.network;

import dev.sluice.playground.network.GatewayApi.HttpRoute;
import dev.sluice.playground.network.GatewayApi.Parent;
import dev.sluice.playground.network.GatewayApi.RouteRule;
import dev.sluice.playground.network.MeshSnapshot.Service;
import dev.sluice.playground.network.RouteTable.Action;
import dev.sluice.playground.network.RouteTable.MirrorTo;
import dev.sluice.playground.network.RouteTable.Route;
import dev.sluice.playground.network.RouteTable.Share;
import dev.sluice.playground.network.VirtualService.Changes;
import dev.sluice.playground.network.VirtualService.Match;
import dev.sluice.playground.network.VirtualService.TextMatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes routes of a table from HTTPRoutes, in the order that the Gateway API gives them: not as
/// written, but the most specific match first.
final class ApiRoutes {
  private static final Destination NOWHERE = new Destination("", 0, "");

  private final MeshSnapshot.Config config;
  private final Attachments attachments;
  private final Caller caller;
  private final int port;

  ApiRoutes(MeshSnapshot.Config config, Caller caller, int port) {
    this.config = config;
    this.attachments = config.attachments();
    this.caller = caller;
    this.port = port;
  }

  /// A route with what decides its place.
  private record Ranked(Route route, Match match, int age) {
    private static final Comparator<Ranked> ORDER =
        Comparator.comparingInt((Ranked r) -> -kind(r.match.uri()))
            .thenComparingInt(r -> -length(r.match.uri()))
            .thenComparing(r -> r.match.method() == null)
            .thenComparingInt(r -> -r.match.headers().size())
            .thenComparingInt(r -> -r.match.queryParams().size())
            .thenComparingInt(Ranked::age);

    private static int kind(@Nullable TextMatch uri) {
      return uri instanceof TextMatch.Exact ? 3 : uri instanceof TextMatch.Regex ? 1 : 2;
    }

    private static int length(@Nullable TextMatch uri) {
      return switch (uri) {
        case TextMatch.Exact(var text) -> text.length();
        case TextMatch.Prefix(var text) -> text.length();
        case TextMatch.PathPrefix(var text) -> text.length();
        case TextMatch.Regex(var text) -> text.length();
        case TextMatch.Present _ -> 0;
        case null -> 0;
      };
    }
  }

  /// Routes of the gateway on this port, by domain.
  ///
  /// @throws RejectedTable for what a proxy refuses
  Map<String, List<Route>> onGateway() {
    var domains = new HashMap<String, List<Ranked>>();
    var age = 0;
    for (var route : config.gatewayApi().routes()) {
      List<Ranked> ranked = null;
      for (var parent : route.parents()) {
        if (!parent.isGateway()
            || !attachments.isKnown(parent)
            || attachments.refusal(route, parent).isPresent()) {
          continue;
        }
        for (var taken : attachments.listeners(route, parent).entrySet()) {
          if (taken.getKey().port() == port) {
            ranked = ranked == null ? ranked(route, age++) : ranked;
            for (var host : taken.getValue()) {
              var there = domains.computeIfAbsent(host, _ -> new ArrayList<>());
              if (!there.containsAll(ranked)) {
                there.addAll(ranked);
              }
            }
          }
        }
      }
    }
    return sorted(domains);
  }

  /// Routes of Services for callers in the mesh, by the Service's full name: those of the Service's
  /// own namespace for everybody, others for callers in their namespace, who hear only them.
  ///
  /// @throws RejectedTable for what a proxy refuses
  Map<String, List<Route>> inMesh() {
    var producers = new HashMap<String, List<Ranked>>();
    var consumers = new HashMap<String, List<Ranked>>();
    var age = 0;
    for (var route : config.gatewayApi().routes()) {
      for (var parent : route.parents()) {
        var service = parent.isService() ? attachments.service(parent) : Optional.<Service>empty();
        if (service.isEmpty() || !isHere(parent, service.get())) {
          continue;
        }
        var own = route.namespace().equals(service.get().namespace());
        if (own || route.namespace().equals(caller.namespace())) {
          (own ? producers : consumers)
              .computeIfAbsent(service.get().host(), _ -> new ArrayList<>())
              .addAll(ranked(route, age++));
        }
      }
    }
    producers.putAll(consumers);
    return sorted(producers);
  }

  private boolean isHere(Parent parent, Service service) {
    return service.port(port).isPresent() && (parent.port() == null || parent.port() == port);
  }

  private static Map<String, List<Route>> sorted(Map<String, List<Ranked>> domains) {
    var routes = new HashMap<String, List<Route>>();
    domains.forEach((domain, ranked) ->
        routes.put(domain, ranked.stream().sorted(Ranked.ORDER).map(Ranked::route).toList()));
    return routes;
  }

  private List<Ranked> ranked(HttpRoute route, int age) {
    var ranked = new ArrayList<Ranked>();
    for (var rule : route.rules()) {
      var action = action(route, rule);
      for (var match : rule.matches()) {
        var condition = Condition.of(match, config.settings().joinRepeatedHeaders());
        ranked.add(new Ranked(new Route(condition, action, rule.does().name()), match, age));
      }
    }
    return ranked;
  }

  private Action action(HttpRoute route, RouteRule rule) {
    var shares = new ArrayList<Share>();
    for (var backend : rule.backends()) {
      if (backend.weight() > 0) {
        var ref = backend.ref();
        var valid = attachments.problem(route.namespace(), ref).isEmpty();
        shares.add(
            new Share(
                valid ? destination(ref) : NOWHERE,
                backend.weight(),
                ActionMaker.requests(backend.headers()),
                ActionMaker.responses(backend.headers()),
                valid));
      }
    }
    if (shares.isEmpty()) {
      shares.add(new Share(NOWHERE, 1, Changes.NONE, Changes.NONE, false));
    }
    var mirrors =
        rule.mirrors().stream()
            .filter(m -> attachments.problem(route.namespace(), m.ref()).isEmpty())
            .map(m -> new MirrorTo(destination(m.ref()), m.percent()))
            .toList();
    return new Action(
        rule.does(),
        List.copyOf(shares),
        rule.backends().size() > 1,
        mirrors,
        ActionMaker.retries(rule.does()),
        null);
  }

  private static Destination destination(GatewayApi.BackendRef ref) {
    var port = ref.port();
    return new Destination(Names.full(ref.name(), ref.namespace()), port == null ? 0 : port, "");
  }
}
