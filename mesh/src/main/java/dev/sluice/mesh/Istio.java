package dev.sluice.mesh;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import dev.sluice.crds.CanaryService.ExtraMetadata;
import io.fabric8.istio.api.api.networking.v1alpha3.CorsPolicy;
import io.fabric8.istio.api.api.networking.v1alpha3.Destination;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPMatchRequest;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRetry;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRewrite;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRoute;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRouteDestination;
import io.fabric8.istio.api.api.networking.v1alpha3.Headers;
import io.fabric8.istio.api.api.networking.v1alpha3.PortSelector;
import io.fabric8.istio.api.api.networking.v1alpha3.TrafficPolicy;
import io.fabric8.istio.api.networking.v1.DestinationRule;
import io.fabric8.istio.api.networking.v1.VirtualService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Istio: one VirtualService named after the apex with one weighted rule, and a DestinationRule for
/// each side, in the shapes that Flagger writes.
final class Istio implements Mesh {
  static final RouteKind VIRTUAL_SERVICE =
      new RouteKind("networking.istio.io", "v1", "virtualservices", VirtualService.class);
  static final RouteKind DESTINATION_RULE =
      new RouteKind("networking.istio.io", "v1", "destinationrules", DestinationRule.class);

  /// Keeps Flux from taking the objects back to what is in Git.
  private static final Map<String, String> HANDS_OFF =
      Map.of(
          "kustomize.toolkit.fluxcd.io/reconcile", "disabled",
          "helm.toolkit.fluxcd.io/driftDetection", "disabled");

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

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
  public List<HasMetadata> routes(Canary app, Percent canary, List<HasMetadata> live) {
    return List.of(
        rule(app, app.canaryServiceName(), live),
        rule(app, app.primaryServiceName(), live),
        virtualService(app, canary, live));
  }

