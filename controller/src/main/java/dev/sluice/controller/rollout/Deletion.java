package dev.sluice.controller.rollout;

/// What is to happen, and what happens, when the Canary is deleted.
///
/// @param requested whether it is on its way out
/// @param guarded whether it bears our finalizer and so waits for us
/// @param revert whether the spec wants the target to serve again before the Canary is gone
public record Deletion(boolean requested, boolean guarded, boolean revert) {}
