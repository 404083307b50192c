package dev.sluice.controller.server;

import dev.sluice.controller.gitsync.SyncGauges;
import dev.sluice.crds.ObjectRef;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;

/// Metrics of GitSyncs; gone with them.
public final class SyncMetrics implements SyncGauges {
  private static final String[] LABELS = {"namespace", "name"};

  private final Gauge ready;
  private final Gauge lastApplied;
  private final Counter failures;

  SyncMetrics(PrometheusRegistry registry) {
    ready =
        Gauge.builder()
            .name("sluice_gitsync_ready")
            .help("1 when the last look at a GitSync left the cluster as its commit says.")
            .labelNames(LABELS)
            .register(registry);
    lastApplied =
        Gauge.builder()
            .name("sluice_gitsync_last_applied_timestamp_seconds")
            .help("When the cluster was last seen or made to be as the newest commit says.")
            .labelNames(LABELS)
            .register(registry);
    failures =
        Counter.builder()
            .name("sluice_gitsync_failures_total")
            .help("Looks at a GitSync that ended in trouble.")
            .labelNames(LABELS)
            .register(registry);
  }

  @Override
  public void applied(ObjectRef sync, Instant now) {
    ready.labelValues(sync.namespace(), sync.name()).set(1);
    lastApplied.labelValues(sync.namespace(), sync.name()).set((double) now.getEpochSecond());
  }

  @Override
  public void failed(ObjectRef sync) {
    ready.labelValues(sync.namespace(), sync.name()).set(0);
    failures.labelValues(sync.namespace(), sync.name()).inc();
  }

  @Override
  public void forget(ObjectRef sync) {
    ready.remove(sync.namespace(), sync.name());
    lastApplied.remove(sync.namespace(), sync.name());
    failures.remove(sync.namespace(), sync.name());
  }

  void clear() {
    ready.clear();
    lastApplied.clear();
    failures.clear();
  }
}
