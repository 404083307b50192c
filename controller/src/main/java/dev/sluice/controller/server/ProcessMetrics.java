package dev.sluice.controller.server;

import dev.sluice.controller.cluster.CallGauge;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.loop.LoopGauges;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;

/// What the controller counts about itself. The names are documented in
/// `docs/reference/metrics.md`.
public final class ProcessMetrics implements LoopGauges, CallGauge {
  private final Histogram lateness;
  private final Histogram passes;
  private final Counter calls;
  private final Gauge leader;

  /// @param version shown in `flagger_info`
  public ProcessMetrics(PrometheusRegistry registry, String version, String meshProvider) {
    JvmMetrics.builder().register(registry);
    Gauge.builder()
        .name("flagger_info")
        .help("Version and mesh provider of the controller.")
        .labelNames("version", "mesh_provider")
        .register(registry)
        .labelValues(version, meshProvider)
        .set(1);
    leader =
        Gauge.builder()
            .name("sluice_leader")
            .help("1 in the process that holds the lease and works; 0 in one that stands by.")
            .register(registry);
    lateness =
        Histogram.builder()
            .name("sluice_queue_lateness_seconds")
            .help("How much later than due a pass began.")
            .classicOnly()
            .classicUpperBounds(0.01, 0.1, 0.5, 1, 5, 10, 60)
            .register(registry);
    passes =
        Histogram.builder()
            .name("sluice_pass_duration_seconds")
            .help("How long one pass over one object took.")
            .labelNames("kind")
            .classicOnly()
            .classicUpperBounds(0.01, 0.1, 0.5, 1, 5, 10, 60)
            .register(registry);
    calls =
        Counter.builder()
            .name("sluice_api_calls_total")
            .help("Requests to the API server, watches left out.")
            .labelNames("verb", "resource")
            .register(registry);
  }

  /// Whether this process leads those that share its work.
  public void leading(boolean leads) {
    leader.set(leads ? 1 : 0);
  }

  @Override
  public void late(Duration by) {
    lateness.observe(Math.max(0, by.toMillis() / 1000.0));
  }

  @Override
  public void passed(Kind kind, Duration took) {
    passes.labelValues(kind.plural()).observe(took.toMillis() / 1000.0);
  }

  @Override
  public void called(String verb, Kind kind) {
    calls.labelValues(verb, kind.plural()).inc();
  }
}
