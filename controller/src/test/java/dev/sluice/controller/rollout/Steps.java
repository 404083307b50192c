package dev.sluice.controller.rollout;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.RiskBudget;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.controller.rollout.policy.Comparing;
import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Stage.Position;
import dev.sluice.controller.rollout.policy.Stepped;
import dev.sluice.controller.rollout.policy.Strategy;
import dev.sluice.crds.Comparison.Blind;
import dev.sluice.crds.Comparison.Unsure;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Lists of steps, and where of them a story is.
final class Steps {
  private Steps() {}

  static Stepped.Item weight(int percent) {
    return Stepped.Item.of(new Stepped.SetWeight(new Percent(percent)));
  }

  static Stepped.Item pause() {
    return Stepped.Item.of(new Stepped.Pause(Optional.empty()));
  }

  static Stepped.Item pause(Duration time) {
    return Stepped.Item.of(new Stepped.Pause(Optional.of(time)));
  }

  static Stepped.Item look(int looks, String... metrics) {
    return Stepped.Item.of(
        new Stepped.Look(looks, Optional.of(List.of(metrics)).filter(names -> !names.isEmpty())));
  }

  static Stepped.Item every(Duration interval, Stepped.Item item) {
    return new Stepped.Item(item.kind(), Optional.of(interval));
  }

  /// Every minute, three failed checks.
  static Policy policy(Stepped.Item... steps) {
    return policy(Stepped.of(List.of(steps)), Optional.empty(), Optional.empty());
  }

  static Policy policy(
      Strategy strategy,
      Optional<Comparing> comparison,
      Optional<Duration> longest,
      Policy.Hook... hooks) {
    return Edited.from(Story.POLICY)
        .threshold(3)
        .strategy(strategy)
        .hooks(hooks)
        .comparison(comparison)
        .longest(longest)
        .policy();
  }

  static Story released(Stepped.Item... steps) {
    return Story.initialized(policy(steps)).deploy(Story.V2);
  }

  /// Such as `3/7`; `-` before the first.
  static String step(Story story) {
    return story.phase() instanceof Phase.Progressing(_, var stage, _, _, _, _, _)
        ? stage.position().map(Position::title).orElse("-")
        : "-";
  }

  static Duration lasts(Story story, String step) {
    story.until(step, () -> step(story).equals(step));
    var from = story.cluster.now();
    story.until("the step after " + step, () -> !step(story).equals(step));
    return Duration.between(from, story.cluster.now());
  }

  static int look(Story story) {
    return story.phase() instanceof Phase.Progressing(_, var stage, _, _, _, _, _)
        ? stage.position().map(Position::look).orElse(0)
        : 0;
  }

  static List<Evidence> evidence(String sentence) {
    return List.of(new Evidence("error-rate", 1.0, null, 1.0, 100L, sentence));
  }

  static Comparing hasty() {
    return new Comparing(
        ComparisonPolicy.DEFAULT,
        true,
        Definition.TABLE,
        RiskBudget.DEFAULT,
        Duration.ofSeconds(20),
        Duration.ofMinutes(30),
        Unsure.HOLD,
        Duration.ofMinutes(5),
        Blind.HOLD);
  }
}