  @Override
  public Optional<Percent> read(Canary app, List<HasMetadata> live) {
    List<Optional<Percent>> splits =
        find(live, VirtualService.class, app, app.apexName())
            .map(Istio::rules)
            .orElse(List.of())
            .stream()
            .filter(rule -> IstioWeights.names(app, rule))
            .map(rule -> IstioWeights.of(app, rule))
            .distinct()
            .toList();
    return splits.size() == 1 ? splits.getFirst() : Optional.empty();
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

  private static VirtualService virtualService(Canary app, Percent canary, List<HasMetadata> live) {
    VirtualService service =
        find(live, VirtualService.class, app, app.apexName())
            .map(Istio::copy)
            .orElseGet(() -> named(new VirtualService(), app, app.apexName()));
    metadata(service, app);
    var spec = service.getSpec();
    if (spec == null) {
      spec = new io.fabric8.istio.api.api.networking.v1alpha3.VirtualService();
      service.setSpec(spec);
    }
    spec.setHosts(IstioHosts.hosts(app));
    spec.setGateways(IstioHosts.gateways(app));
    HTTPRoute rule =
        rules(service).stream()
            .filter(candidate -> IstioWeights.names(app, candidate))
            .findFirst()
            .orElseGet(HTTPRoute::new);
    spec.setHttp(List.of(weighted(app, canary, rule)));
    return service;
  }

  /// Sets what is ours and leaves what Istio may know beyond it.
  private static HTTPRoute weighted(Canary app, Percent canary, HTTPRoute rule) {
    CanaryService service = app.spec().service();
    rule.setMatch(
        service.match().stream()
            .map(match -> JSON.convertValue(match, HTTPMatchRequest.class))
            .toList());
    rule.setRewrite(rewrite(service.rewrite()));
    rule.setTimeout(service.timeout());
    rule.setRetries(convert(service.retries(), HTTPRetry.class));
    rule.setHeaders(convert(service.headers(), Headers.class));
    rule.setCorsPolicy(convert(service.corsPolicy(), CorsPolicy.class));
    // these exclude a route, or would send copies of requests to a side that gets none
    rule.setRedirect(null);
    rule.setDirectResponse(null);
    rule.setDelegate(null);
    rule.setMirror(null);
    rule.setMirrorPercentage(null);
    rule.setRoute(
        List.of(
            destination(app, app.primaryServiceName(), canary.rest(), rule),
            destination(app, app.canaryServiceName(), canary, rule)));
    return rule;
  }

  private static HTTPRouteDestination destination(
      Canary app, String host, Percent share, HTTPRoute rule) {
    HTTPRouteDestination entry =
        IstioWeights.destinations(rule).stream()
            .filter(candidate -> IstioWeights.host(app, candidate).equals(host))
            .findFirst()
            .orElseGet(HTTPRouteDestination::new);
    Destination destination = new Destination();
    destination.setHost(host);
    if (needsPort(app)) {
      PortSelector port = new PortSelector();
      port.setNumber((long) app.spec().service().port());
      destination.setPort(port);
    }
    entry.setDestination(destination);
    entry.setHeaders(null);
    entry.setWeight(share.value());
    return entry;
  }

  /// Without a port Envoy takes the caller's. That is right where callers use the apex Service,
  /// which has the same ports as its sides, and keeps discovered ports apart. It is wrong where
  /// they may come by another port: through a gateway to a Service with several ports, or by a host
  /// that is no Service of ours.
  private static boolean needsPort(Canary app) {
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

  private static DestinationRule rule(Canary app, String host, List<HasMetadata> live) {
    DestinationRule rule =
        find(live, DestinationRule.class, app, host)
            .map(Istio::copy)
            .orElseGet(() -> named(new DestinationRule(), app, host));
    var spec = rule.getSpec();
    if (spec == null) {
      spec = new io.fabric8.istio.api.api.networking.v1alpha3.DestinationRule();
      rule.setSpec(spec);
    }
    spec.setHost(host);
    spec.setTrafficPolicy(convert(app.spec().service().trafficPolicy(), TrafficPolicy.class));
    return rule;
  }

  private static <T extends HasMetadata> T named(T object, Canary app, String name) {
    ObjectMeta metadata = new ObjectMeta();
    metadata.setName(name);
    metadata.setNamespace(app.metadata().namespace());
    object.setMetadata(metadata);
    return object;
  }

  private static void metadata(VirtualService service, Canary app) {
    ObjectMeta metadata = service.getMetadata();
    ExtraMetadata apex = app.spec().service().apex();
    var labels = sorted(metadata.getLabels());
    var annotations = sorted(metadata.getAnnotations());
    if (apex != null) {
      labels.putAll(apex.labels());
      annotations.putAll(apex.annotations());
    }
    annotations.putAll(HANDS_OFF);
    metadata.setLabels(labels);
    metadata.setAnnotations(annotations);
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent map
  private static Map<String, String> sorted(Map<String, String> map) {
    return map == null ? new TreeMap<>() : new TreeMap<>(map);
  }

  @SuppressWarnings("ConstantValue") // the client's model has null for an absent list
  private static List<HTTPRoute> rules(VirtualService service) {
    return service.getSpec() == null || service.getSpec().getHttp() == null
        ? List.of()
        : service.getSpec().getHttp();
  }

  /// The live objects belong to the caller's cache and are never changed.
  @SuppressWarnings("unchecked") // a copy has the class of what is copied
  private static <T extends HasMetadata> T copy(T object) {
    return (T) JSON.convertValue(JSON.<JsonNode>valueToTree(object), object.getClass());
  }

  private static <T extends HasMetadata> Optional<T> find(
      List<HasMetadata> live, Class<T> kind, Canary app, String name) {
    return live.stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .filter(object -> name.equals(object.getMetadata().getName()))
        .filter(object -> app.metadata().namespace().equals(object.getMetadata().getNamespace()))
        .findFirst();
  }

  private static <T> @Nullable T convert(@Nullable JsonNode json, Class<T> type) {
    return json == null ? null : JSON.convertValue(json, type);
  }

  private static void passedOn(
      String field, @Nullable Object json, Class<?> type, List<RouteProblem> problems) {
    if (json == null) {
      return;
    }
    try {
      JSON.convertValue(json, type);
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
