package dev.sluice.controller.canary;

import dev.sluice.analysis.Bound;
import dev.sluice.analysis.BuiltIn;
import dev.sluice.analysis.Check;
import dev.sluice.analysis.MeshQueries;
import dev.sluice.analysis.MetricQuery;
import dev.sluice.analysis.NeedsEdit;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.SilencePolicy;
import dev.sluice.analysis.SilencePolicy.Cost;
import dev.sluice.analysis.Variables;
import dev.sluice.crds.Analysis;
import dev.sluice.crds.Analysis.Metric;
import dev.sluice.crds.Canary;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the metrics of a spec into checks. Pure.
final class Checks {
  private Checks() {}

  /// The provider of built-in metrics.
  ///
  /// @param byDefault the controller's own Prometheus
  static Provider provider(Canary canary, String byDefault) {
    @Nullable String own = canary.spec().metricsServer();
    return Provider.prometheus(own == null || own.isBlank() ? byDefault : own);
  }

  /// @throws NeedsEdit naming a metric that is neither built in nor has a query
  static List<Check> of(Canary canary, MeshQueries mesh, Provider provider) throws NeedsEdit {
    List<Check> checks = new ArrayList<>();
    for (Metric metric : canary.spec().analysis().metrics()) {
      BuiltIn builtIn =
          BuiltIn.named(metric.name())
              .orElseThrow(() ->
                  new NeedsEdit(
                      "metric " + metric.name(),
                      "metric '%s' is not built in and has no query; built in are %s"
                          .formatted(metric.name(), builtIns())));
      MetricQuery query = builtIn.query(mesh, provider);
      Analysis.@Nullable Range range = metric.thresholdRange();
      double old = metric.threshold() == null ? 0 : metric.threshold();
      try {
        Bound bound =
            builtIn.bound(
                range == null ? null : range.min(), range == null ? null : range.max(), old);
        checks.add(new Check(metric.name(), query, bound, metric.window()));
      } catch (IllegalArgumentException e) {
        throw new NeedsEdit("metric " + metric.name(), metric.name() + ": " + e.getMessage());
      }
    }
    return checks;
  }

  private static String builtIns() {
    List<String> names = new ArrayList<>();
    for (BuiltIn builtIn : BuiltIn.values()) {
      names.add(builtIn.metric());
    }
    return String.join(", ", names);
  }

  static Variables variables(Canary canary) {
    return Variables.of(
        canary.metadata().namespace(),
        canary.metadata().name(),
        canary.spec().targetRef().name(),
        canary.apexName());
  }

  static SilencePolicy silence(Analysis analysis) {
    Analysis.@Nullable NoData noData = analysis.onNoData();
    Analysis.@Nullable Outage outage = analysis.onUnavailable();
    return new SilencePolicy(
        noData == null
            ? SilencePolicy.DEFAULT.noData()
            : switch (noData) {
              case FAIL -> Cost.FAIL;
              case HOLD -> Cost.HOLD;
              case PASS -> Cost.PASS;
            },
        outage == null
            ? SilencePolicy.DEFAULT.unavailable()
            : switch (outage) {
              case HOLD -> Cost.HOLD;
              case FAIL -> Cost.FAIL;
            });
  }
}
