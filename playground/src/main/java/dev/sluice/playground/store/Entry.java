package dev.sluice.playground.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// What one record of the log says.
sealed interface Entry {

  /// An object that was there when the log was compacted, under the version it says itself.
  record Kept(Key key, ObjectNode object) implements Entry {}

  /// The end of what was kept: the version of that moment. Changes before it are not in the log.
  record Reached(long version) implements Entry {}

  /// A new object or a new state of one.
  record Put(long version, Key key, ObjectNode object) implements Entry {}

  /// The end of an object.
  ///
  /// @param last what watches see of it; empty for its last state with nothing but the version
  ///   changed
  record Removed(long version, Key key, Optional<ObjectNode> last) implements Entry {}
}
