package dev.sluice.mesh;

import dev.sluice.crds.Canary;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Gateway API: one HTTPRoute named after the apex, in the shapes that Flagger writes.
final class GatewayApi implements Mesh {
  static final RouteKind HTTP_ROUTE =
      new RouteKind("gateway.networking.k8s.io", "v1", "httproutes", HTTPRoute.class);

  @Override
  public String name() {
    return "gatewayapi:v1";
  }

  @Override
  public List<RouteKind> kinds() {
    return List.of(HTTP_ROUTE);
  }

  @Override
  public List<String> names(Canary app, RouteKind kind) {
    return List.of(app.apexName());
  }

  @Override
  public List<RouteProblem> problems(Canary app) {
    return GatewayApiCheck.problems(app);
  }

  @Override
  public List<RouteProblem> warnings(Canary app) {
    return GatewayApiCheck.warnings(app);
  }

  @Override
  public List<HasMetadata> routes(Canary app, Split wanted, List<HasMetadata> live) {
    Optional<HTTPRoute> present = own(app, live);
    boolean shared = present.filter(route -> !isControlled(app, route)).isPresent();
    HTTPRoute route =
        present
            .map(MeshObjects::copy)
            .orElseGet(() -> MeshObjects.named(new HTTPRoute(), app, app.apexName()));
    if (shared && !leadsToSides(app, route)) {
      GatewayApiOriginal.record(route);
    }
    MeshObjects.mark(route, app);
    List<HTTPRouteRule> rules = rules(route);
    HTTPRouteSpec spec = Optional.ofNullable(route.getSpec()).orElseGet(HTTPRouteSpec::new);
    spec.setParentRefs(GatewayApiParents.of(app, MeshObjects.list(spec.getParentRefs())));
    spec.setHostnames(app.spec().service().hosts());
    spec.setRules(new GatewayApiRules(app).split(wanted, rules, shared));
    route.setSpec(spec);
    return List.of(route);
  }

  @Override
  public Optional<Split> read(Canary app, List<HasMetadata> live) {
    return own(app, live).flatMap(route -> GatewayApiReading.split(app, rules(route)));
  }

  @Override
  public Optional<String> pending(Canary app, List<HasMetadata> live) {
    return own(app, live).flatMap(GatewayApiParents::pending);
  }

  @Override
  public List<HasMetadata> reweighted(Canary app, Split wanted, List<HasMetadata> live) {
    return changed(app, live, route -> new GatewayApiRules(app).reweigh(wanted, rules(route)));
  }

  @Override
  public List<HasMetadata> givenBack(Canary app, List<HasMetadata> live) {
    return changed(
        app,
        live,
        route -> {
          GatewayApiOriginal.restore(app, route);
          if (leadsToSides(app, route)) {
            route.getSpec().setRules(new GatewayApiRules(app).unite(rules(route)));
          }
          MeshObjects.unmark(route, app);
        });
  }

  @Override
  public boolean leadsToSides(Canary app, List<HasMetadata> live) {
    return own(app, live).filter(route -> leadsToSides(app, route)).isPresent();
  }

  @Override
  public List<String> rivals(Canary app, List<HasMetadata> all) {
    return GatewayApiParents.rivals(
        app, all.stream().filter(HTTPRoute.class::isInstance).map(HTTPRoute.class::cast).toList());
  }

  @Override
  public Set<String> hosts(Canary app) {
    return GatewayApiParents.claims(
        app.metadata().namespace(),
        GatewayApiParents.of(app, List.of()),
        app.spec().service().hosts());
  }

  @Override
  public Set<String> hosts(HasMetadata object) {
    return object instanceof HTTPRoute route ? GatewayApiParents.claims(route) : Set.of();
  }

  private static Optional<HTTPRoute> own(Canary app, List<HasMetadata> live) {
    return MeshObjects.find(live, HTTPRoute.class, app, app.apexName());
  }

  private static boolean leadsToSides(Canary app, HTTPRoute route) {
    return rules(route).stream().anyMatch(rule -> GatewayApiReading.names(app, rule));
  }

  /// Whether this Canary made the object, here or under Flagger.
  private static boolean isControlled(Canary app, HTTPRoute route) {
    return MeshObjects.list(route.getMetadata().getOwnerReferences()).stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .anyMatch(owner -> Objects.equals(owner.getUid(), app.metadata().uid()));
  }

  private static List<HasMetadata> changed(
      Canary app, List<HasMetadata> live, Consumer<HTTPRoute> change) {
    List<HasMetadata> result = new ArrayList<>();
    for (HasMetadata object : live) {
      if (object instanceof HTTPRoute route
          && route.getMetadata().getName().equals(app.apexName())) {
        HTTPRoute copy = MeshObjects.copy(route);
        change.accept(copy);
        result.add(copy);
      } else {
        result.add(object);
      }
    }
    return List.copyOf(result);
  }

  static List<HTTPRouteRule> rules(HTTPRoute route) {
    return route.getSpec() == null ? List.of() : MeshObjects.list(route.getSpec().getRules());
  }
}
