package dev.sluice.mesh;

import dev.sluice.crds.CanarySpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// All meshes that Sluice can serve. A new one is one line here.
public final class Meshes {

  private static final List<Mesh> KNOWN = List.of(new Istio(), new GatewayApi(), new WithoutMesh());

  /// Other names that manifests for Flagger use. Whoever defines HTTPRoutes as v1beta1 has defined
  /// them as v1, too, since Gateway API 1.0; they are the same objects.
  private static final Map<String, String> ALIASES = Map.of("gatewayapi:v1beta1", "gatewayapi:v1");

  private Meshes() {}

  /// @throws UnknownMesh if there is none of that name; it is never guessed
  public static Mesh named(String name) {
    String known = ALIASES.getOrDefault(name, name);
    return KNOWN.stream()
        .filter(mesh -> mesh.name().equals(known))
        .findFirst()
        .orElseThrow(() -> new UnknownMesh(name, names()));
  }

  /// The mesh of a Canary.
  ///
  /// @param byDefault where it names none
  /// @throws UnknownMesh if it names one that there is not
  public static Mesh of(CanarySpec spec, Mesh byDefault) {
    String provider = spec.provider();
    return provider == null || provider.isEmpty() ? byDefault : named(provider);
  }

  /// Every name that [#named] takes.
  public static List<String> names() {
    return Stream.concat(KNOWN.stream().map(Mesh::name), ALIASES.keySet().stream())
        .sorted()
        .toList();
  }

  /// Whether an object bears what we put on all that we write in a mesh.
  public static boolean isMarked(HasMetadata object) {
    return MeshObjects.isMarked(object);
  }

  public static List<Mesh> all() {
    return KNOWN;
  }
}
