package dev.sluice.crds;

import dev.sluice.crds.shape.Field;
import org.jspecify.annotations.Nullable;

/// A reference by name; the kind follows from where it stands.
public record NameRef(
    @Field(value = "Name of the object.", required = true) String name,
    @Field("Namespace of the object; its referrer's own when absent.") @Nullable String namespace) {

  /// @param home the namespace of the object that holds this reference
  public ObjectRef in(String home) {
    return new ObjectRef(namespace == null || namespace.isEmpty() ? home : namespace, name);
  }
}
