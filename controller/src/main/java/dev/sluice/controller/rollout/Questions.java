package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Policy.HookType;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// What must be asked outside now, because a decision waits for it.
///
/// @param hooks the webhooks of these types, in the order of the spec; the first refusal stops the
///   rest, and the metrics
/// @param metrics all metric checks
/// @param notBefore samples older than this do not count
public record Questions(Set<HookType> hooks, boolean metrics, Optional<Instant> notBefore) {
  public static final Questions NONE = new Questions(Set.of(), false, Optional.empty());

  public Questions {
    hooks = Set.copyOf(hooks);
  }

  public boolean any() {
    return metrics || !hooks.isEmpty();
  }
}
