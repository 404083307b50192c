package dev.sluice.playground.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// One write, as watches see it.
///
/// @param version the resourceVersion that this write took
/// @param before the state before it, empty for a creation
/// @param object the state after it; for a removal the last state with this write's version
public record Change(
    long version, Type type, Key key, Optional<ObjectNode> before, ObjectNode object) {

  /// What a watch without a selector calls it.
  public enum Type {
    ADDED,
    MODIFIED,
    DELETED
  }
}
