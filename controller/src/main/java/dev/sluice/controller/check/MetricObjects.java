package dev.sluice.controller.check;

import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Json;
import dev.sluice.controller.object.Reach;
import dev.sluice.crds.MetricTemplate;
import dev.sluice.crds.ObjectRef;
import java.util.Optional;

/// MetricTemplates and the Secrets they name, as the watches show them. Whoever looks one up is
/// looked at again when it appears or changes.
public final class MetricObjects {
  private final Cluster cluster;
  private final Interest interest;
  private final Reach reach;

  public MetricObjects(Cluster cluster, Interest interest, Reach reach) {
    this.cluster = cluster;
    this.interest = interest;
    this.reach = reach;
  }

  ChecksReader.Lookup of(ObjectRef canary) {
    return new ChecksReader.Lookup() {
      @Override
      public Optional<MetricTemplate> template(ObjectRef ref) {
        interest.watch(canary, Kind.METRIC_TEMPLATE, ref);
        return cluster
            .cached(Kind.METRIC_TEMPLATE, ref)
            .map(object -> MetricTemplate.read(Json.tree(object)));
      }

      @Override
      public boolean hasSecret(ObjectRef ref) {
        interest.watch(canary, Kind.SECRET, ref);
        return cluster.cached(Kind.SECRET, ref).isPresent();
      }

      @Override
      public Optional<String> closed(String namespace) {
        return reach.closed(canary.namespace(), namespace);
      }
    };
  }
}
