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
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPMatchRequest;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRetry;
import io.fabric8.istio.api.api.networking.v1alpha3.HTTPRoute;
import io.fabric8.istio.api.api.networking.v1alpha3.Headers;
import io.fabric8.istio.api.api.networking.v1alpha3.TrafficPolicy;
import io.fabric8.istio.api.networking.v1.DestinationRule;
import io.fabric8.istio.api.networking.v1.VirtualService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
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
  public List<HasMetadata> routes(Canary app, Split wanted, List<HasMetadata> live) {
    return List.of(
        rule(app, app.canaryServiceName(), live),
        rule(app, app.primaryServiceName(), live),
        virtualService(app, wanted, live));
  }

  @Override
  public Optional<Split> read(Canary app, List<HasMetadata> live) {
    return find(live, VirtualService.class, app, app.apexName())
        .flatMap(service -> IstioReading.split(app, rules(service)));
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
          new IstioRules(app, JSON).reweigh(wanted, rules);
        });
  }

  @Override
  public List<HasMetadata> givenBack(Canary app, List<HasMetadata> live) {
    return changed(
        app,
        live,
        service -> {
          IstioOriginal.restore(app, service, JSON);
          new IstioRules(app, JSON).unite(rules(service));
          unmark(service, app);
        });
  }

  @Override
  public boolean leadsToSides(Canary app, List<HasMetadata> live) {
    return find(live, VirtualService.class, app, app.apexName())
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
        VirtualService copy = copy(service);
        change.accept(copy);
        result.add(copy);
      } else {
        result.add(object);
      }
    }
    return List.copyOf(result);
  }

  private static VirtualService virtualService(Canary app, Split wanted, List<HasMetadata> live) {
    Optional<VirtualService> present = find(live, VirtualService.class, app, app.apexName());
    boolean shared = present.filter(service -> !IstioHosts.isControlled(app, service)).isPresent();
    VirtualService service =
        present.map(Istio::copy).orElseGet(() -> named(new VirtualService(), app, app.apexName()));
    if (shared && !leadsToSides(app, service)) {
      IstioOriginal.record(service, JSON);
    }
    mark(service, app);
    var spec = service.getSpec();
    if (spec == null) {
      spec = new io.fabric8.istio.api.api.networking.v1alpha3.VirtualService();
      service.setSpec(spec);
    }
    spec.setHosts(IstioHosts.hosts(app));
    spec.setGateways(IstioHosts.gateways(app));
    spec.setHttp(new IstioRules(app, JSON).split(wanted, rules(service), shared));
    return service;
  }

  private static boolean leadsToSides(Canary app, VirtualService service) {
    return rules(service).stream().anyMatch(rule -> IstioWeights.names(app, rule));
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

  private static void mark(VirtualService service, Canary app) {
    ObjectMeta metadata = service.getMetadata();
    var labels = sorted(metadata.getLabels());
    var annotations = sorted(metadata.getAnnotations());
    labels.putAll(labels(app));
    annotations.putAll(annotations(app));
    metadata.setLabels(labels);
    metadata.setAnnotations(annotations);
  }

  private static void unmark(VirtualService service, Canary app) {
    ObjectMeta metadata = service.getMetadata();
    var labels = sorted(metadata.getLabels());
    var annotations = sorted(metadata.getAnnotations());
    labels.entrySet().removeAll(labels(app).entrySet());
    annotations.entrySet().removeAll(annotations(app).entrySet());
    metadata.setLabels(labels);
    metadata.setAnnotations(annotations);
  }

  private static Map<String, String> labels(Canary app) {
    ExtraMetadata apex = app.spec().service().apex();
    return apex == null ? Map.of() : apex.labels();
  }

  private static Map<String, String> annotations(Canary app) {
    ExtraMetadata apex = app.spec().service().apex();
    var all = new TreeMap<>(apex == null ? Map.<String, String>of() : apex.annotations());
    all.putAll(HANDS_OFF);
    return all;
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
