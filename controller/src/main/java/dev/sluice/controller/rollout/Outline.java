package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.policy.Policy;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.controller.rollout.policy.Stay;
import dev.sluice.mesh.Split;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The way of a rollout in words, and where on it a revision is.
///
/// @param steps in order, from the start of the pods to the promotion
/// @param end when the analysis under way is given up at the latest; empty where none is, where it
///   may take as long as it needs, and while people have stopped its clock
public record Outline(List<Step> steps, Optional<Instant> end) {
  /// Nobody reads more.
  private static final int MOST = 200;

  public Outline {
    steps = List.copyOf(steps);
  }

  /// @param label such as `20%`
  public record Step(String label, State state) {}

  public enum State {
    DONE,
    PRESENT,
    TO_COME
  }

  private record Place(Split split, boolean isCounted, int step) {
    static Place of(Stage stage) {
      return new Place(
          stage.split(),
          stage.iteration() > 0,
          stage.position().map(Stage.Position::step).orElse(0));
    }
  }

  /// @param standing empty before anybody looked
  public static Outline of(Policy policy, Optional<Standing> standing) {
    var phase = standing.map(Standing::phase);
    var stages = new ArrayList<List<Stage>>();
    var next = Optional.of(Stage.START);
    for (int i = 0; i < MOST && next.isPresent(); i++) {
      var stage = next.get();
      if (!stages.isEmpty() && Place.of(stages.getLast().getFirst()).equals(Place.of(stage))) {
        stages.getLast().add(stage);
      } else {
        stages.add(new ArrayList<>(List.of(stage)));
      }
      next = policy.strategy().after(stage);
    }
    var at = phase.map(p -> index(p, stages)).orElse(-1);
    var steps = new ArrayList<Step>();
    for (int i = 0; i < stages.size(); i++) {
      steps.add(new Step(label(stages.get(i), phase, i == at, policy), state(i, at)));
    }
    steps.add(new Step("promotion", state(stages.size(), at)));
    return new Outline(steps, standing.flatMap(now -> TimeLimit.end(policy, now)));
  }

  private static State state(int index, int at) {
    return index < at ? State.DONE : index == at ? State.PRESENT : State.TO_COME;
  }

  /// Where a revision is; -1 where none is under way.
  private static int index(Phase phase, List<List<Stage>> stages) {
    return switch (phase) {
      case Phase.Progressing progressing -> {
        for (int i = 0; i < stages.size(); i++) {
          if (Place.of(stages.get(i).getFirst()).equals(Place.of(progressing.stage()))) {
            yield i;
          }
        }
        yield -1;
      }
      case Phase.Promoting _, Phase.Finalising _ -> stages.size();
      case Phase.Succeeded _ -> stages.size() + 1;
      case Phase.Initializing _,
          Phase.Initialized _,
          Phase.Failed _,
          Phase.Waiting _,
          Phase.RollingBack _,
          Phase.Leaving _ ->
          -1;
    };
  }

  private static String label(
      List<Stage> stages, Optional<Phase> phase, boolean isPresent, Policy policy) {
    var first = stages.getFirst();
    var shares = first.split().toString();
    var pause =
        switch (policy.strategy().stay(first).pause()) {
          case Stay.Pause.None _ -> "";
          case Stay.Pause.For(var time) ->
              " pause " + time.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
          case Stay.Pause.UntilResumed _ -> " pause";
        };
    if (stages.size() == 1) {
      return shares + pause;
    }
    var look =
        isPresent && phase.orElseThrow() instanceof Phase.Progressing progressing
            ? stages.indexOf(progressing.stage()) + 1
            : 0;
    // A look while nobody meets the revision is none at a share.
    var at = first.split().equals(Split.NONE) ? "" : shares + " ";
    return look > 0
        ? "%slook %d of %d".formatted(at, look, stages.size())
        : "%s%d looks".formatted(at, stages.size());
  }
}
