package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.policy.Comparing;
import dev.sluice.controller.rollout.policy.GradualShift;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Policy.Hook;
import dev.sluice.controller.rollout.policy.Strategy;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A spec that its owner edits: what is not named here stays as it was.
final class Edited {
  private final Policy before;
  private int threshold;
  private Strategy strategy;
  private Percent promotionStep;
  private boolean skipAnalysis;
  private boolean suspended;
  private List<String> metrics;
  private List<Hook> hooks;
  private Optional<Comparing> comparison;
  private Optional<Duration> longest;

  private Edited(Policy before) {
    this.before = before;
    threshold = before.threshold();
    strategy = before.strategy();
    promotionStep = before.promotionStep();
    skipAnalysis = before.skipAnalysis();
    suspended = before.suspended();
    metrics = before.metrics();
    hooks = before.hooks();
    comparison = before.comparison();
    longest = before.longest();
  }

  static Edited from(Policy before) {
    return new Edited(before);
  }

  Edited threshold(int failedChecks) {
    threshold = failedChecks;
    return this;
  }

  Edited strategy(Strategy other) {
    strategy = other;
    return this;
  }

  /// Percent of the users, one after the other.
  Edited weights(int... percent) {
    return strategy(GradualShift.of(Arrays.stream(percent).mapToObj(Percent::new).toList()));
  }

  Edited promotionStep(int percent) {
    promotionStep = new Percent(percent);
    return this;
  }

  Edited skipAnalysis(boolean skip) {
    skipAnalysis = skip;
    return this;
  }

  Edited suspended(boolean suspend) {
    suspended = suspend;
    return this;
  }

  Edited metrics(List<String> names) {
    metrics = names;
    return this;
  }

  Edited hooks(Hook... webhooks) {
    hooks = List.of(webhooks);
    return this;
  }

  Edited comparison(Optional<Comparing> how) {
    comparison = how;
    return this;
  }

  Edited longest(Optional<Duration> time) {
    longest = time;
    return this;
  }

  Policy policy() {
    return new Policy(
        before.interval(),
        threshold,
        strategy,
        promotionStep,
        before.primaryReadyThreshold(),
        before.canaryReadyThreshold(),
        before.progressDeadline(),
        skipAnalysis,
        suspended,
        metrics,
        hooks,
        comparison,
        longest);
  }
}
