package dev.sluice.mesh;

import dev.sluice.crds.Analysis.SessionAffinity;
import dev.sluice.crds.Analysis.Strategy;
import dev.sluice.crds.Canary;
import dev.sluice.mesh.Split.Affinity;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.BackendObjectReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeaderMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRequestMirrorFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the rules of an HTTPRoute do with the requests of an application, whoever wrote them.
final class GatewayApiReading {
  private GatewayApiReading() {}

  /// Empty where it is no split in two: no rule leads to the sides, or they disagree.
  static Optional<Split> split(Canary app, List<HTTPRouteRule> rules) {
    List<HTTPRouteRule> ours = rules.stream().filter(rule -> names(app, rule)).toList();
    List<HTTPRouteRule> plain =
        ours.stream().filter(rule -> cookieOf(app, rule).isEmpty()).toList();
    List<Optional<Percent>> shares = shares(app, plain);
    if (shares.size() != 1 || shares.getFirst().isEmpty()) {
      return Optional.empty();
    }
    Percent canary = shares.getFirst().get();
    Percent mirrored =
        plain.stream()
            .map(rule -> mirrored(app, rule))
            .max(Percent::compareTo)
            .orElse(Percent.NONE);
    if (!canary.equals(Percent.NONE) && !mirrored.equals(Percent.NONE)) {
      return Optional.empty();
    }
    return affinity(app, canary, ours).map(users -> new Split(canary, mirrored, users));
  }

  /// In an A/B test the rule of those who do not take part says nothing about the others.
  private static List<Optional<Percent>> shares(Canary app, List<HTTPRouteRule> rules) {
    boolean abTest = app.spec().analysis().strategy() == Strategy.AB_TESTING && rules.size() > 1;
    List<Optional<Percent>> shares =
        rules.stream().map(rule -> share(app, rule)).distinct().toList();
    return abTest && shares.size() == 2 && shares.contains(Optional.of(Percent.NONE))
        ? shares.stream().filter(share -> !share.equals(Optional.of(Percent.NONE))).toList()
        : shares;
  }

  private static Optional<Affinity> affinity(
      Canary app, Percent canary, List<HTTPRouteRule> rules) {
    List<AffinityCookies.Rule> cookies = new ArrayList<>();
    for (HTTPRouteRule rule : rules) {
      boolean all = share(app, rule).filter(Percent.ALL::equals).isPresent();
      cookieOf(app, rule)
          .map(cookie -> new AffinityCookies.Rule(cookie, all))
          .ifPresent(cookies::add);
    }
    // users who are kept on a canary that nobody else gets: not a split that anybody asks for
    return AffinityCookies.read(app, cookies)
        .filter(users -> !canary.equals(Percent.NONE) || !(users instanceof Affinity.Kept));
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

  /// The canary's share; empty where the rule does anything else than split in whole percent
  /// between the two sides. Of weights that are all 0 a gateway makes errors.
  private static Optional<Percent> share(Canary app, HTTPRouteRule rule) {
    long canary = 0;
    long all = 0;
    for (HTTPBackendRef backend : backends(rule)) {
      Integer given = backend.getWeight();
      int weight = given == null ? 1 : given;
      String name = service(app, backend);
      boolean toCanary = name.equals(app.canaryServiceName());
      if (weight < 0 || (weight > 0 && !toCanary && !name.equals(app.primaryServiceName()))) {
        return Optional.empty();
      }
      canary += toCanary ? weight : 0;
      all += weight;
    }
    return all == 0 || canary * 100 % all != 0
        ? Optional.empty()
        : Optional.of(new Percent((int) (canary * 100 / all)));
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
