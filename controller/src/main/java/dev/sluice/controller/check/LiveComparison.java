package dev.sluice.controller.check;

import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.traffic.Sides;
import dev.sluice.analysis.traffic.Workload;
import dev.sluice.controller.compare.Comparisons;
import dev.sluice.controller.compare.Following;
import dev.sluice.controller.rollout.Compared;
import dev.sluice.controller.rollout.Observation;
import dev.sluice.controller.rollout.Survey;
import dev.sluice.controller.rollout.policy.Comparing;
import dev.sluice.crds.Analysis;
import dev.sluice.crds.Canary;
import dev.sluice.crds.ObjectRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Has those runs compared with their primaries that their rollouts want compared, and no others.
public final class LiveComparison {
  private final Comparisons comparisons;
  private final Metrics metrics;
  private final ProviderSecrets secrets;

  public LiveComparison(Comparisons comparisons, Metrics metrics, ProviderSecrets secrets) {
    this.comparisons = comparisons;
    this.metrics = metrics;
    this.secrets = secrets;
  }

  /// What the last look at the canary's run came to, which is followed from now on if it was not.
  ///
  /// @param seen all other facts
  public Optional<Compared> of(Canary canary, Observation seen) {
    Optional<Survey.ToCompare> wanted = Survey.comparison(seen);
    if (wanted.isEmpty()) {
      comparisons.forget(canary.ref());
      return Optional.empty();
    }
    Optional<List<Following>> following = following(canary, wanted.get());
    if (following.isEmpty()) {
      return Optional.empty();
    }
    comparisons.follow(canary.ref(), following.get());
    String run = wanted.get().run();
    return comparisons
        .latest(canary.ref())
        .map(latest -> new Compared(run, latest.verdict(), latest.excessAtMost(), latest.looked()));
  }

  public void forget(ObjectRef canary) {
    comparisons.forget(canary);
  }

  /// All that is compared of it; empty while a MetricTemplate cannot be used, which the plan says.
  private Optional<List<Following>> following(Canary canary, Survey.ToCompare what) {
    Analysis analysis = canary.spec().analysis();
    int many = analysis.comparedByTemplate().size() + (analysis.comparesRequests() ? 1 : 0);
    ComparisonPolicy policy = what.how().policy().oneOf(Math.max(1, many));
    List<Following> all = new ArrayList<>();
    if (analysis.comparesRequests()) {
      all.add(
          new Following(
              what.run(),
              metrics.server(canary),
              requests(canary, what.how()),
              policy,
              what.firstTraffic()));
    }
    if (!analysis.comparedByTemplate().isEmpty()) {
      for (Checks.Own own : metrics.checks(canary).compared()) {
        all.add(
            new Following(
                what.run(),
                own.secret()
                    .map(secret -> own.provider().with(secrets.of(secret, own.provider())))
                    .orElse(own.provider()),
                new Following.Own(own.metric(), own.counters()),
                policy.ofOwn(own.tolerance()),
                what.firstTraffic()));
      }
    }
    return all.size() == many ? Optional.of(all) : Optional.empty();
  }

  private static Following.Requests requests(Canary canary, Comparing how) {
    String namespace = canary.metadata().namespace();
    return new Following.Requests(
        new Sides(
            new Workload(namespace, canary.spec().targetRef().name()),
            new Workload(namespace, canary.primaryName()),
            canary.apexName()),
        how.definition(),
        how.latency());
  }
}
