package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.crds.Analysis.Strategy;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import io.fabric8.istio.api.api.networking.v1alpha3.CorsPolicy;
import io.fabric8.istio.api.api.networking.v1alpha3.Destination;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPMatchRequest;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRetry;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRewrite;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRoute;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRouteDestination;
import io.fabric8.istio.api.api.networking.v1alpha3.Headers;
import io.fabric8.istio.api.api.networking.v1alpha3.PortSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What becomes of the http rules of a VirtualService.
///
/// One rule is the Canary's own and has everything that the Canary says. In a VirtualService that
/// somebody else made it takes the place of the last rule that leads to the app; what stands beside
/// it stays, but where that leads to the app it is split, too.
final class IstioRules {
  private final Canary app;
  private final ObjectMapper json;

  IstioRules(Canary app, ObjectMapper json) {
    this.app = app;
    this.json = json;
  }

  /// The rules of a split.
  ///
  /// @param rules as they are; ours to change
  /// @param shared whether somebody else made the VirtualService
  List<HTTPRoute> split(Split wanted, List<HTTPRoute> rules, boolean shared) {
    List<HTTPRoute> mine = rules.stream().filter(this::isExtra).toList();
    List<HTTPRoute> rest = new ArrayList<>(rules);
    rest.removeAll(mine);
    if (!shared) {
      HTTPRoute own =
          rest.stream()
              .filter(rule -> IstioWeights.names(app, rule))
              .findFirst()
              .orElseGet(HTTPRoute::new);
      return own(wanted, own, mine);
    }
    int last = lastOfApp(rest);
    HTTPRoute own = last < 0 ? new HTTPRoute() : rest.remove(last);
    for (HTTPRoute rule : rest.subList(0, Math.max(0, last))) {
      if (leadsToApp(rule)) {
        destinations(isAbTest() ? Percent.NONE : wanted.canary(), rule);
      }
    }
    int end = beforeTheRest(rest);
    rest.addAll(last < 0 ? end : Math.min(last, end), own(wanted, own, mine));
    return rest;
  }

  private int lastOfApp(List<HTTPRoute> rules) {
    for (int i = rules.size() - 1; i >= 0; i--) {
      if (leadsToApp(rules.get(i))) {
        return i;
      }
    }
    return -1;
  }

