package dev.sluice.controller.rollout.policy;

import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.RiskBudget;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.crds.Comparison.Blind;
import dev.sluice.crds.Comparison.Unsure;
import java.time.Duration;

/// How a canary is compared with the live primary: `spec.analysis.comparison` and what metrics say
/// for themselves, parsed and checked.
///
/// @param policy of the judge
/// @param latency whether durations are compared, too
/// @param definition of an error
/// @param budget what a step may risk
/// @param soonest time at a weight after which a release that is very well known may go on; the
///   interval where it may not sooner
/// @param patience how long the evidence for a step may take
/// @param unsure what then
/// @param outage how long the metrics may be unavailable
/// @param blind what then
public record Comparing(
    ComparisonPolicy policy,
    boolean latency,
    Definition definition,
    RiskBudget budget,
    Duration soonest,
    Duration patience,
    Unsure unsure,
    Duration outage,
    Blind blind) {

  public Duration tick() {
    return Duration.ofMillis(Math.round(policy.tick() * 1000));
  }
}
