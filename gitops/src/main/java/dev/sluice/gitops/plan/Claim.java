package dev.sluice.gitops.plan;

import dev.sluice.gitops.render.ObjectKey;

/// A part of an object that a rollout drives, and that Git therefore does not write.
///
/// @param pointer JSON pointer of object members, such as `/spec/replicas`; empty for the whole
///   object
/// @param by who drives it, for messages, such as `Canary production/web`
public record Claim(ObjectKey object, String pointer, String by) {}
