package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import io.fabric8.istio.api.api.networking.v1alpha3.Destination;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRoute;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRouteDestination;
import io.fabric8.istio.api.api.networking.v1alpha3.L4MatchAttributes;
import io.fabric8.istio.api.api.networking.v1alpha3.PortSelector;
import io.fabric8.istio.api.api.networking.v1alpha3.RouteDestination;
import io.fabric8.istio.api.api.networking.v1alpha3.TCPRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What becomes of the tcp rules of a VirtualService: connections are split as requests are, but
/// nothing in them tells one user from another.
final class IstioTcp {
  /// What of a condition a connection can meet.
  static final List<String> CONDITIONS =
      List.of("port", "sourceLabels", "sourceNamespace", "gateways");

  private final Canary app;

  IstioTcp(Canary app) {
    this.app = app;
  }

  /// Whether Istio takes the port for plain TCP, and so leaves http rules aside.
  static boolean is(CanaryService service) {
    String protocol = service.appProtocol();
    String name = service.portNameOrDefault().toLowerCase(Locale.ROOT);
    return service.tcp()
        || ((protocol == null || protocol.isEmpty())
            && (name.equals("tcp") || name.startsWith("tcp-")));
  }

  /// The rules of a split.
  ///
  /// @param rules as they are; ours to change
  /// @param shared whether somebody else made the VirtualService: what leads elsewhere stays, and
  ///   what leads to the app keeps its conditions unless the Canary says others
  List<TCPRoute> split(
      Percent canary, List<TCPRoute> rules, boolean shared, @Nullable PortSelector port) {
    if (!shared) {
      TCPRoute own = rules.stream().filter(this::names).findFirst().orElseGet(TCPRoute::new);
      own.setMatch(conditions());
      destinations(canary, own, port);
      return List.of(own);
    }
    List<TCPRoute> result = new ArrayList<>(rules);
    List<TCPRoute> ofApp = rules.stream().filter(this::leadsToApp).toList();
    ofApp.forEach(rule -> destinations(canary, rule, port(rule) == null ? port : port(rule)));
    if (ofApp.isEmpty()) {
      TCPRoute own = new TCPRoute();
      own.setMatch(conditions());
      destinations(canary, own, port);
      result.add(beforeTheRest(result), own);
    } else if (!conditions().isEmpty()) {
      ofApp.getLast().setMatch(conditions());
    }
    return result;
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent list
  private static int beforeTheRest(List<TCPRoute> rules) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).getMatch() == null || rules.get(i).getMatch().isEmpty()) {
        return i;
      }
    }
    return rules.size();
  }

  /// Nothing but the shares.
  void reweigh(Percent canary, List<TCPRoute> rules) {
    rules.stream().filter(this::names).forEach(rule -> destinations(canary, rule, port(rule)));
  }

  /// Every rule that leads to a side leads to the apex instead.
  void unite(List<TCPRoute> rules) {
    rules.stream()
        .filter(this::names)
        .forEach(rule -> {
          RouteDestination all = new RouteDestination();
          all.setDestination(to(app.apexName(), port(rule)));
          rule.setRoute(List.of(all));
        });
  }

  /// Empty where it is no split in two.
  Optional<Split> read(List<TCPRoute> rules) {
    return SplitReading.of(
        app,
        rules.stream()
            .filter(this::names)
            .map(rule ->
                new SplitReading.Rule(
                    IstioWeights.of(app, asHttp(rule)), Percent.NONE, Optional.empty()))
            .toList());
  }

  /// Whether the rule sends anything to one of the sides.
  boolean names(TCPRoute rule) {
    return IstioWeights.names(app, asHttp(rule));
  }

  private boolean leadsToApp(TCPRoute rule) {
    return names(rule)
        || (!rule.getRoute().isEmpty()
            && rule.getRoute().stream()
                .allMatch(
                    to -> IstioWeights.host(app, to.getDestination()).equals(app.apexName())));
  }

  /// Destinations and weights mean the same in both.
  @SuppressWarnings("ConstantValue") // the client's model has null for an absent list
  private static HTTPRoute asHttp(TCPRoute rule) {
    List<HTTPRouteDestination> destinations = new ArrayList<>();
    for (RouteDestination to :
        rule.getRoute() == null ? List.<RouteDestination>of() : rule.getRoute()) {
      HTTPRouteDestination same = new HTTPRouteDestination();
      same.setDestination(to.getDestination());
      same.setWeight(to.getWeight());
      destinations.add(same);
    }
    HTTPRoute http = new HTTPRoute();
    http.setRoute(destinations);
    return http;
  }

  private List<L4MatchAttributes> conditions() {
    List<L4MatchAttributes> conditions = new ArrayList<>();
    for (JsonNode match : app.spec().service().match()) {
      L4MatchAttributes condition =
          MeshObjects.JSON.convertValue(only(match), L4MatchAttributes.class);
      if (!condition.equals(new L4MatchAttributes())) {
        conditions.add(condition);
      }
    }
    return conditions;
  }

  private static JsonNode only(JsonNode match) {
    var kept = MeshObjects.JSON.createObjectNode();
    for (String field : CONDITIONS) {
      if (match.has(field)) {
        kept.set(field, match.path(field));
      }
    }
    return kept;
  }

  private void destinations(Percent canary, TCPRoute rule, @Nullable PortSelector port) {
    rule.setRoute(
        List.of(
            destination(app.primaryServiceName(), canary.rest(), port, rule),
            destination(app.canaryServiceName(), canary, port, rule)));
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent list
  private RouteDestination destination(
      String host, Percent share, @Nullable PortSelector port, TCPRoute rule) {
    List<RouteDestination> live = rule.getRoute() == null ? List.of() : rule.getRoute();
    RouteDestination entry =
        live.stream()
            .filter(to -> IstioWeights.host(app, to.getDestination()).equals(host))
            .findFirst()
            .orElseGet(RouteDestination::new);
    entry.setDestination(to(host, port));
    entry.setWeight(share.value());
    return entry;
  }

  private static Destination to(String host, @Nullable PortSelector port) {
    Destination destination = new Destination();
    destination.setHost(host);
    destination.setPort(port);
    return destination;
  }

  private static @Nullable PortSelector port(TCPRoute rule) {
    return rule.getRoute().stream()
        .map(RouteDestination::getDestination)
        .filter(to -> to != null && to.getPort() != null)
        .map(Destination::getPort)
        .findFirst()
        .orElse(null);
  }
}
