package dev.sluice.playground.workloads;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What to do about one object now, and when to look at it again if nothing changes before.
record Plan(List<Action> actions, Optional<Instant> lookAgain) {
  static final Plan NOTHING = new Plan(List.of(), Optional.empty());

  Plan {
    actions = List.copyOf(actions);
  }

  /// A plan that is being made.
  static final class Draft {
    private final List<Action> actions = new ArrayList<>();
    private Optional<Instant> lookAgain = Optional.empty();

    Draft add(Action action) {
      actions.add(action);
      return this;
    }

    /// The earliest of all wishes wins.
    Draft lookAgain(Instant at) {
      if (lookAgain.isEmpty() || at.isBefore(lookAgain.get())) {
        lookAgain = Optional.of(at);
      }
      return this;
    }

    boolean isEmpty() {
      return actions.isEmpty();
    }

    Plan done() {
      return new Plan(actions, lookAgain);
    }
  }
}
