package dev.sluice.controller.rollout.policy;

import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.util.List;
import java.util.Optional;

/// A canary: more and more of the users' requests, each for itself or each user's together.
///
/// @param mirrored the share of the requests that is copied before users get any; 0 for none
/// @param steps the canary's shares, strictly increasing, never empty; the last one is analysed
///   before promotion
/// @param cookies by which users are kept on one side; empty where every request is for itself
public record GradualShift(Percent mirrored, List<Percent> steps, Optional<CookieNames> cookies)
    implements Strategy {
  public GradualShift {
    steps = List.copyOf(steps);
  }

  public static Strategy of(List<Percent> steps) {
    return new GradualShift(Percent.NONE, steps, Optional.empty());
  }

  @Override
  public Optional<Stage> after(Stage stage) {
    if (stage.isStart() && !mirrored.equals(Percent.NONE)) {
      return Optional.of(new Stage(Split.mirror(mirrored), 0));
    }
    var reached = stage.iteration() > 0 ? Percent.NONE : stage.weight();
    return steps.stream().filter(step -> step.compareTo(reached) > 0).findFirst().map(Stage::of);
  }

  @Override
  public String title(Stage stage) {
    return "canary weight "
        + stage.weight().value()
        + (stage.split().mirrored().equals(Percent.NONE)
            ? ""
            : ", copying %s of the requests".formatted(stage.split().mirrored()));
  }

  @Override
  public Percent load() {
    return steps.getFirst();
  }

  @Override
  public boolean isForEveryone(Stage stage) {
    return stage.weight().equals(Percent.ALL);
  }

  @Override
  public boolean isMeasured(Stage stage) {
    return stage.split().mirrored().equals(Percent.NONE);
  }
}
