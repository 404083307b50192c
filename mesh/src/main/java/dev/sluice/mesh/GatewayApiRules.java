package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.crds.Analysis.SessionAffinity;
import dev.sluice.crds.Analysis.Strategy;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import dev.sluice.crds.GoDuration;
import dev.sluice.mesh.Split.Affinity;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteTimeouts;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What becomes of the rules of an HTTPRoute.
///
/// Where the Canary made the route, the rules are its own. Its rule in a route that somebody else
/// made takes the place of the last rule that leads to the app; what stands beside it stays, but
/// where that leads to the app it is split, too.
final class GatewayApiRules {
  private final Canary app;

  GatewayApiRules(Canary app) {
    this.app = app;
  }

  /// @param rules as they are; ours to change
  /// @param shared whether somebody else made the route
  List<HTTPRouteRule> split(Split wanted, List<HTTPRouteRule> rules, boolean shared) {
    List<HTTPRouteRule> extras = rules.stream().filter(this::isExtra).toList();
    List<HTTPRouteRule> rest = new ArrayList<>(rules);
    rest.removeAll(extras);
    if (!shared) {
      HTTPRouteRule own =
          rest.stream()
              .filter(rule -> GatewayApiReading.names(app, rule))
              .findFirst()
              .orElseGet(HTTPRouteRule::new);
      return own(wanted, own, extras);
    }
    int last = lastOfApp(rest);
    HTTPRouteRule own = last < 0 ? new HTTPRouteRule() : rest.remove(last);
    int end = last < 0 ? rest.size() : last;
    for (HTTPRouteRule rule : rest.subList(0, end)) {
      if (leadsToApp(rule)) {
        backends(isAbTest() ? Percent.NONE : wanted.canary(), rule);
        unmirror(rule);
      }
    }
    // Of rules that ask for the same the first one wins.
    rest.addAll(end, own(wanted, own, extras));
    return rest;
  }

  private int lastOfApp(List<HTTPRouteRule> rules) {
    for (int i = rules.size() - 1; i >= 0; i--) {
      if (leadsToApp(rules.get(i))) {
        return i;
      }
    }
    return -1;
  }

  /// To one of the sides, or to the apex and nowhere else.
  private boolean leadsToApp(HTTPRouteRule rule) {
    List<HTTPBackendRef> backends = GatewayApiReading.backends(rule);
    return GatewayApiReading.names(app, rule)
        || (!backends.isEmpty()
            && backends.stream()
                .allMatch(to -> GatewayApiReading.service(app, to).equals(app.apexName())));
  }

  /// Nothing but the shares, for a specification that must not be written. Users who are kept on a
  /// side stay there as long as the canary has traffic.
  void reweigh(Split wanted, List<HTTPRouteRule> rules) {
    for (HTTPRouteRule rule : rules) {
      if (!GatewayApiReading.names(app, rule)) {
        continue;
      }
      if (wanted.mirrored().equals(Percent.NONE)) {
        unmirror(rule);
      }
      boolean stays =
          GatewayApiReading.cookieOf(app, rule).isPresent()
              && !wanted.canary().equals(Percent.NONE);
      if (!stays && (GatewayApiReading.namesCanary(app, rule) || !isAbTest())) {
        backends(wanted.canary(), rule, port(rule));
      }
    }
  }

  private @Nullable Integer port(HTTPRouteRule rule) {
    return GatewayApiReading.backends(rule).stream()
        .map(HTTPBackendRef::getPort)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(app.spec().service().port());
  }

  /// What split leads to the apex instead, by one rule.
  List<HTTPRouteRule> unite(List<HTTPRouteRule> rules) {
    List<HTTPRouteRule> result = new ArrayList<>(rules);
    result.removeIf(this::isExtra);
    for (HTTPRouteRule rule : result) {
      if (GatewayApiReading.names(app, rule)) {
        HTTPBackendRef apex = new HTTPBackendRef();
        name(apex, app.apexName(), port(rule));
        apex.setWeight(1);
        rule.setBackendRefs(List.of(apex));
        unmirror(rule);
      }
    }
    return result;
  }

  /// The rule that splits, behind those that come before it.
  ///
  /// @param rule the one that did so far
  /// @param extras that stood beside it
  private List<HTTPRouteRule> own(Split wanted, HTTPRouteRule rule, List<HTTPRouteRule> extras) {
    List<HTTPRouteRule> result = new ArrayList<>();
    if (isAbTest()) {
      HTTPRouteRule chosen =
          extras.stream()
              .filter(extra -> GatewayApiReading.cookieOf(app, extra).isEmpty())
              .findFirst()
              .orElseGet(HTTPRouteRule::new);
      common(chosen, Conditions.ofCanary(app));
      backends(wanted.canary(), chosen);
      mirror(wanted, chosen);
      common(rule, app.spec().service().match());
      backends(Percent.NONE, rule);
      rule.setBackendRefs(List.of(rule.getBackendRefs().getFirst()));
      result.add(chosen);
    } else {
      common(rule, app.spec().service().match());
      backends(wanted.canary(), rule);
      mirror(wanted, rule);
    }
    result.add(rule);
    keep(wanted, result, extras);
    return result;
  }

