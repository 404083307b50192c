package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.policy.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Everything `status` says about a rollout; written in one patch, and only when it differs.
///
/// @param hold why it does not go on at present
/// @param problems what of the spec a person must edit, condition `Stalled`
/// @param observedGeneration the generation of the Canary that this takes into account
/// @param pods that there were
/// @param cookies by which users are kept on one side
/// @param orders of people, beside the manifest
/// @param lastCheck what the last look at the metrics saw
/// @param left when another controller wrote it last; empty where Sluice did
public record Standing(
    Phase phase,
    Optional<Hold> hold,
    List<Problem> problems,
    long observedGeneration,
    Pods pods,
    Cookies cookies,
    Orders orders,
    Optional<LastCheck> lastCheck,
    Optional<Instant> left) {

  /// As Sluice wrote it.
  public Standing(
      Phase phase,
      Optional<Hold> hold,
      List<Problem> problems,
      long observedGeneration,
      Pods pods,
      Cookies cookies,
      Orders orders,
      Optional<LastCheck> lastCheck) {
    this(
        phase,
        hold,
        problems,
        observedGeneration,
        pods,
        cookies,
        orders,
        lastCheck,
        Optional.empty());
  }

  /// Nothing is known of pods, and users are not kept.
  public Standing(
      Phase phase, Optional<Hold> hold, List<Problem> problems, long observedGeneration) {
    this(
        phase,
        hold,
        problems,
        observedGeneration,
        Pods.UNKNOWN,
        Cookies.NONE,
        Orders.NONE,
        Optional.empty());
  }

  public Standing {
    problems = List.copyOf(problems);
  }

  Standing with(Orders other) {
    return new Standing(
        phase, hold, problems, observedGeneration, pods, cookies, other, lastCheck, left);
  }
}