  /// Where a rule is reached still: nothing behind a rule without conditions is.
  private static int beforeTheRest(List<HTTPRoute> rules) {
    for (int i = 0; i < rules.size(); i++) {
      if (!hasConditions(rules.get(i))) {
        return i;
      }
    }
    return rules.size();
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent list
  private static boolean hasConditions(HTTPRoute rule) {
    return rule.getMatch() != null && !rule.getMatch().isEmpty();
  }

  /// To one of the sides, or to the apex and nowhere else.
  private boolean leadsToApp(HTTPRoute rule) {
    List<HTTPRouteDestination> destinations = IstioWeights.destinations(rule);
    return IstioWeights.names(app, rule)
        || (!destinations.isEmpty()
            && destinations.stream()
                .allMatch(to -> IstioWeights.host(app, to).equals(app.apexName())));
  }

  /// Nothing but the shares, for a specification that must not be written. Users who are kept on a
  /// side stay there as long as the canary has traffic.
  void reweigh(Split wanted, List<HTTPRoute> rules) {
    for (HTTPRoute rule : rules) {
      if (!IstioWeights.names(app, rule)) {
        continue;
      }
      if (wanted.mirrored().equals(Percent.NONE)) {
        unmirror(rule);
      }
      boolean stays = IstioAffinity.isRule(app, rule) && !wanted.canary().equals(Percent.NONE);
      if (!stays && (IstioWeights.namesCanary(app, rule) || !isAbTest())) {
        PortSelector port = port(rule);
        rule.setRoute(
            List.of(
                destination(app.primaryServiceName(), wanted.canary().rest(), port, rule),
                destination(app.canaryServiceName(), wanted.canary(), port, rule)));
      }
    }
  }

  private static @Nullable PortSelector port(HTTPRoute rule) {
    return IstioWeights.destinations(rule).stream()
        .map(HTTPRouteDestination::getDestination)
        .filter(Objects::nonNull)
        .map(Destination::getPort)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /// Every rule that leads to a side leads to the apex instead; those that only told users apart
  /// are not needed any more.
  List<HTTPRoute> unite(List<HTTPRoute> rules) {
    List<HTTPRoute> plain = rules.stream().filter(rule -> !isExtra(rule)).toList();
    List<HTTPRoute> left = plain.isEmpty() ? rules : plain;
    for (HTTPRoute rule : left) {
      if (IstioWeights.names(app, rule)) {
        HTTPRouteDestination all = new HTTPRouteDestination();
        Destination apex = new Destination();
        apex.setHost(app.apexName());
        apex.setPort(port(rule));
        all.setDestination(apex);
        rule.setRoute(List.of(all));
      }
    }
    return left;
  }

  /// The rule that splits, behind those that come before it.
  ///
  /// @param rule the one that did so far
  /// @param extras that stood beside it
  private List<HTTPRoute> own(Split wanted, HTTPRoute rule, List<HTTPRoute> extras) {
    List<HTTPRoute> result = new ArrayList<>();
    if (isAbTest()) {
      HTTPRoute chosen =
          extras.stream()
              .filter(extra -> !IstioAffinity.isRule(app, extra))
              .findFirst()
              .orElseGet(HTTPRoute::new);
      common(chosen, Conditions.ofCanary(app));
      destinations(wanted.canary(), chosen);
      mirror(wanted, chosen);
      common(rule, app.spec().service().match());
      destinations(Percent.NONE, rule);
      rule.setRoute(List.of(rule.getRoute().getFirst()));
      result.add(chosen);
    } else {
      common(rule, app.spec().service().match());
      destinations(wanted.canary(), rule);
      mirror(wanted, rule);
    }
    result.add(rule);
    new IstioAffinity(app, json).keep(wanted, result, extras, this);
    return result;
  }

  private boolean isAbTest() {
    return app.spec().analysis().strategy() == Strategy.AB_TESTING;
  }

  /// Whether a rule of ours comes before the one that splits. In a VirtualService that somebody
  /// else made it is told by its conditions, which name the canary's users.
  private boolean isExtra(HTTPRoute rule) {
    return IstioWeights.names(app, rule)
        && (IstioAffinity.isRule(app, rule)
            || (isAbTest() && matches(rule).equals(asMatches(Conditions.ofCanary(app)))));
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent list
  static List<HTTPMatchRequest> matches(HTTPRoute rule) {
    return rule.getMatch() == null ? List.of() : rule.getMatch();
  }

  private List<HTTPMatchRequest> asMatches(List<JsonNode> conditions) {
    return conditions.stream()
        .map(match -> json.convertValue(match, HTTPMatchRequest.class))
        .toList();
  }

  /// Sets what is ours and leaves what Istio may know beyond it.
  void common(HTTPRoute rule, List<JsonNode> conditions) {
    CanaryService service = app.spec().service();
    rule.setMatch(asMatches(conditions));
    rule.setRewrite(rewrite(service.rewrite()));
    rule.setTimeout(service.timeout());
    rule.setRetries(convert(service.retries(), HTTPRetry.class));
    rule.setHeaders(convert(service.headers(), Headers.class));
    rule.setCorsPolicy(convert(service.corsPolicy(), CorsPolicy.class));
  }

  void destinations(Percent canary, HTTPRoute rule) {
    // these exclude a route, or would send copies of requests to a side that gets none
    rule.setRedirect(null);
    rule.setDirectResponse(null);
    rule.setDelegate(null);
    unmirror(rule);
    PortSelector port = wantedPort();
    rule.setRoute(
        List.of(
            destination(app.primaryServiceName(), canary.rest(), port, rule),
            destination(app.canaryServiceName(), canary, port, rule)));
  }

  @Nullable PortSelector wantedPort() {
    if (!needsPort()) {
      return null;
    }
    PortSelector port = new PortSelector();
    port.setNumber((long) app.spec().service().port());
    return port;
  }

  private static void unmirror(HTTPRoute rule) {
    rule.setMirror(null);
    rule.setMirrorPercentage(null);
    rule.setMirrors(List.of());
  }

  private void mirror(Split wanted, HTTPRoute rule) {
    if (wanted.mirrored().equals(Percent.NONE)) {
      return;
    }
    Destination copies = new Destination();
    copies.setHost(app.canaryServiceName());
    copies.setPort(wantedPort());
    rule.setMirror(copies);
    if (!wanted.mirrored().equals(Percent.ALL)) {
      io.fabric8.istio.api.api.networking.v1alpha3.Percent share =
          new io.fabric8.istio.api.api.networking.v1alpha3.Percent();
      share.setValue((double) wanted.mirrored().value());
      rule.setMirrorPercentage(share);
    }
  }

  private HTTPRouteDestination destination(
      String host, Percent share, @Nullable PortSelector port, HTTPRoute rule) {
    HTTPRouteDestination entry =
        IstioWeights.destinations(rule).stream()
            .filter(candidate -> IstioWeights.host(app, candidate).equals(host))
            .findFirst()
            .orElseGet(HTTPRouteDestination::new);
    Destination destination = new Destination();
    destination.setHost(host);
    destination.setPort(port);
    entry.setDestination(destination);
    entry.setHeaders(null);
    entry.setWeight(share.value());
    return entry;
  }

  /// Without a port Envoy takes the caller's. That is right where callers use the apex Service,
  /// which has the same ports as its sides, and keeps discovered ports apart. It is wrong where
  /// they may come by another port: through a gateway to a Service with several ports, or by a host
  /// that is no Service of ours.
  private boolean needsPort() {
    CanaryService service = app.spec().service();
    List<String> gateways = IstioHosts.gateways(app);
    if (service.portDiscovery()) {
      return service.delegation() || !gateways.getFirst().equals(IstioHosts.MESH);
    }
    return service.delegation()
        || (gateways.contains(IstioHosts.MESH) && IstioHosts.hosts(app).size() > 1);
  }

  private static @Nullable HTTPRewrite rewrite(CanaryService.@Nullable Rewrite rewrite) {
    if (rewrite == null || (rewrite.uri() == null && rewrite.authority() == null)) {
      return null;
    }
    HTTPRewrite result = new HTTPRewrite();
    result.setUri(rewrite.uri());
    result.setAuthority(rewrite.authority());
    return result;
  }

  private <T> @Nullable T convert(@Nullable JsonNode part, Class<T> type) {
    return part == null ? null : json.convertValue(part, type);
  }
}
