package dev.sluice.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import io.fabric8.istio.api.api.networking.v1alpha3.CorsPolicy;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPMatchRequest;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRetry;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRoute;
import io.fabric8.istio.api.api.networking.v1alpha3.Headers;
import io.fabric8.istio.api.api.networking.v1alpha3.TCPRoute;
import io.fabric8.istio.api.api.networking.v1alpha3.TrafficPolicy;
import io.fabric8.istio.api.networking.v1.DestinationRule;
import io.fabric8.istio.api.networking.v1.VirtualService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Istio: one VirtualService named after the apex with one weighted rule, and a DestinationRule for
/// each side, in the shapes that Flagger writes.
final class Istio implements Mesh {
  static final RouteKind VIRTUAL_SERVICE =
      new RouteKind("networking.istio.io", "v1", "virtualservices", VirtualService.class);
  static final RouteKind DESTINATION_RULE =
      new RouteKind("networking.istio.io", "v1", "destinationrules", DestinationRule.class);

  @Override
  public String name() {
    return "istio";
  }

  @Override
  public List<RouteKind> kinds() {
    return List.of(VIRTUAL_SERVICE, DESTINATION_RULE);
  }

  @Override
  public List<String> names(Canary app, RouteKind kind) {
    return kind.equals(VIRTUAL_SERVICE)
        ? List.of(app.apexName())
        : List.of(app.canaryServiceName(), app.primaryServiceName());
  }

  @Override
  public List<RouteProblem> problems(Canary app) {
    var problems = new ArrayList<>(IstioCheck.problems(app));
    CanaryService service = app.spec().service();
    passedOn("spec.service.match", service.match(), HTTPMatchRequest[].class, problems);
    passedOn("spec.service.retries", service.retries(), HTTPRetry.class, problems);
    passedOn("spec.service.headers", service.headers(), Headers.class, problems);
    passedOn("spec.service.corsPolicy", service.corsPolicy(), CorsPolicy.class, problems);
    passedOn("spec.service.trafficPolicy", service.trafficPolicy(), TrafficPolicy.class, problems);
    return List.copyOf(problems);
  }

  @Override
  public List<RouteProblem> warnings(Canary app) {
    return IstioCheck.warnings(app);
  }

  /// The rules of the sides come first: a side must not get traffic without its traffic policy.
  @Override
  public List<HasMetadata> routes(Canary app, Split wanted, List<HasMetadata> live) {
    return List.of(
        rule(app, app.canaryServiceName(), live),
        rule(app, app.primaryServiceName(), live),
        virtualService(app, wanted, live));
  }

  @Override
  public Optional<Split> read(Canary app, List<HasMetadata> live) {
    return MeshObjects.find(live, VirtualService.class, app, app.apexName())
        .flatMap(service ->
            IstioTcp.is(app.spec().service())
                ? new IstioTcp(app).read(tcp(service))
                : IstioReading.split(app, rules(service)));
  }

  @Override
  public List<String> rivals(Canary app, List<HasMetadata> all) {
    return IstioHosts.rivals(
        app,
        all.stream()
            .filter(VirtualService.class::isInstance)
            .map(VirtualService.class::cast)
            .toList());
  }

  @Override
  public List<HasMetadata> reweighted(Canary app, Split wanted, List<HasMetadata> live) {
    return changed(
        app,
        live,
        service -> {
          List<HTTPRoute> rules = rules(service);
          new IstioRules(app, MeshObjects.JSON).reweigh(wanted, rules);
          new IstioTcp(app).reweigh(wanted.canary(), tcp(service));
        });
  }

  @Override
  public List<HasMetadata> givenBack(Canary app, List<HasMetadata> live) {
    return changed(
        app,
        live,
        service -> {
          IstioOriginal.restore(app, service, MeshObjects.JSON);
          if (leadsToSides(app, service)) {
            unite(app, service);
          }
          MeshObjects.unmark(service, app);
        });
  }

  @Override
  public boolean leadsToSides(Canary app, List<HasMetadata> live) {
    return MeshObjects.find(live, VirtualService.class, app, app.apexName())
        .filter(service -> leadsToSides(app, service))
        .isPresent();
  }

  @Override
  public Set<String> hosts(Canary app) {
    return IstioHosts.claimed(app);
  }

  @Override
  public Set<String> hosts(HasMetadata object) {
    return object instanceof VirtualService service ? IstioHosts.claimed(service) : Set.of();
  }

