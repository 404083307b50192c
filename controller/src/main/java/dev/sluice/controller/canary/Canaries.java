package dev.sluice.controller.canary;

import dev.sluice.analysis.Http;
import dev.sluice.controller.check.Hooks;
import dev.sluice.controller.check.Judgement;
import dev.sluice.controller.check.LiveComparison;
import dev.sluice.controller.check.MetricObjects;
import dev.sluice.controller.check.Metrics;
import dev.sluice.controller.check.ProviderSecrets;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.compare.Comparisons;
import dev.sluice.controller.object.Interest;
import dev.sluice.controller.object.Reach;
import dev.sluice.controller.report.CanaryGauges;
import dev.sluice.controller.report.Events;
import dev.sluice.controller.report.Messenger;
import dev.sluice.controller.report.Report;
import dev.sluice.controller.rollout.policy.Settings;
import dev.sluice.controller.routing.Providers;
import dev.sluice.controller.routing.Routes;
import dev.sluice.controller.target.Autoscalers;
import dev.sluice.controller.target.Budgets;
import dev.sluice.mesh.Mesh;
import java.time.InstantSource;
import java.util.List;

/// Puts the parts together that look after canaries.
public final class Canaries {
  private Canaries() {}

  /// What a process is told about all its canaries.
  ///
  /// @param mesh of Canaries that name none
  /// @param selectorLabels labels that tell pods of one workload from another's, in order
  /// @param labelPrefixes of labels that a new primary copies; `*` for all
  /// @param metricsServer Prometheus of Canaries that name none
  /// @param reach which namespaces a Canary may refer to
  public record Options(
      Settings rollout,
      Mesh mesh,
      List<String> selectorLabels,
      List<String> labelPrefixes,
      String metricsServer,
      Reach reach) {}

  /// @param interest learns which objects matter to which canary
  /// @param comparisons of canaries with their primaries, over the same clock
  public static CanaryReconciler reconciler(
      Cluster cluster,
      Options options,
      Interest interest,
      Events events,
      Http http,
      Hooks hooks,
      Messenger messenger,
      Handing handing,
      CanaryGauges gauges,
      Comparisons comparisons,
      InstantSource clock) {
    Providers providers = new Providers(cluster, options.mesh(), clock);
    Routes routes = new Routes(cluster, providers, interest);
    Sightings sightings = new Sightings();
    ServiceSides sides = new ServiceSides(cluster, routes, interest);
    Autoscalers autoscalers = new Autoscalers(cluster, interest);
    Budgets budgets = new Budgets(cluster, interest);
    Metrics metrics =
        new Metrics(
            new MetricObjects(cluster, interest, options.reach()),
            options.metricsServer(),
            options.mesh());
    ProviderSecrets secrets = new ProviderSecrets(cluster);
    return new CanaryReconciler(
        cluster,
        new Plans(options.rollout(), providers, metrics),
        new Observer(
            cluster,
            routes,
            autoscalers,
            budgets,
            sightings,
            sides,
            interest,
            options.rollout(),
            options.selectorLabels(),
            handing),
        new OutsideAsker(hooks, new Judgement(http, metrics, secrets, options.rollout().scrape())),
        new Hands(cluster, routes, sides, autoscalers, budgets, options.labelPrefixes()),
        new Report(cluster, events, messenger, gauges),
        sightings,
        interest,
        gauges,
        new LiveComparison(comparisons, metrics, secrets),
        clock);
  }
}
