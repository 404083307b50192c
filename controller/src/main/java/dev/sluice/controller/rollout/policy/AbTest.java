package dev.sluice.controller.rollout.policy;

import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.util.Optional;

/// A/B testing: the users who match get the canary from the first look on, all others the primary.
///
/// @param iterations looks that must pass, at least 1
public record AbTest(int iterations) implements Strategy {

  @Override
  public Optional<Stage> after(Stage stage) {
    var passed = stage.weight().equals(Percent.ALL) ? stage.iteration() : 0;
    return passed < iterations
        ? Optional.of(new Stage(Split.of(Percent.ALL), passed + 1))
        : Optional.empty();
  }

  @Override
  public String title(Stage stage) {
    return "canary iteration %d/%d".formatted(stage.iteration(), iterations);
  }

  @Override
  public String share(Stage stage) {
    return stage.weight().equals(Percent.NONE)
        ? stage.weight().toString()
        : stage.weight() + " of those who match";
  }

  @Override
  public String traffic(Stage stage) {
    return stage.weight().equals(Percent.NONE) ? Strategy.super.traffic(stage) : share(stage);
  }

  /// Nobody knows how many of the users match.
  @Override
  public Percent load() {
    return Percent.ALL;
  }

  @Override
  public boolean isForEveryone(Stage stage) {
    return false;
  }

  @Override
  public boolean isMeasured(Stage stage) {
    return false;
  }
}
