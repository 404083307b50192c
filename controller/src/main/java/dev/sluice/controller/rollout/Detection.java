package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Phase.Failed;
import dev.sluice.controller.rollout.Phase.Idle;
import dev.sluice.controller.rollout.Phase.Succeeded;
import dev.sluice.controller.rollout.Step.Obstacle;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Between releases: finds out whether the target became something new.
final class Detection {
  /// A Git sync that takes longer than this to write one target's change has probably died.
  static final Duration HAND_OVER_LIMIT = Duration.ofMinutes(2);

  private Detection() {}

  static Step decide(Idle phase, Observation seen) {
    return beforeStart(phase, seen)
        .orElseGet(() -> Confirmation.begin(phase, seen, seen.known().orElseThrow()));
  }

  /// What must be asked before a new revision is started.
  static Questions questions(Idle phase, Observation seen) {
    return beforeStart(phase, seen).isPresent()
        ? Questions.NONE
        : Confirmation.questions(phase, seen, seen.known().orElseThrow());
  }

  /// What else there is to do; empty when a new revision may be started.
  private static Optional<Step> beforeStart(Idle phase, Observation seen) {
    var known = seen.known();
    if (known.isEmpty()) {
      return Optional.of(Step.held(phase, unreadable(seen)));
    }
    return known.get().now().equals(phase.seen())
        ? Optional.of(unchanged(phase, seen))
        : beforeStart(phase, seen, known.get());
  }

  private static Step unchanged(Idle phase, Observation seen) {
    return isPrimaryLost(phase, seen)
        ? Step.held(phase, Safety.primaryNotReady(seen, "nobody serves until it is"))
        : Capacity.obstacle(seen)
            .map(obstacle -> Step.held(phase, obstacle))
            .orElseGet(() -> Step.stay(phase));
  }

  private static Optional<Step> beforeStart(Idle phase, Observation seen, Content.Known content) {
    if (!content.now().isNewerThan(phase.seen())) {
      return Optional.of(Step.to(phase.seeing(content.now())));
    }
    if (isLeftByAnother(phase)) {
      return Optional.of(Step.to(phase.seeing(tried(phase, seen, content))));
    }
    if (content.sameAsPrimary()) {
      return Optional.of(known(phase, seen, content));
    }
    if (!seen.planned()) {
      return Optional.of(Step.stay(phase));
    }
    var unscalable = Capacity.obstacle(seen);
    if (unscalable.isPresent()) {
      return Optional.of(Step.held(phase, unscalable.get()));
    }
    if (!seen.reached(Split.NONE)) {
      return Optional.of(
          Safety.forbids(seen, Split.NONE)
              .map(obstacle -> Step.held(phase, obstacle))
              .orElseGet(() -> settling(phase, seen)));
    }
    if (seen.paused()) {
      return Optional.of(Step.held(phase, Pausing.obstacle(seen.orders())));
    }
    var settled = settled(content, seen);
    if (seen.now().isBefore(settled)) {
      return Optional.of(Step.stay(phase).lookAgain(settled));
    }
    return mayKeepOldConfig(phase, seen) ? Optional.of(Step.stay(phase)) : Optional.empty();
  }

  /// The traffic is on its way to the primary: wanted, or written and not yet obeyed.
  private static Step settling(Idle phase, Observation seen) {
    var settled = seen.routing().since().plus(seen.settings().settle());
    return settled.isAfter(seen.now()) ? Step.stay(phase).lookAgain(settled) : Step.stay(phase);
  }

  /// When a change that was seen may be taken up: a moment after its last part came in, and not
  /// while the Git sync that writes it is still at it.
  static Instant settled(Content.Known content, Observation seen) {
    var quiet = content.since().plus(seen.settings().quiet());
    var handedOver = content.handOver().map(Detection::limit).orElse(Instant.MIN);
    return handedOver.isAfter(quiet) ? handedOver : quiet;
  }

  /// Flagger was here and failed.
  private static boolean isLeftByAnother(Idle phase) {
    return phase instanceof Failed && phase.seen().revision().equals(Revision.UNKNOWN);
  }

  /// What Flagger tried last is not tried again. What somebody made of it since is another matter.
  private static Snapshot tried(Idle phase, Observation seen, Content.Known content) {
    return Adoption.isEdited(phase.seen(), content, seen)
        ? new Snapshot(Revision.REPLACED, "", 0, phase.seen().configs())
        : content.now();
  }

  /// The Git sync that is about to write, or is writing, the target.
  static Optional<Content.HandOver> coming(Observation seen) {
    return seen.known()
        .flatMap(Content.Known::handOver)
        .filter(handOver -> seen.now().isBefore(limit(handOver)));
  }

  private static Instant limit(Content.HandOver handOver) {
    return handOver.since().plus(HAND_OVER_LIMIT);
  }

  private static boolean isPrimaryLost(Idle phase, Observation seen) {
    return seen.primary().isEmpty() ? phase instanceof Failed : seen.available(seen.primary()) == 0;
  }

  /// The target became what is promoted already.
  private static Step known(Idle phase, Observation seen, Content.Known content) {
    return phase instanceof Failed
        ? Step.to(new Succeeded(content.now())).tell(Reason.REVERTED, Withdrawal.isAgain(seen))
        : Step.to(phase.seeing(content.now()));
  }

  /// Whether pods that somebody left running still have the config that they were started with;
  /// they are stopped before a run that is about another.
  static boolean mayKeepOldConfig(Idle phase, Observation seen) {
    return seen.planned()
        && seen.target().filter(target -> !target.isGone()).isPresent()
        && seen.known()
            .filter(content -> content.now().isNewerThan(phase.seen()))
            .filter(content -> !content.sameAsPrimary())
            .filter(content -> !content.now().configs().isEmpty())
            .isPresent();
  }

  /// Why nothing can be said about the target.
  static Obstacle unreadable(Observation seen) {
    if (seen.target().isEmpty()) {
      return new Obstacle(
          HoldReason.TARGET_MISSING,
          "%s %s (spec.targetRef) does not exist; create it, or delete this Canary"
              .formatted(seen.names().kind(), seen.names().targetIn()));
    }
    var why = seen.content() instanceof Content.Unreadable(var reason) ? reason : "it is gone";
    return new Obstacle(
        HoldReason.TARGET_UNREADABLE,
        "what %s runs cannot be told: %s".formatted(seen.names().targetIn(), why));
  }
}
