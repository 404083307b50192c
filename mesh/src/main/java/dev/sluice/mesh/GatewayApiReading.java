package dev.sluice.mesh;

import dev.sluice.crds.Analysis.SessionAffinity;
import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.BackendObjectReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeaderMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRequestMirrorFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the rules of an HTTPRoute do with the requests of an application, whoever wrote them.
final class GatewayApiReading {
  private GatewayApiReading() {}

  /// Empty where it is no split in two.
  static Optional<Split> split(Canary app, List<HTTPRouteRule> rules) {
    return SplitReading.of(
        app,
        rules.stream()
            .filter(rule -> names(app, rule))
            .map(rule ->
                new SplitReading.Rule(share(app, rule), mirrored(app, rule), cookieOf(app, rule)))
            .toList());
  }

  /// Whether the rule sends anything to one of the sides.
  static boolean names(Canary app, HTTPRouteRule rule) {
    return backends(rule).stream()
        .map(backend -> service(app, backend))
        .anyMatch(
            name -> name.equals(app.primaryServiceName()) || name.equals(app.canaryServiceName()));
  }

  static boolean namesCanary(Canary app, HTTPRouteRule rule) {
    return backends(rule).stream()
        .anyMatch(backend -> service(app, backend).equals(app.canaryServiceName()));
  }

  private static Optional<Percent> share(Canary app, HTTPRouteRule rule) {
    return SplitReading.share(
        app,
        backends(rule).stream()
            .map(backend -> {
              Integer weight = backend.getWeight();
              return new SplitReading.Weighed(service(app, backend), weight == null ? 1 : weight);
            })
            .toList());
  }

  private static Percent mirrored(Canary app, HTTPRouteRule rule) {
    return MeshObjects.list(rule.getFilters()).stream()
        .filter(filter -> isMirrorToCanary(app, filter))
        .map(filter -> share(filter.getRequestMirror()))
        .max(Percent::compareTo)
        .orElse(Percent.NONE);
  }

  static boolean isMirrorToCanary(Canary app, HTTPRouteFilter filter) {
    return filter.getRequestMirror() != null
        && service(app, filter.getRequestMirror().getBackendRef()).equals(app.canaryServiceName());
  }

  private static Percent share(HTTPRequestMirrorFilter mirror) {
    double share = 100;
    if (mirror.getPercent() != null) {
      share = mirror.getPercent();
    } else if (mirror.getFraction() != null && mirror.getFraction().getNumerator() != null) {
      Integer denominator = mirror.getFraction().getDenominator();
      share =
          100.0 * mirror.getFraction().getNumerator() / (denominator == null ? 100 : denominator);
    }
    return new Percent((int) Math.clamp(Math.ceil(share), 0, 100));
  }

  /// The cookie whose holders a rule is for, as `name=value`.
  static Optional<String> cookieOf(Canary app, HTTPRouteRule rule) {
    SessionAffinity asked = app.spec().analysis().sessionAffinity();
    List<HTTPRouteMatch> matches = MeshObjects.list(rule.getMatches());
    if (asked == null || matches.isEmpty()) {
      return Optional.empty();
    }
    List<Optional<String>> cookies =
        matches.stream().map(match -> cookieOf(asked, match)).distinct().toList();
    return cookies.size() == 1 ? cookies.getFirst() : Optional.empty();
  }

  private static Optional<String> cookieOf(SessionAffinity asked, HTTPRouteMatch match) {
    for (HTTPHeaderMatch header : MeshObjects.list(match.getHeaders())) {
      if (AffinityCookies.COOKIE.equalsIgnoreCase(header.getName())
          && GatewayApiMatches.REGEX.equals(header.getType())) {
        return AffinityCookies.of(asked, header.getValue());
      }
    }
    return Optional.empty();
  }

  /// The name of a Service in the application's namespace; empty for anything else.
  static String service(Canary app, HTTPBackendRef backend) {
    return service(
        app, backend.getGroup(), backend.getKind(), backend.getNamespace(), backend.getName());
  }

  private static String service(Canary app, @Nullable BackendObjectReference backend) {
    return backend == null
        ? ""
        : service(
            app, backend.getGroup(), backend.getKind(), backend.getNamespace(), backend.getName());
  }

  private static String service(
      Canary app,
      @Nullable String group,
      @Nullable String kind,
      @Nullable String namespace,
      @Nullable String name) {
    boolean isService =
        (group == null || group.isEmpty()) && (kind == null || kind.equals("Service"));
    boolean isHere = namespace == null || namespace.equals(app.metadata().namespace());
    return isService && isHere && name != null ? name : "";
  }

  static List<HTTPBackendRef> backends(HTTPRouteRule rule) {
    return MeshObjects.list(rule.getBackendRefs());
  }
}
