package dev.sluice.controller.rollout.policy;

import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.util.Optional;

/// Blue/green: looks at a revision that no user meets, only a load test or copies of their
/// requests; then all users at once, and one more look before the promotion.
///
/// @param iterations looks that must pass before users come, at least 1
/// @param mirrored the share of the requests that is copied meanwhile; 0 for none
public record BlueGreen(int iterations, Percent mirrored) implements Strategy {

  @Override
  public Optional<Stage> after(Stage stage) {
    if (isForEveryone(stage) && stage.iteration() > iterations) {
      return Optional.empty();
    }
    var next = (isForEveryone(stage) ? 0 : stage.iteration()) + 1;
    return Optional.of(
        next <= iterations
            ? new Stage(Split.mirror(mirrored), next)
            : new Stage(Split.of(Percent.ALL), iterations + 1));
  }

  /// Who agrees to the promotion agrees to all users, and is not asked again when they are there.
  @Override
  public Consent consent(Stage stage) {
    if (after(stage).isEmpty()) {
      return Consent.GIVEN;
    }
    return stage.iteration() >= iterations ? Consent.PROMOTION : Consent.TRAFFIC;
  }

  @Override
  public String title(Stage stage) {
    if (isForEveryone(stage)) {
      return "canary to all traffic";
    }
    return "canary iteration %d/%d".formatted(stage.iteration(), iterations)
        + (mirrored.equals(Percent.NONE)
            ? ""
            : ", copying %s of the requests".formatted(stage.split().mirrored()));
  }

  @Override
  public Percent load() {
    return Percent.ALL;
  }

  @Override
  public boolean isForEveryone(Stage stage) {
    return stage.weight().equals(Percent.ALL);
  }

  @Override
  public boolean isMeasured(Stage stage) {
    return isForEveryone(stage);
  }
}
