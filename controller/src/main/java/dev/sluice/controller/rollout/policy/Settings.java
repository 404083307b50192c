package dev.sluice.controller.rollout.policy;

import java.time.Duration;

/// How patient the controller is; the same for every canary of a process.
///
/// @param settle how long a route that has come back on the watch takes to reach every proxy
/// @param quiet how long a changed target must stay as it is before a rollout of it starts, so that
///   an image and a ConfigMap edited one after the other are one revision
/// @param shortestInterval the floor for `spec.analysis.interval`
/// @param seesAllRoutes whether routes of every namespace are known; else a host may be owned by
///   one that is not
/// @param scrape how often the metrics of canaries and primaries are collected
public record Settings(
    Duration settle,
    Duration quiet,
    Duration shortestInterval,
    boolean seesAllRoutes,
    Duration scrape) {
  public static final Settings DEFAULT =
      new Settings(
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          true,
          Duration.ofSeconds(15));
}
