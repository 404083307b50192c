package dev.sluice.mesh;

import java.util.List;

/// All meshes that Sluice can serve. A new one is one line here.
public final class Meshes {

  private static final List<Mesh> KNOWN = List.of(new Istio(), new GatewayApi());

  private Meshes() {}

  /// @throws UnknownMesh if there is none of that name; it is never guessed
  public static Mesh named(String name) {
    return KNOWN.stream()
        .filter(mesh -> mesh.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new UnknownMesh(name, names()));
  }

  public static List<String> names() {
    return KNOWN.stream().map(Mesh::name).sorted().toList();
  }

  static List<Mesh> all() {
    return KNOWN;
  }
}
