package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Orders.Answered;
import dev.sluice.controller.rollout.Orders.Scope;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// What must be true of commands and pauses, whatever else happens.
final class OrderRules {
  private final Set<String> answered = new HashSet<>();
  private final Set<String> outcomes = new HashSet<>();
  private int bought;
  private int spent;

  void recorded(Standing before, Standing after) {
    var fresh = fresh(before, after);
    fresh.ifPresent(last -> {
      check("a command is answered once", answered.add(last.id()));
      outcomes.add(last.what() + (last.taken() ? " taken" : " refused"));
      check("an answer says something", last.message().length() > 10);
      if (last.taken() && (last.what().equals("promote") || last.what().equals("skip"))) {
        bought++;
      }
    });
    if (isForward(before.phase(), after.phase())) {
      check(
          "nothing goes forward in a pause but what somebody ordered",
          before.orders().pause().isEmpty()
              || after.orders().pause().isEmpty()
              || isOrdered(before, after, Scope.CHECK));
      if (isOrdered(before, after, Scope.CHECK) && !isOrdered(before, after, Scope.RUN)) {
        spent++;
        check("one order is one step", spent <= bought);
      }
    }
    after
        .orders()
        .waiver()
        .ifPresent(waiver ->
            check(
                "an order is about the run under way",
                after.phase() instanceof Phase.Running running
                    && running.run().id().equals(waiver.run())));
  }

  /// Such as `promote taken`.
  Set<String> outcomes() {
    return outcomes;
  }

  private static boolean isForward(Phase before, Phase after) {
    return switch (before) {
      case Phase.Idle _, Phase.Waiting _ -> after instanceof Phase.Progressing;
      case Phase.Progressing was ->
          after instanceof Phase.Promoting
              || (after instanceof Phase.Progressing is
                  && is.run().id().equals(was.run().id())
                  && !is.stage().isStart()
                  && !is.stage().equals(was.stage())
                  && !Invariants.isSameStep(was.stage(), is.stage()));
      case Phase.Initializing _,
          Phase.Promoting _,
          Phase.Finalising _,
          Phase.RollingBack _,
          Phase.Leaving _ ->
          false;
    };
  }

  /// Whether somebody ordered to go on without so much of what is asked for otherwise.
  static boolean isOrdered(Standing before, Standing after, Scope scope) {
    return before
            .orders()
            .waiver()
            .filter(waiver -> waiver.scope().compareTo(scope) >= 0)
            .isPresent()
        || fresh(before, after)
            .filter(Answered::taken)
            .filter(last ->
                switch (last.what()) {
                  case "promote-fully" -> true;
                  case "promote" -> scope != Scope.RUN;
                  case "skip" -> scope == Scope.CHECK;
                  default -> false;
                })
            .isPresent();
  }

  /// Whether somebody has just ended a pause.
  static boolean isResumed(Standing before, Standing after) {
    return fresh(before, after)
        .filter(last -> last.taken() && last.what().equals("resume"))
        .isPresent();
  }

  private static Optional<Answered> fresh(Standing before, Standing after) {
    return after
        .orders()
        .last()
        .filter(last -> before.orders().last().filter(old -> old.id().equals(last.id())).isEmpty());
  }

  private static void check(String rule, boolean kept) {
    if (!kept) {
      throw new Invariants.Broken(rule);
    }
  }
}
