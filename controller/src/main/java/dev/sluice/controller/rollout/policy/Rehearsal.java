package dev.sluice.controller.rollout.policy;

import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.util.Optional;

/// Blue/green where nothing can split the traffic: looks at a revision that no user meets, only
/// whoever calls the canary's own Service, and then the promotion. To show it to users first would
/// be to show it to all of them at once, with nobody left to compare.
///
/// @param iterations looks that must pass, at least 1
public record Rehearsal(int iterations) implements Strategy {

  @Override
  public Optional<Stage> after(Stage stage) {
    var passed = isPossible(stage) ? stage.iteration() : 0;
    return passed < iterations ? Optional.of(new Stage(Split.NONE, passed + 1)) : Optional.empty();
  }

  @Override
  public boolean isPossible(Stage stage) {
    return stage.split().isNone();
  }

  @Override
  public String title(Stage stage) {
    return "canary iteration %d/%d, without users".formatted(stage.iteration(), iterations);
  }

  @Override
  public Percent load() {
    return Percent.NONE;
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
