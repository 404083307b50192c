package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/// What one version of one kind looks like. Immutable; every operation is pure and leaves its
/// arguments as they are. For an object on its way in, the order is: [#undecodable],
/// [#unknownFields], [#prune], [#withDefaults], [#validate].
public sealed interface Schema permits BuiltInSchema, CustomSchema {

  /// The schema of a kind that the server itself brings; empty when it has no such kind.
  static Optional<Schema> builtIn(String apiVersion, String kind) {
    return BuiltIns.schema(TypeName.of(apiVersion, kind)).map(Schema.class::cast);
  }

  /// The schema of one version of a custom kind.
  ///
  /// @param definition a CustomResourceDefinition that has passed its own [#validate]
  /// @param version one of its `spec.versions[*].name`
  /// @throws IllegalArgumentException when the definition has no such version
  static Schema custom(ObjectNode definition, String version) {
    return CustomSchema.of(definition, version);
  }

  TypeName type();

  /// Whether `status` is written through `/status` only.
  boolean hasStatusSubresource();

  /// The tree that patches and ownership follow.
  Node root();

  /// Why the object cannot be read as this kind at all, such as `json: cannot unmarshal string into
  /// Go struct field …`; a 400. Built-ins are checked whole, custom kinds in their metadata only.
  Optional<String> undecodable(ObjectNode object);

  /// Fields that are not declared, each as `unknown field "spec.x"`, sorted as the server sorts
  /// them.
  List<String> unknownFields(ObjectNode object);

  /// The object without undeclared fields, and in the form in which the server keeps it: nulls that
  /// mean nothing dropped, and for built-ins empty values dropped or spelled out, as each field
  /// asks.
  ObjectNode prune(ObjectNode object);

  /// The object with every default that its kind gives. For built-ins this includes the defaults
  /// that depend on other fields (pull policies, target ports, rolling updates).
  ObjectNode withDefaults(ObjectNode object);

  /// Everything wrong with the object, its metadata included (names, labels, annotations,
  /// finalizers, owner references); empty when it is valid.
  ///
  /// @param old the stored object when this is an update: immutable fields are compared with it,
  ///   and what a newer schema forbids is tolerated where it did not change
  List<Cause> validate(ObjectNode object, Optional<ObjectNode> old);

  /// The object with its keys in the order in which the server writes them: as declared for
  /// built-ins, by alphabet for custom kinds.
  ObjectNode inOrder(ObjectNode object);
}
