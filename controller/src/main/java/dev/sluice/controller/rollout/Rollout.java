package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.policy.Plan;
import dev.sluice.controller.rollout.policy.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The heart of Sluice: from what is, to what is to be done.
public final class Rollout {
  /// When to try again if what was asked for has not come about and nothing is heard of it.
  private static final Duration RETRY = Duration.ofSeconds(5);

  private Rollout() {}

  /// Static, total and pure. Moves forward only when the observed world already is the one that the
  /// phase wants; otherwise asks for the same again, so that a crash anywhere is repaired by
  /// calling it once more.
  public static Decision decide(Observation given) {
    var ordering = Ordering.of(phase(given), given);
    var seen = given.with(ordering.orders());
    if (seen.deleted()) {
      return leave(given, seen, ordering);
    }
    var closed = Gate.obstacle(seen);
    var stopped = closed.map(Step.Obstacle::reason).filter(HoldReason::stopsTheClock).isPresent();
    var phase = stopped ? ordering.phase() : TimeLimit.counted(ordering.phase(), seen);
    if (closed.isPresent()) {
      var step = shut(phase, closed.get(), seen);
      var world = seen.policy().suspended() ? World.ANY : World.withdrawn(step.next(), seen);
      return conclude(given, seen, ordering, step, world, world.actions(seen));
    }
    // What a command has led to is carried out first.
    var isMoved = phase.getClass() != phase(given).getClass();
    var step =
        isMoved
            ? Step.stay(phase)
            : Pausing.shown(noted(phase, step(phase, seen), seen), seen.orders());
    var world =
        (seen.planned() || phase instanceof Phase.Running) && !Adoption.isForeign(step.next())
            ? World.of(step.next(), seen)
            : World.ANY;
    var actions = new ArrayList<>(Departure.guard(seen));
    actions.addAll(world.actions(seen));
    Ordering.cleaning(seen, seen.orders()).ifPresent(actions::add);
    return conclude(given, seen, ordering, step, world, actions);
  }

  /// Nothing goes on. But where others have a host, it may be for some callers only, or one host of
  /// several: what is not to have users loses those who still come by our routes.
  private static Step shut(Phase phase, Step.Obstacle closed, Observation seen) {
    var withdrawal =
        seen.policy().suspended()
            ? Optional.<Step>empty()
            : switch (phase) {
              case Phase.Progressing progressing -> Progress.withdraws(progressing, seen);
              case Phase.Promoting promoting -> Promotion.withdraws(promoting, seen);
              case Phase.Initializing _,
                  Phase.Idle _,
                  Phase.Waiting _,
                  Phase.Finalising _,
                  Phase.RollingBack _,
                  Phase.Leaving _ ->
                  Optional.<Step>empty();
            };
    return withdrawal.map(step -> step.held(closed)).orElse(Step.held(phase, closed));
  }

  /// A Canary without our finalizer goes, and all that it owns with it, whatever we say.
  private static Decision leave(Observation given, Observation seen, Ordering ordering) {
    if (!Departure.isUnderWay(seen)) {
      return new Decision(Optional.empty(), World.ANY, List.of(), List.of(), Optional.empty());
    }
    var step = Departure.decide(phase(seen), seen);
    var actions =
        step.next() instanceof Phase.Leaving leaving
            ? Departure.actions(leaving, seen)
            : List.<Action>of(new Action.Release());
    return conclude(given, seen, ordering, step, World.ANY, actions);
  }

  /// A Canary that was leaving when a backup of it was made, or under Flagger, begins anew.
  private static Phase phase(Observation seen) {
    return seen.standing()
        .map(Standing::phase)
        .filter(phase -> seen.deleted() || !(phase instanceof Phase.Leaving))
        .orElseGet(() -> new Phase.Initializing(Optional.empty(), seen.now()));
  }

  /// With what is to be said of the routes.
  private static Step noted(Phase phase, Step step, Observation seen) {
    return Traffic.handingOver(Drift.noted(phase, step, seen), phase, seen);
  }

