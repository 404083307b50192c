package dev.sluice.mesh;

import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryService;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// No mesh: Services alone. Users always meet the primary, because the apex Service selects its
/// pods and nothing else; the canary is reached by its own Service only.
final class WithoutMesh implements Mesh {

  @Override
  public String name() {
    return "kubernetes";
  }

  @Override
  public boolean splits() {
    return false;
  }

  @Override
  public List<HasMetadata> routes(Canary app, Split wanted, List<HasMetadata> live) {
    return List.of();
  }

  @Override
  public List<HasMetadata> reweighted(Canary app, Split wanted, List<HasMetadata> live) {
    return List.of();
  }

  @Override
  public List<HasMetadata> givenBack(Canary app, List<HasMetadata> live) {
    return List.of();
  }

  @Override
  public boolean leadsToSides(Canary app, List<HasMetadata> live) {
    return false;
  }

  @Override
  public Optional<Split> read(Canary app, List<HasMetadata> live) {
    return Optional.of(Split.NONE);
  }

  @Override
  public List<RouteProblem> problems(Canary app) {
    return List.of();
  }

  /// Nothing of it takes effect, and for most of it nobody notices before it is missed.
  @Override
  public List<RouteProblem> warnings(Canary app) {
    CanaryService service = app.spec().service();
    Findings found = new Findings();
    Map.ofEntries(
            Map.entry("gateways", !service.gateways().isEmpty()),
            Map.entry("gatewayRefs", !service.gatewayRefs().isEmpty()),
            Map.entry("hosts", !service.hosts().isEmpty()),
            Map.entry("delegation", service.delegation()),
            Map.entry("match", !service.match().isEmpty()),
            Map.entry("rewrite", service.rewrite() != null),
            Map.entry("retries", service.retries() != null),
            Map.entry("headers", service.headers() != null),
            Map.entry("timeout", service.timeout() != null),
            Map.entry("backendTimeout", service.backendTimeout() != null),
            Map.entry("mirror", !service.mirror().isEmpty()),
            Map.entry("corsPolicy", service.corsPolicy() != null),
            Map.entry("trafficPolicy", service.trafficPolicy() != null),
            Map.entry("meshName", service.meshName() != null),
            Map.entry("backends", !service.backends().isEmpty()))
        .entrySet()
        .stream()
        .filter(Map.Entry::getValue)
        .map(Map.Entry::getKey)
        .sorted()
        .forEach(field ->
            found.add("spec.service." + field, "has no meaning without a mesh and is ignored"));
    return found.all();
  }

  @Override
  public List<String> rivals(Canary app, List<HasMetadata> all) {
    return List.of();
  }

  @Override
  public Set<String> hosts(Canary app) {
    return Set.of();
  }

  @Override
  public Set<String> hosts(HasMetadata object) {
    return Set.of();
  }

  @Override
  public List<RouteKind> kinds() {
    return List.of();
  }

  @Override
  public List<String> names(Canary app, RouteKind kind) {
    return List.of();
  }
}
