package dev.sluice.controller.check;

import dev.sluice.controller.rollout.Revision;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.crds.Canary;
import java.util.Optional;

/// Calls one webhook; blocks for its timeout and retries at the most.
@FunctionalInterface
public interface Hooks {

  /// @param phase where the rollout is, one of Flagger's phases
  /// @return why it refused, in one clause; empty when it agreed
  Optional<String> refusal(Canary canary, Policy.Hook hook, String phase, Revision revision)
      throws InterruptedException;
}