  private static Step step(Phase phase, Observation seen) {
    return switch (phase) {
      case Phase.Running running when Adoption.isForeign(running) -> Adoption.decide(running, seen);
      case Phase.Initializing initializing -> Initialisation.decide(initializing, seen);
      case Phase.Idle idle when idle.ending() -> Ending.decide(idle, seen);
      case Phase.Idle idle -> Detection.decide(idle, seen);
      case Phase.Waiting waiting -> Confirmation.decide(waiting, seen);
      case Phase.Progressing progressing -> Progress.decide(progressing, seen);
      case Phase.Promoting promoting -> Promotion.decide(promoting, seen);
      case Phase.Finalising finalising -> Promotion.decide(finalising, seen);
      case Phase.RollingBack rollingBack -> Withdrawal.decide(rollingBack, seen);
      case Phase.Leaving leaving -> Departure.decide(leaving, seen);
    };
  }

  /// @param given before a command was looked at, and `seen` after
  private static Decision conclude(
      Observation given,
      Observation seen,
      Ordering ordering,
      Step step,
      World world,
      List<Action> actions) {
    var refused =
        seen.refused()
            .filter(_ -> !actions.isEmpty())
            .map(why ->
                new Step.Obstacle(
                    HoldReason.WRITE_REFUSED,
                    "the API server refuses what has to be written: " + why));
    var blocked =
        refused.or(step::obstacle).or(() -> world.routed().flatMap(w -> Safety.forbids(seen, w)));
    var hold = Holding.of(blocked, seen);
    var problems =
        switch (seen.plan()) {
          case Plan.Valid _ -> List.<Problem>of();
          case Plan.Invalid(var found, _) -> found;
        };
    var next =
        new Standing(
            step.next(),
            hold.hold(),
            problems,
            seen.generation(),
            Capacity.remembered(step.next(), world, seen),
            Adoption.isForeign(step.next())
                ? seen.standing().map(Standing::cookies).orElse(Cookies.NONE)
                : Cookies.next(step.next(), seen),
            ordering.orders().after(ordering.phase(), step.next()),
            LastCheck.after(seen, step.next()),
            seen.standing().flatMap(Standing::left).filter(_ -> Adoption.isForeign(step.next())));
    var announcements = new ArrayList<>(Specs.announcements(seen, step.next()));
    announcements.addAll(ordering.announcements());
    var beginning = announcements.size();
    announcements.addAll(step.announcements());
    if (!(step.next() instanceof Phase.Terminated) && !givesUp(announcements, hold)) {
      // The end of a hold comes before what it makes way for, a hold after what led to it.
      announcements.addAll(
          hold.hold().isPresent() ? announcements.size() : beginning, hold.announcements());
    }
    var moved =
        step.next().equals(phase(given)) ? Optional.<Instant>empty() : Optional.of(seen.now());
    var unfinished = !actions.isEmpty() || seen.routing().former().isPresent();
    var retry = unfinished ? Optional.of(seen.now().plus(RETRY)) : Optional.<Instant>empty();
    var lookAgain =
        Stream.of(
                step.lookAgain(),
                hold.lookAgain(),
                moved,
                retry,
                Capacity.lookAgain(step.next(), seen))
            .flatMap(Optional::stream)
            .min(Instant::compareTo);
    var changed = given.standing().filter(next::equals).isEmpty();
    return new Decision(
        changed ? Optional.of(next) : Optional.empty(), world, actions, announcements, lookAgain);
  }

  /// Whether a hold ends because the release does, so that nothing goes on that was held. Those who
  /// were called for something that is not well, such as the primary, are told all the same.
  private static boolean givesUp(List<Announcement> announcements, Holding hold) {
    return hold.hold().isEmpty()
        && hold.announcements().stream().allMatch(over -> over.alert().isEmpty())
        && announcements.stream().anyMatch(told -> told.reason() == Reason.ROLLING_BACK);
  }
}
