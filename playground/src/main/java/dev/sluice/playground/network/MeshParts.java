package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The objects of the mesh as they come and go; makes a snapshot when asked. Pods change much more
/// often than routes, so the routing part is made anew only when one of its objects changed. Not
/// thread-safe.
final class MeshParts {
  private final MeshSnapshot.Settings settings;
  private final Map<String, MeshReader.Part> parts = new TreeMap<>();
  private final Map<String, String> unreadable = new LinkedHashMap<>();
  private @Nullable MeshSnapshot made;
  private MeshSnapshot.@Nullable Config config;

  MeshParts(MeshSnapshot.Settings settings) {
    this.settings = settings;
  }

  MeshParts with(Collection<? extends JsonNode> objects) {
    objects.forEach(this::put);
    return this;
  }

  void put(JsonNode object) {
    var key = key(object);
    try {
      var part = MeshReader.read(object);
      unreadable.remove(key);
      if (part.isPresent()) {
        changed(parts.put(key, part.get()), part.get());
      }
    } catch (IllegalArgumentException e) {
      unreadable.put(key, key + ": " + e.getMessage());
      changed(parts.remove(key), null);
    }
  }

  void remove(JsonNode object) {
    var key = key(object);
    unreadable.remove(key);
    changed(parts.remove(key), null);
  }

  /// One sentence per object that was left out.
  List<String> unreadable() {
    return List.copyOf(unreadable.values());
  }

  MeshSnapshot snapshot() {
    if (made == null) {
      if (config == null) {
        config = config();
      }
      made = MeshSnapshot.of(config, all(MeshReader.PodPart.class, MeshReader.PodPart::pod));
    }
    return made;
  }

  private void changed(MeshReader.@Nullable Part before, MeshReader.@Nullable Part after) {
    if ((before == null && after == null) || (before != null && before.equals(after))) {
      return;
    }
    made = null;
    if (!(before instanceof MeshReader.PodPart) && !(after instanceof MeshReader.PodPart)) {
      config = null;
    }
  }

  private MeshSnapshot.Config config() {
    var byAge =
        Comparator.comparing(VirtualService::created)
            .thenComparing(VirtualService::name)
            .thenComparing(VirtualService::namespace);
    var virtualServices =
        all(MeshReader.VirtualServicePart.class, MeshReader.VirtualServicePart::virtualService);
    virtualServices.sort(byAge);
    var services = all(MeshReader.ServicePart.class, MeshReader.ServicePart::service);
    return new MeshSnapshot.Config(
        MeshSnapshot.index(services, MeshSnapshot.Service::host),
        List.copyOf(virtualServices),
        all(MeshReader.RulePart.class, MeshReader.RulePart::rule),
        List.copyOf(all(MeshReader.GatewayPart.class, MeshReader.GatewayPart::gateway)),
        gatewayApi(),
        settings);
  }

  private GatewayApi gatewayApi() {
    var routes = all(MeshReader.RoutePart.class, MeshReader.RoutePart::route);
    routes.sort(
        Comparator.comparing(GatewayApi.HttpRoute::created)
            .thenComparing(GatewayApi.HttpRoute::namespace)
            .thenComparing(GatewayApi.HttpRoute::name));
    var namespaces = new LinkedHashMap<String, Map<String, String>>();
    all(MeshReader.NamespacePart.class, n -> n).forEach(n -> namespaces.put(n.name(), n.labels()));
    return new GatewayApi(
        List.copyOf(routes),
        List.copyOf(all(MeshReader.ApiGatewayPart.class, MeshReader.ApiGatewayPart::gateway)),
        List.copyOf(all(MeshReader.ClassPart.class, MeshReader.ClassPart::gatewayClass)),
        List.copyOf(all(MeshReader.GrantPart.class, MeshReader.GrantPart::grant)),
        Map.copyOf(namespaces));
  }

  private <P, T> List<T> all(Class<P> kind, Function<P, T> content) {
    var found = new ArrayList<T>();
    parts.values().stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .map(content)
        .forEach(found::add);
    return found;
  }

  private static String key(JsonNode object) {
    var metadata = object.path("metadata");
    var version = object.path("apiVersion").asText();
    return object.path("kind").asText()
        + (version.startsWith(GatewayApi.GROUP) ? " of the Gateway API " : " ")
        + metadata.path("namespace").asText()
        + "/"
        + metadata.path("name").asText();
  }
}
