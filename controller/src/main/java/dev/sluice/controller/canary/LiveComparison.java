package dev.sluice.controller.canary;

import dev.sluice.analysis.traffic.Sides;
import dev.sluice.analysis.traffic.Workload;
import dev.sluice.controller.compare.Comparisons;
import dev.sluice.controller.compare.Following;
import dev.sluice.controller.rollout.Compared;
import dev.sluice.controller.rollout.Observation;
import dev.sluice.controller.rollout.Survey;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import java.util.Optional;

/// Has those runs compared with their primaries that their rollouts want compared, and no others.
final class LiveComparison {
  private final Comparisons comparisons;
  private final Metrics metrics;

  LiveComparison(Comparisons comparisons, Metrics metrics) {
    this.comparisons = comparisons;
    this.metrics = metrics;
  }

  /// What the last look at the canary's run came to, which is followed from now on if it was not.
  ///
  /// @param seen all other facts
  Optional<Compared> of(Canary canary, Observation seen) {
    Optional<Survey.ToCompare> wanted = Survey.comparison(seen);
    if (wanted.isEmpty()) {
      comparisons.forget(canary.ref());
      return Optional.empty();
    }
    Following following = following(canary, wanted.get());
    comparisons.follow(canary.ref(), following);
    return comparisons
        .latest(canary.ref())
        .map(latest ->
            new Compared(
                following.run(), latest.verdict(), latest.excessAtMost(), latest.looked()));
  }

  void forget(ObjectRef canary) {
    comparisons.forget(canary);
  }

  private Following following(Canary canary, Survey.ToCompare what) {
    String namespace = canary.metadata().namespace();
    return new Following(
        what.run(),
        metrics.server(canary),
        new Sides(
            new Workload(namespace, canary.spec().targetRef().name()),
            new Workload(namespace, canary.primaryName()),
            canary.apexName()),
        what.how().definition(),
        what.how().latency(),
        what.how().policy(),
        what.firstTraffic());
  }
}
