package dev.sluice.controller.rollout;

import java.util.OptionalInt;

/// How many pods there were, where the present does not say it.
///
/// @param primary of the primary when it last was there; empty when nobody has seen it, or an
///   autoscaler decides
/// @param canary of the canary that had to be ready when it last was, in this run
public record Pods(OptionalInt primary, OptionalInt canary) {
  static final Pods UNKNOWN = new Pods(OptionalInt.empty(), OptionalInt.empty());
}
