package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Policy.HookType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What must be asked outside now, because a decision waits for it.
///
/// @param hooks the webhooks to call, in this order; the first refusal stops the rest and the
///   metrics
/// @param metrics whether the metrics are to be judged
/// @param firstTraffic samples older than this do not count
/// @param failedChecks of this run so far, for the judge
/// @param threshold failed checks that end the run, for the judge
public record Questions(
    List<Policy.Hook> hooks,
    boolean metrics,
    Optional<Instant> firstTraffic,
    int failedChecks,
    int threshold) {
  public static final Questions NONE = new Questions(List.of(), false, Optional.empty(), 0, 1);

  public Questions {
    hooks = List.copyOf(hooks);
  }

  public boolean any() {
    return metrics || !hooks.isEmpty();
  }

  static Questions hooks(Policy policy, HookType type) {
    return new Questions(
        policy.hooks().stream().filter(hook -> hook.type() == type).toList(),
        false,
        Optional.empty(),
        0,
        policy.threshold());
  }
}
