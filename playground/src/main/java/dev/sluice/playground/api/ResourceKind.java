package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Everything the server must know to serve one kind in one version. Built-in kinds come from a
/// file, custom kinds from their definition; nothing else tells them apart but [#definition].
///
/// @param group empty for the core group
/// @param storedVersion the version whose form is stored; the same one for all versions of a kind
/// @param storage where the objects are, shared by all versions
/// @param rules the name of what no schema can say about this kind, see [BuiltInRules]; or empty
/// @param definition of a custom kind: this version's entry in its definition; else empty
record ResourceKind(
    String group,
    String version,
    String kind,
    String listKind,
    String plural,
    String singular,
    List<String> shortNames,
    List<String> categories,
    List<String> verbs,
    boolean namespaced,
    List<String> subresources,
    List<Column> columns,
    Generation generation,
    Naming naming,
    boolean createOnUpdate,
    List<String> selectableFields,
    String rules,
    String storedVersion,
    String storage,
    Optional<Definition> definition) {

  /// What raises `metadata.generation`.
  enum Generation {
    NONE,
    SPEC,
    SPEC_AND_ANNOTATIONS
  }

  /// What a name may look like.
  enum Naming {
    SUBDOMAIN,
    LABEL,
    SERVICE,
    PATH;

    static Naming of(String name) {
      return name.isEmpty() ? SUBDOMAIN : valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  /// What a custom kind's definition adds.
  ///
  /// @param schema `openAPIV3Schema` of this version
  /// @param subresources the `subresources` object of this version, may be empty
  /// @param established false while its names are not accepted: no paths then
  /// @param terminating true when the definition is being deleted: no creation then
  /// @param deprecation the warning that every answer carries, or empty
  record Definition(
      ObjectNode schema,
      ObjectNode subresources,
      boolean established,
      boolean terminating,
      String deprecation) {}

  String groupVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }

  /// `configmaps` or `deployments.apps`, as messages name it.
  String qualified() {
    return group.isEmpty() ? plural : plural + "." + group;
  }

  boolean custom() {
    return definition.isPresent();
  }

  boolean has(String subresource) {
    return subresources.contains(subresource);
  }

  boolean allows(String verb) {
    return verbs.contains(verb);
  }
}
