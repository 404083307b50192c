package dev.sluice.controller.compare;

import dev.sluice.analysis.Credentials;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.counters.OwnCounters;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.analysis.traffic.Sides;
import java.time.Duration;
import java.time.Instant;

/// What is compared, where and how. There may be several of one canary.
///
/// @param run names the run under analysis; another one is compared anew
/// @param provider which keeps the counters, with its credentials
/// @param counters that are compared
/// @param policy its tick is how often the source is asked; not below the scrape interval
/// @param firstTraffic when the revision first got traffic; what was before is history
public record Following(
    String run,
    Provider provider,
    Counters counters,
    ComparisonPolicy policy,
    Instant firstTraffic) {

  /// Whose counters are compared.
  public sealed interface Counters {}

  /// Those of the mesh: requests, errors and durations.
  ///
  /// @param definition by what errors are counted
  /// @param latency whether the durations are asked for and compared, too
  public record Requests(Sides sides, Definition definition, boolean latency) implements Counters {}

  /// Those of users' own.
  ///
  /// @param metric its name in the analysis
  /// @param counters of canary and primary
  public record Own(String metric, OwnCounters counters) implements Counters {}

  Duration tick() {
    return Duration.ofMillis(Math.round(policy.tick() * 1000));
  }

  /// Whether what was learnt of the other holds for this, too.
  boolean continues(Following other) {
    return with(other.provider().credentials()).equals(other);
  }

  private Following with(Credentials credentials) {
    return new Following(run, provider.with(credentials), counters, policy, firstTraffic);
  }
}
