package dev.sluice.controller.compare;

import dev.sluice.analysis.Credentials;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.analysis.traffic.Sides;
import java.time.Duration;
import java.time.Instant;

/// What is compared, where and how.
///
/// @param run names the run under analysis; another one is compared anew
/// @param provider which keeps the counters, with its credentials
/// @param definition by what errors are counted
/// @param latency whether the durations are asked for and compared, too
/// @param policy its tick is how often the source is asked; not below the scrape interval
/// @param firstTraffic when the revision first got traffic; what was before is history
public record Following(
    String run,
    Provider provider,
    Sides sides,
    Definition definition,
    boolean latency,
    ComparisonPolicy policy,
    Instant firstTraffic) {

  Duration tick() {
    return Duration.ofMillis(Math.round(policy.tick() * 1000));
  }

  /// Whether what was learnt of the other holds for this, too.
  boolean continues(Following other) {
    return with(other.provider().credentials()).equals(other);
  }

  private Following with(Credentials credentials) {
    return new Following(
        run, provider.with(credentials), sides, definition, latency, policy, firstTraffic);
  }
}
