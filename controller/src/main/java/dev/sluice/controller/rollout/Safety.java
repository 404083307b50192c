package dev.sluice.controller.rollout;

import dev.sluice.controller.rollout.Routing.Apex;
import dev.sluice.controller.rollout.Step.Obstacle;
import dev.sluice.mesh.Split;
import java.util.Optional;

/// Which way traffic may be moved. Every route that is written passes here, whichever phase asks.
final class Safety {
  private Safety() {}

  /// What forbids giving the canary this now; empty when nothing does.
  static Optional<Obstacle> forbids(Observation seen, Split wanted) {
    if (gains(seen, wanted) && !seen.canaryReady()) {
      return Optional.of(canaryNotReady(seen));
    }
    return loses(seen, wanted) ? mayGoToPrimary(seen) : Optional.empty();
  }

  /// What forbids the primary to take more traffic than it has. A canary without a single pod may
  /// always lose its traffic to a primary that has one.
  static Optional<Obstacle> mayGoToPrimary(Observation seen) {
    var better = seen.available(seen.target()) == 0 && seen.available(seen.primary()) > 0;
    return seen.primaryServes() || better
        ? Optional.empty()
        : Optional.of(primaryNotReady(seen, "traffic stays where it is until then"));
  }

  private static boolean gains(Observation seen, Split wanted) {
    var now = seen.routing().split().orElse(Split.NONE);
    return wanted.canary().compareTo(now.canary()) > 0
        || wanted.mirrored().compareTo(now.mirrored()) > 0;
  }

  /// Without the mesh's objects, requests go where the apex Service points.
  private static boolean loses(Observation seen, Split wanted) {
    return seen.routing().apex() != Apex.PRIMARY
        || seen.routing().canary().filter(now -> now.compareTo(wanted.canary()) > 0).isPresent();
  }

  static Obstacle primaryNotReady(Observation seen, String consequence) {
    var names = seen.names();
    return seen.primary()
        .map(primary ->
            new Obstacle(
                HoldReason.PRIMARY_NOT_READY,
                "%s not ready: %s; %s"
                    .formatted(
                        names.primaryIn(),
                        primary.lacks(seen.policy().primaryReadyThreshold()),
                        consequence)))
        .orElseGet(() ->
            new Obstacle(
                HoldReason.PRIMARY_MISSING,
                ("%s does not exist and the target no longer is what it ran. Change the target"
                        + " back to the promoted version, or set skipAnalysis: true to make the"
                        + " primary from the target as it is")
                    .formatted(names.primaryIn())));
  }

  static Obstacle canaryNotReady(Observation seen) {
    return new Obstacle(
        HoldReason.CANARY_NOT_READY,
        "canary %s %s not ready: %s"
            .formatted(
                seen.names().kind().toLowerCase(java.util.Locale.ROOT),
                seen.names().targetIn(),
                canaryLacks(seen)));
  }

  static Obstacle canaryGrowing(Phase.Progressing phase, Observation seen) {
    return new Obstacle(
        HoldReason.CANARY_GROWING,
        "%s gets more pods: %s, enough so far for its share (%s)"
            .formatted(seen.names().targetIn(), canaryLacks(seen), seen.traffic(phase)));
  }

  private static String canaryLacks(Observation seen) {
    return seen.target()
        .map(target -> target.lacks(seen.policy().canaryReadyThreshold()))
        .orElse("it does not exist");
  }
}
