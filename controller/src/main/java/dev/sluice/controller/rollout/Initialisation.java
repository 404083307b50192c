package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Announcement.Severity;
import dev.sluice.controller.rollout.Phase.Initialized;
import dev.sluice.controller.rollout.Phase.Initializing;
import dev.sluice.controller.rollout.Routing.Apex;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// From a workload that serves its own traffic to a primary that does. The workload is left alone
/// until the primary is ready and has all of the traffic; a primary that never becomes ready costs
/// nothing but a message.
final class Initialisation {
  /// What is made together (`kubectl apply -f FOLDER`) comes one after the other, and over several
  /// watches, which may lag. Nobody is called for what is there a moment later.
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private Initialisation() {}

  static Step decide(Initializing phase, Observation seen) {
    var known = seen.known();
    if (!seen.planned()) {
      return Step.stay(phase);
    }
    var missing =
        known.isEmpty() ? Optional.of(Detection.unreadable(seen)) : Capacity.obstacle(seen);
    if (missing.isPresent()) {
      var patience = phase.since().plus(PATIENCE);
      return seen.now().isBefore(patience)
          ? Step.stay(phase).lookAgain(patience)
          : Step.held(phase, missing.get());
    }
    var content = known.orElseThrow();
    if (mustCopy(phase, seen, content)) {
      return Step.to(new Initializing(Optional.of(content.now()), seen.now()));
    }
    if (!isPrimaryRight(phase, seen) || !seen.primaryReady()) {
      return waitForPrimary(phase, seen);
    }
    if (!seen.reached(Split.NONE)) {
      return Traffic.notReached(phase, seen.routing().since(), seen);
    }
    if (seen.target().filter(t -> t.replicas() > 0).isPresent() || !Capacity.isArranged(seen)) {
      return Step.stay(phase);
    }
    return Step.to(new Initialized(promoted(phase, seen, content)))
        .tell(
            Reason.INITIALIZED,
            "Initialization done! %s: %s serves all traffic, %s"
                .formatted(
                    seen.names().canaryIn(), seen.names().primaryIn(), seen.names().atRest()),
            Severity.INFO,
            "New %s detected, initialization completed.".formatted(seen.names().kind()));
  }

  /// While the target still has all the traffic, what it runs is by definition what is live: an
  /// edit is simply copied again. Once the primary has the traffic it is not touched any more.
  private static boolean mustCopy(Initializing phase, Observation seen, Content.Known content) {
    return !hasTakenOver(seen)
        && !content.sameAsPrimary()
        && phase.copied().filter(c -> c.revision().equals(content.now().revision())).isEmpty();
  }

  /// Whether the primary runs what it is to run: the copy, or what an earlier controller left.
  static boolean isPrimaryRight(Initializing phase, Observation seen) {
    var copied = phase.copied();
    return copied.isPresent()
        ? seen.primaryRuns(copied.get().revision())
        : hasTakenOver(seen) || seen.known().filter(Content.Known::sameAsPrimary).isPresent();
  }

  private static boolean hasTakenOver(Observation seen) {
    return seen.routing().apex() == Apex.PRIMARY && seen.primary().isPresent();
  }

  private static Step waitForPrimary(Initializing phase, Observation seen) {
    var deadline = phase.since().plus(seen.policy().progressDeadline());
    var late =
        !seen.now().isBefore(deadline)
            || seen.primary().flatMap(Workload::deadlineExceeded).isPresent();
    return late && seen.primary().isPresent()
        ? Step.held(
            phase,
            Safety.primaryNotReady(
                seen,
                "%s keeps all traffic and is left alone. Look at the primary's pods (image, quota,"
                        .formatted(seen.names().targetIn())
                    + " node space); initialisation goes on when they are ready"))
        : Step.stay(phase).lookAgain(deadline);
  }

  /// What counts as promoted from now on. A primary of unknown origin was promoted by somebody;
  /// what the target holds beyond that is a new revision.
  private static Snapshot promoted(Initializing phase, Observation seen, Content.Known content) {
    if (content.sameAsPrimary()) {
      return content.now();
    }
    return phase
        .copied()
        .orElseGet(() ->
            new Snapshot(
                seen.primary().flatMap(Workload::copyOf).orElse(Revision.UNKNOWN),
                "",
                0,
                Map.of()));
  }
}
