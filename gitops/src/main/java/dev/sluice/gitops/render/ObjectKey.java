package dev.sluice.gitops.render;

import java.util.Comparator;
import java.util.Optional;

/// Which object: the version of its kind does not matter.
///
/// @param group empty for the core group
/// @param namespace empty for cluster-scoped objects
public record ObjectKey(String group, String kind, String namespace, String name)
    implements Comparable<ObjectKey> {
  private static final Comparator<ObjectKey> ORDER =
      Comparator.comparing(ObjectKey::namespace)
          .thenComparing(ObjectKey::name)
          .thenComparing(ObjectKey::group)
          .thenComparing(ObjectKey::kind);

  /// The group part of an apiVersion; empty for the core group.
  public static String group(String apiVersion) {
    int slash = apiVersion.indexOf('/');
    return slash < 0 ? "" : apiVersion.substring(0, slash);
  }

  /// The version part of an apiVersion.
  public static String version(String apiVersion) {
    return apiVersion.substring(apiVersion.indexOf('/') + 1);
  }

  /// As Flux writes it down: `namespace_name_group_kind`; a colon, which names of RBAC objects may
  /// have, becomes two underscores.
  public String id() {
    return String.join("_", namespace, name.replace(":", "__"), group, kind);
  }

  /// Reads [#id] back; empty when it is none.
  public static Optional<ObjectKey> parse(String id) {
    int afterNamespace = id.indexOf('_');
    int beforeKind = id.lastIndexOf('_');
    int beforeGroup = beforeKind < 0 ? -1 : id.lastIndexOf('_', beforeKind - 1);
    if (afterNamespace < 0 || beforeGroup <= afterNamespace) {
      return Optional.empty();
    }
    String name = id.substring(afterNamespace + 1, beforeGroup).replace("__", ":");
    String kind = id.substring(beforeKind + 1);
    if (name.isEmpty() || kind.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ObjectKey(
            id.substring(beforeGroup + 1, beforeKind),
            kind,
            id.substring(0, afterNamespace),
            name));
  }

  @Override
  public int compareTo(ObjectKey other) {
    return ORDER.compare(this, other);
  }

  /// `Deployment production/web`
  @Override
  public String toString() {
    return kind + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
  }
}
