package dev.sluice.controller.rollout;

import java.time.Instant;
import java.util.Optional;

/// Every fact that a decision needs, read before deciding. All but the answers come from caches.
///
/// @param now the time of this tick
/// @param names of the canary and its parts, for messages
/// @param generation of the Canary
/// @param deleted whether the Canary is on its way out
/// @param standing what its status said, empty before the first write
/// @param plan what its spec came to
/// @param target the workload that a user edits, empty when it does not exist
/// @param primary its copy, empty when it does not exist
/// @param content what the target wants to run; ignored without a target
/// @param answers what the outside said, empty when nothing was asked
public record Observation(
    Instant now,
    Settings settings,
    Names names,
    long generation,
    boolean deleted,
    Optional<Standing> standing,
    Plan plan,
    Optional<Workload> target,
    Optional<Workload> primary,
    Content content,
    Routing routing,
    Optional<Answers> answers) {

  /// The same facts with what the outside said. Workloads, content and routing should have been
  /// read again meanwhile, since asking can take long.
  public Observation with(Answers said) {
    return new Observation(
        now,
        settings,
        names,
        generation,
        deleted,
        standing,
        plan,
        target,
        primary,
        content,
        routing,
        Optional.of(said));
  }
}
