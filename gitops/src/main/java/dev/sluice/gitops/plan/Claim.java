package dev.sluice.gitops.plan;

import dev.sluice.gitops.render.ObjectKey;

/// A part of an object that a rollout drives, and that Git therefore does not write.
///
/// @param pointer JSON pointer of object members, such as `/spec/replicas`; empty for the whole
///   object
/// @param by who drives it, for messages, such as `Canary production/web`
/// @param shared for a place in a map that has one owner as a whole, such as a node selector, the
///   name of an annotation: Git drives the rest of the map of an object that has it. Empty for a
///   place that can have an owner of its own
public record Claim(ObjectKey object, String pointer, String by, String shared) {

  /// A claim to a place that can have an owner of its own.
  public Claim(ObjectKey object, String pointer, String by) {
    this(object, pointer, by, "");
  }
}
