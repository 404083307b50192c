package dev.sluice.gitops.render;

import dev.sluice.gitops.SourceFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/// Decides the namespace of every object, and so which objects are one and the same.
public final class Placement {
  /// What is known about a kind.
  public enum Scope {
    NAMESPACED,
    CLUSTER,
    /// Neither the cluster nor the set defines it.
    UNKNOWN
  }

  private Placement() {}

  /// Objects of namespaced kinds go to `target` if there is one, else to the namespace they name,
  /// else to `fallback`. Cluster-scoped objects lose a namespace. An object of an unknown kind is
  /// taken for namespaced.
  ///
  /// @param scope of a kind by apiVersion and kind; the set's own definitions are asked first
  /// @throws SourceFailure.NeedsEdit when two files hold the same object, naming both
  public static List<Manifest> place(
      List<Manifest> manifests,
      BiFunction<String, String, Scope> scope,
      Optional<String> target,
      String fallback) {
    Map<String, Scope> defined = definedBy(manifests);
    var placed = new LinkedHashMap<ObjectKey, Manifest>();
    for (Manifest manifest : manifests) {
      ObjectKey key = manifest.key();
      Scope found = defined.get(key.group() + "/" + key.kind());
      if (found == null) {
        found = scope.apply(manifest.apiVersion(), key.kind());
      }
      String namespace =
          found == Scope.CLUSTER
              ? ""
              : target.orElse(key.namespace().isEmpty() ? fallback : key.namespace());
      Manifest here = in(namespace, manifest);
      Manifest other = placed.putIfAbsent(here.key(), here);
      if (other != null) {
        throw new SourceFailure.NeedsEdit(
            "BuildFailed",
            here.key() + " is written twice: in " + other.origin() + " and in " + here.origin());
      }
    }
    return List.copyOf(placed.values());
  }

  /// Kinds that definitions in the set will make, by `group/kind`.
  public static Map<String, Scope> definedBy(List<Manifest> manifests) {
    var defined = new LinkedHashMap<String, Scope>();
    for (Manifest manifest : manifests) {
      if (manifest.key().kind().equals("CustomResourceDefinition")) {
        manifest
            .text("spec", "names", "kind")
            .ifPresent(kind ->
                defined.put(
                    manifest.text("spec", "group").orElse("") + "/" + kind,
                    manifest.text("spec", "scope").orElse("").equals("Cluster")
                        ? Scope.CLUSTER
                        : Scope.NAMESPACED));
      }
    }
    return defined;
  }

  private static Manifest in(String namespace, Manifest manifest) {
    ObjectKey old = manifest.key();
    var metadata = new LinkedHashMap<String, Object>();
    if (manifest.content().get("metadata") instanceof Map<?, ?> given) {
      given.forEach((name, value) -> metadata.put(String.valueOf(name), value));
    }
    metadata.remove("namespace");
    if (!namespace.isEmpty()) {
      metadata.put("namespace", namespace);
    }
    var content = new LinkedHashMap<>(manifest.content());
    content.put("metadata", metadata);
    return new Manifest(
        new ObjectKey(old.group(), old.kind(), namespace, old.name()),
        manifest.apiVersion(),
        content,
        manifest.origin());
  }

  /// The namespaces that the set makes.
  public static List<String> namespacesIn(List<Manifest> manifests) {
    var names = new ArrayList<String>();
    for (Manifest manifest : manifests) {
      if (manifest.key().kind().equals("Namespace") && manifest.key().group().isEmpty()) {
        names.add(manifest.key().name());
      }
    }
    return names;
  }
}