  /// Users stay on the side that answered first, by a cookie: in front of the rule that splits one
  /// for the holders of each; the split hands them out.
  private void keep(Split wanted, List<HTTPRouteRule> rules, List<HTTPRouteRule> extras) {
    SessionAffinity asked = app.spec().analysis().sessionAffinity();
    if (asked == null) {
      return;
    }
    switch (wanted.affinity()) {
      case Affinity.Anyone _ -> {}
      case Affinity.Ended(var cookie) -> {
        HTTPRouteRule forget = sticky(cookie, Percent.NONE, extras);
        hand(forget, app.primaryServiceName(), AffinityCookies.setCookie(asked, cookie, "-1"));
        rules.addFirst(forget);
      }
      case Affinity.Kept(var canary, var primary) -> {
        HTTPRouteRule split = rules.getLast();
        String lifetime = "" + asked.lifetime();
        hand(split, app.canaryServiceName(), AffinityCookies.setCookie(asked, canary, lifetime));
        primary.ifPresent(cookie -> {
          rules.addFirst(sticky(cookie, Percent.NONE, extras));
          String age = "" + app.spec().analysis().every().toSeconds();
          hand(split, app.primaryServiceName(), AffinityCookies.setCookie(asked, cookie, age));
        });
        rules.addFirst(sticky(canary, Percent.ALL, extras));
      }
    }
  }

  private HTTPRouteRule sticky(String cookie, Percent canary, List<HTTPRouteRule> extras) {
    JsonNode condition = JsonNodeFactory.instance.objectNode();
    condition
        .withObject("/headers/" + AffinityCookies.COOKIE)
        .put("regex", AffinityCookies.pattern(cookie));
    HTTPRouteRule rule =
        extras.stream()
            .filter(
                extra -> GatewayApiReading.cookieOf(app, extra).filter(cookie::equals).isPresent())
            .findFirst()
            .orElseGet(HTTPRouteRule::new);
    common(rule, Conditions.withCookie(app, condition));
    backends(canary, rule);
    return rule;
  }

  private void hand(HTTPRouteRule rule, String side, String cookie) {
    for (HTTPBackendRef backend : rule.getBackendRefs()) {
      if (GatewayApiReading.service(app, backend).equals(side)) {
        GatewayApiFilters.answering(backend, AffinityCookies.SET_COOKIE, cookie);
      }
    }
  }

  private boolean isAbTest() {
    return app.spec().analysis().strategy() == Strategy.AB_TESTING;
  }

  /// Whether a rule of ours comes before the one that splits, told by its conditions, which name
  /// the canary's users.
  private boolean isExtra(HTTPRouteRule rule) {
    return GatewayApiReading.names(app, rule)
        && (GatewayApiReading.cookieOf(app, rule).isPresent()
            || (isAbTest()
                && MeshObjects.list(rule.getMatches())
                    .equals(GatewayApiMatches.of(Conditions.ofCanary(app)))));
  }

  /// Sets what is ours and leaves what a gateway may know beyond it.
  private void common(HTTPRouteRule rule, List<JsonNode> conditions) {
    CanaryService service = app.spec().service();
    rule.setMatches(GatewayApiMatches.of(conditions));
    rule.setFilters(GatewayApiFilters.of(service, MeshObjects.list(rule.getFilters())));
    if (service.timeout() == null && service.backendTimeout() == null) {
      rule.setTimeouts(null);
    } else {
      HTTPRouteTimeouts timeouts =
          Optional.ofNullable(rule.getTimeouts()).orElseGet(HTTPRouteTimeouts::new);
      timeouts.setRequest(duration(service.timeout()));
      timeouts.setBackendRequest(duration(service.backendTimeout()));
      rule.setTimeouts(timeouts);
    }
  }

  /// The Gateway API has no fractions such as `1.5s`.
  private static @Nullable String duration(@Nullable String text) {
    return text == null ? null : GoDuration.format(GoDuration.parse(text));
  }

  private void backends(Percent canary, HTTPRouteRule rule) {
    backends(canary, rule, app.spec().service().port());
  }

  private void backends(Percent canary, HTTPRouteRule rule, @Nullable Integer port) {
    rule.setBackendRefs(
        List.of(
            backend(app.primaryServiceName(), canary.rest(), port, rule),
            backend(app.canaryServiceName(), canary, port, rule)));
  }

  private HTTPBackendRef backend(
      String service, Percent share, @Nullable Integer port, HTTPRouteRule rule) {
    HTTPBackendRef backend =
        GatewayApiReading.backends(rule).stream()
            .filter(candidate -> GatewayApiReading.service(app, candidate).equals(service))
            .findFirst()
            .orElseGet(HTTPBackendRef::new);
    name(backend, service, port);
    backend.setWeight(share.value());
    GatewayApiFilters.answerAsBefore(backend);
    return backend;
  }

  private static void name(HTTPBackendRef backend, String service, @Nullable Integer port) {
    backend.setGroup("");
    backend.setKind("Service");
    backend.setNamespace(null);
    backend.setName(service);
    backend.setPort(port);
  }

  private void mirror(Split wanted, HTTPRouteRule rule) {
    if (!wanted.mirrored().equals(Percent.NONE)) {
      List<HTTPRouteFilter> filters = new ArrayList<>(rule.getFilters());
      filters.add(
          GatewayApiFilters.mirror(
              app.canaryServiceName(), app.spec().service().port(), wanted.mirrored()));
      rule.setFilters(filters);
    }
  }

  private void unmirror(HTTPRouteRule rule) {
    List<HTTPRouteFilter> filters = new ArrayList<>(MeshObjects.list(rule.getFilters()));
    filters.removeIf(filter -> GatewayApiReading.isMirrorToCanary(app, filter));
    rule.setFilters(filters);
  }
}