  /// The live objects, the VirtualService changed if it is there.
  private static List<HasMetadata> changed(
      Canary app, List<HasMetadata> live, Consumer<VirtualService> change) {
    List<HasMetadata> result = new ArrayList<>();
    for (HasMetadata object : live) {
      if (object instanceof VirtualService service
          && service.getMetadata().getName().equals(app.apexName())) {
        VirtualService copy = MeshObjects.copy(service);
        change.accept(copy);
        result.add(copy);
      } else {
        result.add(object);
      }
    }
    return List.copyOf(result);
  }

  private static VirtualService virtualService(Canary app, Split wanted, List<HasMetadata> live) {
    Optional<VirtualService> present =
        MeshObjects.find(live, VirtualService.class, app, app.apexName());
    boolean shared = present.filter(service -> !IstioHosts.isControlled(app, service)).isPresent();
    VirtualService service =
        present
            .map(MeshObjects::copy)
            .orElseGet(() -> MeshObjects.named(new VirtualService(), app, app.apexName()));
    if (shared && !leadsToSides(app, service)) {
      IstioOriginal.record(service, MeshObjects.JSON);
    }
    MeshObjects.mark(service, app);
    var spec = service.getSpec();
    if (spec == null) {
      spec = new io.fabric8.istio.api.api.networking.v1alpha3.VirtualService();
      service.setSpec(spec);
    }
    spec.setHosts(IstioHosts.hosts(app));
    spec.setGateways(IstioHosts.gateways(app));
    IstioRules http = new IstioRules(app, MeshObjects.JSON);
    IstioTcp tcp = new IstioTcp(app);
    if (IstioTcp.is(app.spec().service())) {
      // in case that the port was an HTTP port before
      spec.setHttp(shared ? http.unite(rules(service)) : List.of());
      spec.setTcp(tcp.split(wanted.canary(), tcp(service), shared, http.wantedPort()));
    } else {
      spec.setHttp(http.split(wanted, rules(service), shared));
      spec.setTcp(
          shared
              ? united(tcp, tcp(service))
              : tcp(service).stream().filter(rule -> !tcp.names(rule)).toList());
    }
    return service;
  }

  private static List<TCPRoute> united(IstioTcp tcp, List<TCPRoute> rules) {
    tcp.unite(rules);
    return rules;
  }

  private static void unite(Canary app, VirtualService service) {
    service.getSpec().setHttp(new IstioRules(app, MeshObjects.JSON).unite(rules(service)));
    service.getSpec().setTcp(united(new IstioTcp(app), tcp(service)));
  }

  private static boolean leadsToSides(Canary app, VirtualService service) {
    IstioTcp tcp = new IstioTcp(app);
    return rules(service).stream().anyMatch(rule -> IstioWeights.names(app, rule))
        || tcp(service).stream().anyMatch(tcp::names);
  }

  private static DestinationRule rule(Canary app, String host, List<HasMetadata> live) {
    DestinationRule rule =
        MeshObjects.find(live, DestinationRule.class, app, host)
            .map(MeshObjects::copy)
            .orElseGet(() -> MeshObjects.named(new DestinationRule(), app, host));
    var spec = rule.getSpec();
    if (spec == null) {
      spec = new io.fabric8.istio.api.api.networking.v1alpha3.DestinationRule();
      rule.setSpec(spec);
    }
    spec.setHost(host);
    spec.setTrafficPolicy(convert(app.spec().service().trafficPolicy(), TrafficPolicy.class));
    return rule;
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent list
  private static List<HTTPRoute> rules(VirtualService service) {
    return service.getSpec() == null || service.getSpec().getHttp() == null
        ? List.of()
        : service.getSpec().getHttp();
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent list
  private static List<TCPRoute> tcp(VirtualService service) {
    return service.getSpec() == null || service.getSpec().getTcp() == null
        ? List.of()
        : service.getSpec().getTcp();
  }

  private static <T> @Nullable T convert(@Nullable JsonNode json, Class<T> type) {
    return json == null ? null : MeshObjects.JSON.convertValue(json, type);
  }

  private static void passedOn(
      String field, @Nullable Object json, Class<?> type, List<RouteProblem> problems) {
    if (json == null) {
      return;
    }
    try {
      MeshObjects.JSON.convertValue(json, type);
    } catch (IllegalArgumentException e) {
      problems.add(new RouteProblem(field, "is not what Istio expects there: " + firstLine(e)));
    }
  }

  private static String firstLine(IllegalArgumentException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }
}
