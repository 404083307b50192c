package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Schema;
import java.time.Instant;
import java.util.Optional;

/// Who owns which field: server-side apply, and the `managedFields` of every other write.
public final class Ownership {
  private Ownership() {}

  /// Applies a configuration on the server's side.
  ///
  /// @param live as stored, empty when the configuration creates the object
  /// @param config what the manager wants, as sent (nulls included)
  /// @param force takes fields from their owners instead of reporting conflicts
  public static Applied apply(
      Optional<ObjectNode> live,
      ObjectNode config,
      FieldManager manager,
      boolean force,
      Schema schema,
      Instant now) {
    return ServerSideApply.apply(live, config, manager, force, schema, now);
  }

  /// The object of a POST, PUT or PATCH with its `managedFields` brought up to date: the manager
  /// owns what it changed, nobody owns what is gone. Call it after defaulting, before storing.
  ///
  /// @param old as stored, empty for a creation
  /// @param written what is about to be stored; its own `managedFields` count when they are valid
  ///   and the write does not go through a subresource
  public static ObjectNode update(
      Optional<ObjectNode> old,
      ObjectNode written,
      FieldManager manager,
      Schema schema,
      Instant now) {
    return TrackedUpdate.update(old, written, manager, schema, now);
  }
}
