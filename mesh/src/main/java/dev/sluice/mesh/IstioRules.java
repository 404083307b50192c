package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
  List<HTTPRoute> split(Percent canary, List<HTTPRoute> rules, boolean shared) {
    if (!shared) {
      HTTPRoute own =
          rules.stream()
              .filter(rule -> IstioWeights.names(app, rule))
              .findFirst()
              .orElseGet(HTTPRoute::new);
      return List.of(own(canary, own));
    }
    List<HTTPRoute> result = new ArrayList<>(rules);
    int last = lastOfApp(rules);
    HTTPRoute own = own(canary, last < 0 ? new HTTPRoute() : result.remove(last));
    for (HTTPRoute rule : result.subList(0, Math.max(0, last))) {
      if (leadsToApp(rule)) {
        destinations(canary, rule);
      }
    }
    int end = beforeTheRest(result);
    result.add(last < 0 ? end : Math.min(last, end), own);
    return result;
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

  /// Nothing but the shares, for a specification that must not be written.
  void reweigh(Percent canary, List<HTTPRoute> rules) {
    for (HTTPRoute rule : rules) {
      if (IstioWeights.names(app, rule)) {
        PortSelector port = port(rule);
        rule.setRoute(
            List.of(
                destination(app.primaryServiceName(), canary.rest(), port, rule),
                destination(app.canaryServiceName(), canary, port, rule)));
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

  /// Every rule that leads to a side leads to the apex instead.
  void unite(List<HTTPRoute> rules) {
    for (HTTPRoute rule : rules) {
      if (IstioWeights.names(app, rule)) {
        HTTPRouteDestination all = new HTTPRouteDestination();
        Destination apex = new Destination();
        apex.setHost(app.apexName());
        apex.setPort(port(rule));
        all.setDestination(apex);
        rule.setRoute(List.of(all));
      }
    }
  }

  /// Sets what is ours and leaves what Istio may know beyond it.
  private HTTPRoute own(Percent canary, HTTPRoute rule) {
    CanaryService service = app.spec().service();
    rule.setMatch(
        service.match().stream()
            .map(match -> json.convertValue(match, HTTPMatchRequest.class))
            .toList());
    rule.setRewrite(rewrite(service.rewrite()));
    rule.setTimeout(service.timeout());
    rule.setRetries(convert(service.retries(), HTTPRetry.class));
    rule.setHeaders(convert(service.headers(), Headers.class));
    rule.setCorsPolicy(convert(service.corsPolicy(), CorsPolicy.class));
    destinations(canary, rule);
    return rule;
  }

  private void destinations(Percent canary, HTTPRoute rule) {
    // these exclude a route, or would send copies of requests to a side that gets none
    rule.setRedirect(null);
    rule.setDirectResponse(null);
    rule.setDelegate(null);
    rule.setMirror(null);
    rule.setMirrorPercentage(null);
    rule.setMirrors(List.of());
    PortSelector port = null;
    if (needsPort()) {
      port = new PortSelector();
      port.setNumber((long) app.spec().service().port());
    }
    rule.setRoute(
        List.of(
            destination(app.primaryServiceName(), canary.rest(), port, rule),
            destination(app.canaryServiceName(), canary, port, rule)));
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
