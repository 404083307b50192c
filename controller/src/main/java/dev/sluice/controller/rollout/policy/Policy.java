package dev.sluice.controller.rollout.policy;

import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How one canary is to be rolled out: its spec, parsed and checked.
///
/// @param interval time between two checks, never below the controller's floor
/// @param threshold failed checks of one run that roll it back, at least 1
/// @param strategy the order in which a revision meets its users
/// @param promotionStep how much of the traffic goes back to the primary at a time once it is
///   promoted; 100 for all at once
/// @param primaryReadyThreshold percent of the primary's pods that make it ready, 1 to 100
/// @param canaryReadyThreshold the same for the target
/// @param progressDeadline how long pods may take to become ready
/// @param skipAnalysis promote a new revision as soon as its pods are ready
/// @param suspended nothing at all is written
/// @param metrics names of the checks in the order of the spec
/// @param hooks webhooks in the order of the spec
/// @param comparison how the canary is compared with the primary, if it is
/// @param longest how long the analysis of a run may take; empty for as long as it needs
public record Policy(
    Duration interval,
    int threshold,
    Strategy strategy,
    Percent promotionStep,
    Percent primaryReadyThreshold,
    Percent canaryReadyThreshold,
    Duration progressDeadline,
    boolean skipAnalysis,
    boolean suspended,
    List<String> metrics,
    List<Hook> hooks,
    Optional<Comparing> comparison,
    Optional<Duration> longest) {

  /// What holds while a spec is refused: nothing new is started, and what is under way is only made
  /// safe or finished.
  public static final Policy CAUTIOUS = cautious(false);

  private static final Policy CAUTIOUS_AND_SUSPENDED = cautious(true);

  /// @param suspended whether not even that is done
  public static Policy refused(boolean suspended) {
    return suspended ? CAUTIOUS_AND_SUSPENDED : CAUTIOUS;
  }

  private static Policy cautious(boolean suspended) {
    return new Policy(
        Duration.ofMinutes(1),
        Integer.MAX_VALUE,
        GradualShift.of(List.of(Percent.ALL)),
        Percent.ALL,
        Percent.ALL,
        Percent.ALL,
        Duration.ofMinutes(10),
        false,
        suspended,
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty());
  }

  public Policy {
    metrics = List.copyOf(metrics);
    hooks = List.copyOf(hooks);
  }

  /// A webhook by name and by when it is called.
  ///
  /// @param muted whether its refusal sends no alert
  /// @param index its place in `spec.analysis.webhooks`; two may have one name
  public record Hook(String name, HookType type, boolean muted, int index) {}

  /// When a webhook is called; only what a rollout waits for has a value here.
  public enum HookType {
    /// Before the pods of a revision are started; a refusal waits.
    CONFIRM_ROLLOUT,
    /// Before a revision gets its first traffic; a refusal is a failed check.
    PRE_ROLLOUT,
    /// With every check, before the metrics; a refusal is a failed check.
    ROLLOUT,
    /// Before a revision that passed a check gets more traffic; a refusal waits.
    CONFIRM_TRAFFIC_INCREASE,
    /// Before a revision that passed all its checks is promoted; a refusal waits.
    CONFIRM_PROMOTION,
    /// With every check, before all else; agreement ends the run.
    ROLLBACK,
    /// Once a run has ended; the answer changes nothing.
    POST_ROLLOUT
  }

  /// In the order of the spec.
  public List<Hook> hooks(HookType type) {
    return hooks.stream().filter(hook -> hook.type() == type).toList();
  }

  public boolean has(HookType type) {
    return hooks.stream().anyMatch(hook -> hook.type() == type);
  }
}
