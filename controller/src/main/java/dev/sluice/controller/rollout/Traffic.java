package dev.sluice.controller.rollout;

import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;

/// A route that is not, or not yet, what the phase wants.
final class Traffic {
  /// How long a route may take to come back on the watch before people are told.
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private Traffic() {}

  /// @param since when the phase began to want it
  static Step notReached(Phase phase, Instant since, Observation seen) {
    var wanted = phase.split();
    var routing = seen.routing();
    if (routing.reached(wanted, Instant.MAX, Duration.ZERO)) {
      return Step.stay(phase).lookAgain(routing.since().plus(seen.settings().settle()));
    }
    return Safety.forbids(seen, wanted)
        .map(obstacle -> Step.held(phase, obstacle))
        .orElseGet(() -> late(phase, since, seen, wanted));
  }

  /// Whether all users may come by the mesh that the Canary asks for now, and some still can come
  /// by another. What those met of the canary goes to the primary then.
  static boolean hasTakenOver(Observation seen, Split wanted) {
    return seen.routing().former().isPresent()
        && seen.routing().obeyed(wanted, seen.now(), seen.settings().settle())
        && Safety.mayGoToPrimary(seen).isEmpty();
  }

  /// Nothing is under way, and yet a route that was asked for is not obeyed.
  static Step handingOver(Step step, Phase phase, Observation seen) {
    var routing = seen.routing();
    var late = !seen.now().isBefore(routing.since().plus(PATIENCE));
    if (routing.former().isEmpty()
        || !late
        || step.obstacle().isPresent()
        || !(phase instanceof Phase.Idle)
        || !step.next().equals(phase)) {
      return step;
    }
    return step.held(
        new Step.Obstacle(
            HoldReason.ROUTE_NOT_REACHED,
            "%s goes on serving, since the provider of the spec does not yet: %s"
                .formatted(routing.former().get(), why(seen, phase.split()))));
  }

  private static String why(Observation seen, Split wanted) {
    var routing = seen.routing();
    return routing
        .pending()
        .filter(_ -> routing.split().filter(wanted::hasShares).isPresent())
        .orElseGet(() ->
            "the route says %s; look at who else writes it, and whether the API server refuses ours"
                .formatted(routing.split().map(Split::toString).orElse("nothing")));
  }

  private static Step late(Phase phase, Instant since, Observation seen, Split wanted) {
    var deadline = since.plus(PATIENCE);
    if (seen.now().isBefore(deadline)) {
      return Step.stay(phase).lookAgain(deadline);
    }
    return Step.held(
        phase,
        HoldReason.ROUTE_NOT_REACHED,
        "%s of the traffic should go to the canary, but %s".formatted(wanted, why(seen, wanted)));
  }
}
