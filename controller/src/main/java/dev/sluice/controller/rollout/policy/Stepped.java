package dev.sluice.controller.rollout.policy;

import dev.sluice.controller.rollout.policy.Stage.Position;
import dev.sluice.crds.GoDuration;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A canary that goes through a list of steps: shares of the users' requests, pauses, and checks.
///
/// An edit on the way that changes the canary's share at the present step begins the list again;
/// any other is taken as it is.
///
/// @param mirrored the share of the requests that is copied before the first step; 0 for none
/// @param steps in their order, never empty
/// @param cookies by which users are kept on one side; empty where every request is for itself
public record Stepped(Percent mirrored, List<Item> steps, Optional<CookieNames> cookies)
    implements Strategy {
  public Stepped {
    steps = List.copyOf(steps);
  }

  public static Strategy of(List<Item> steps) {
    return new Stepped(Percent.NONE, steps, Optional.empty());
  }

  /// One of the steps.
  ///
  /// @param interval time between two checks; empty for that of the policy
  public record Item(Kind kind, Optional<Duration> interval) {
    public static Item of(Kind kind) {
      return new Item(kind, Optional.empty());
    }
  }

  /// What a step is about.
  sealed interface Kind {}

  /// The canary's share from here on.
  public record SetWeight(Percent weight) implements Kind {}

  /// The share stays.
  ///
  /// @param time empty for until a person resumes it
  public record Pause(Optional<Duration> time) implements Kind {}

  /// Checks must pass.
  ///
  /// @param looks how many, at least 1
  /// @param metrics names of those that are judged; empty for all
  public record Look(int looks, Optional<List<String>> metrics) implements Kind {}

  @Override
  public Optional<Stage> after(Stage stage) {
    if (stage.isStart() && !mirrored.equals(Percent.NONE)) {
      return Optional.of(new Stage(Split.mirror(mirrored), 0));
    }
    var at = position(stage);
    if (at.filter(p -> item(p).kind() instanceof Look look && p.look() < look.looks())
        .isPresent()) {
      return at.map(p -> stage(p.step(), p.look() + 1));
    }
    var next = at.map(Position::step).orElse(0) + 1;
    return next <= steps.size() ? Optional.of(stage(next, 1)) : Optional.empty();
  }

  private Stage stage(int step, int look) {
    return new Stage(
        Split.of(weight(step)), 0, Optional.of(new Position(step, steps.size(), look, false)));
  }

  /// The share that the steps up to this one have come to.
  private Percent weight(int step) {
    return weights(steps.subList(0, step)).reduce((_, last) -> last).orElse(Percent.NONE);
  }

  private static Stream<Percent> weights(List<Item> items) {
    return items.stream()
        .map(Item::kind)
        .filter(SetWeight.class::isInstance)
        .map(kind -> ((SetWeight) kind).weight());
  }

  /// Where a stage is in this list; empty where it was in another one.
  private Optional<Position> position(Stage stage) {
    return stage
        .position()
        .filter(p -> p.step() <= steps.size() && stage.split().equals(Split.of(weight(p.step()))));
  }

  private Item item(Position at) {
    return steps.get(at.step() - 1);
  }

  @Override
  public Stage lastLook(Stage stage) {
    return position(stage)
        .flatMap(at ->
            item(at).kind() instanceof Look look
                ? Optional.of(stage(at.step(), Math.max(at.look(), look.looks())))
                : Optional.empty())
        .orElse(stage);
  }

  @Override
  public Stay stay(Stage stage) {
    return position(stage).map(at -> stay(item(at), stage)).orElse(Stay.USUAL);
  }

  private static Stay stay(Item item, Stage stage) {
    // Nobody's request says anything of pods that get none, unless a look asks for it.
    var unseen =
        stage.split().isNone() ? Optional.of(List.<String>of()) : Optional.<List<String>>empty();
    return switch (item.kind()) {
      case SetWeight _ -> new Stay(item.interval(), new Stay.Pause.None(), unseen, true);
      case Pause(var time) ->
          new Stay(
              item.interval(),
              time.<Stay.Pause>map(Stay.Pause.For::new).orElseGet(Stay.Pause.UntilResumed::new),
              unseen,
              false);
      case Look(_, var metrics) -> new Stay(item.interval(), new Stay.Pause.None(), metrics, false);
    };
  }

  /// People are asked for what gives the canary more.
  @Override
  public Consent consent(Stage stage) {
    return after(stage)
        .map(next -> next.weight().compareTo(stage.weight()) > 0 ? Consent.TRAFFIC : Consent.GIVEN)
        .orElse(Consent.PROMOTION);
  }

  @Override
  public String title(Stage stage) {
    return position(stage)
        .map(at -> "%s (step %s)".formatted(title(item(at), at), at.title()))
        .orElseGet(() -> "canary weight 0, copying %s of the requests".formatted(mirrored));
  }

  private static String title(Item item, Position at) {
    return switch (item.kind()) {
      case SetWeight(var weight) -> "canary weight " + weight.value();
      case Pause(var time) ->
          time.map(t -> "pause for " + GoDuration.format(t)).orElse("pause until resumed");
      case Look(var looks, _) -> "analysis %d/%d".formatted(at.look(), looks);
    };
  }

  /// The first share that users give it.
  @Override
  public Percent load() {
    return weights(steps)
        .filter(weight -> !weight.equals(Percent.NONE))
        .findFirst()
        .orElse(Percent.NONE);
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
