package dev.sluice.controller.server;

import dev.sluice.controller.compare.CompareGauges;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Metrics of the comparisons with the primary.
public final class ComparisonMetrics implements CompareGauges {
  /// Providers beyond that are counted as one: a Canary may name any.
  private static final int MOST_PROVIDERS = 64;

  private final Gauge following;
  private final Counter looks;
  private final Histogram lateness;
  private final Counter skipped;
  private final Counter failures;
  private final Counter recounts;
  private final Set<String> providers = ConcurrentHashMap.newKeySet();

  ComparisonMetrics(PrometheusRegistry registry) {
    following =
        Gauge.builder()
            .name("sluice_comparisons")
            .help("Canaries that are compared with their primaries now.")
            .register(registry);
    looks =
        Counter.builder()
            .name("sluice_comparison_looks_total")
            .help("Looks at a comparison, one for each canary and tick.")
            .labelNames("provider")
            .register(registry);
    lateness =
        Histogram.builder()
            .name("sluice_comparison_lateness_seconds")
            .help("From a tick to the verdicts on its samples.")
            .classicOnly()
            .classicUpperBounds(0.05, 0.1, 0.5, 1, 5, 10, 60)
            .register(registry);
    skipped =
        Counter.builder()
            .name("sluice_comparison_skipped_ticks_total")
            .help("Ticks that were due while the one before was under way.")
            .labelNames("provider")
            .register(registry);
    failures =
        Counter.builder()
            .name("sluice_comparison_failures_total")
            .help("Questions for counters that had no answer.")
            .labelNames("provider", "kind")
            .register(registry);
    recounts =
        Counter.builder()
            .name("sluice_comparison_recounts_total")
            .help("Comparisons that were counted anew from their start.")
            .register(registry);
  }

  private String known(String provider) {
    boolean known =
        providers.contains(provider)
            || (providers.size() < MOST_PROVIDERS && providers.add(provider));
    return known ? provider : "other";
  }

  @Override
  public void looked(String provider, int canaries, Duration late) {
    looks.labelValues(known(provider)).inc(canaries);
    lateness.observe(Math.max(0, late.toMillis() / 1000.0));
  }

  @Override
  public void skipped(String provider, long ticks) {
    skipped.labelValues(known(provider)).inc(ticks);
  }

  @Override
  public void failed(String provider, String kind, int canaries) {
    failures.labelValues(known(provider), kind).inc();
  }

  @Override
  public void recounted() {
    recounts.inc();
  }

  @Override
  public void following(int canaries) {
    following.set(canaries);
  }
}
