package dev.sluice.controller.rollout.policy;

import java.util.Optional;

/// The cookies by which a specification wants users to be kept on one side.
///
/// @param canary name of the cookie of the canary's users
/// @param primary name of the cookie of all others; empty when they may move at any request
public record CookieNames(String canary, Optional<String> primary) {}
