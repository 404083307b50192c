package dev.sluice.controller.server;

import dev.sluice.controller.cluster.CallGauge;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.http.HttpGauge;
import dev.sluice.controller.loop.LoopGauges;
import dev.sluice.controller.report.AlertGauge;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// What the controller counts about itself. The names are documented in
/// `docs/reference/metrics.md`.
public final class ProcessMetrics implements LoopGauges, CallGauge, HttpGauge, AlertGauge {
  /// Hosts beyond that are counted as one: a Canary may name any.
  private static final int MOST_HOSTS = 64;

  private final Histogram lateness;
  private final Histogram passes;
  private final Counter calls;
  private final Gauge leader;
  private final Counter requests;
  private final Histogram requestDurations;
  private final Counter alerts;
  private final Counter watchFailures;
  private final CanaryMetrics canaries;
  private final SyncMetrics syncs;
  private final ComparisonMetrics comparisons;
  private final Set<String> hosts = ConcurrentHashMap.newKeySet();
  private volatile IntSupplier waiting = () -> 0;
  private volatile IntSupplier stuck = () -> 0;
  private volatile Supplier<Collection<String>> leftAlone = List::of;

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
    Gauge.builder()
        .name("sluice_build_info")
        .help("Version of the controller and of Java.")
        .labelNames("version", "java")
        .register(registry)
        .labelValues(version, Runtime.version().toString())
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
            .labelNames("verb", "resource", "outcome")
            .register(registry);
    requests =
        Counter.builder()
            .name("sluice_http_requests_total")
            .help("Requests to metric sources, webhooks and receivers of alerts.")
            .labelNames("purpose", "host", "outcome")
            .register(registry);
    requestDurations =
        Histogram.builder()
            .name("sluice_http_request_duration_seconds")
            .help("How long such a request took, further tries included.")
            .labelNames("purpose")
            .classicOnly()
            .classicUpperBounds(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60)
            .register(registry);
    alerts =
        Counter.builder()
            .name("sluice_alerts_total")
            .help("Alerts by what became of them.")
            .labelNames("outcome")
            .register(registry);
    for (AlertGauge.Outcome outcome : AlertGauge.Outcome.values()) {
      alerts.initLabelValues(word(outcome));
    }
    watchFailures =
        Counter.builder()
            .name("sluice_watch_failures_total")
            .help("Watches that broke and were begun anew.")
            .labelNames("resource")
            .register(registry);
    GaugeWithCallback.builder()
        .name("sluice_queue_depth")
        .help("Objects that wait for a look or are being looked at.")
        .callback(point -> point.call(waiting.getAsInt()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("sluice_objects_stuck")
        .help("Objects whose looks have failed at least six times in a row.")
        .callback(point -> point.call(stuck.getAsInt()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("sluice_http_host_left_alone")
        .help("1 for a host that did not answer lately and is not asked for some seconds.")
        .labelNames("host")
        .callback(point ->
            leftAlone.get().stream().limit(MOST_HOSTS).forEach(host -> point.call(1, host)))
        .register(registry);
    canaries = new CanaryMetrics(registry);
    syncs = new SyncMetrics(registry);
    comparisons = new ComparisonMetrics(registry);
  }

  public CanaryMetrics canaries() {
    return canaries;
  }

  public SyncMetrics syncs() {
    return syncs;
  }

  public ComparisonMetrics comparisons() {
    return comparisons;
  }

  /// @param objects how many wait for a look or are being looked at
  /// @param failing how many of them fail again and again
  public void queue(IntSupplier objects, IntSupplier failing) {
    waiting = objects;
    stuck = failing;
  }

  /// @param hosts that are not asked at present
  public void leftAlone(Supplier<Collection<String>> hosts) {
    leftAlone = hosts;
  }

  /// Whether this process leads those that share its work. What another one looks after is not
  /// shown here.
  public void leading(boolean leads) {
    leader.set(leads ? 1 : 0);
    canaries.show(leads);
    if (!leads) {
      syncs.clear();
      comparisons.following(0);
    }
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
  public void called(String verb, Kind kind, String outcome) {
    calls.labelValues(verb, kind.plural(), outcome).inc();
  }

  @Override
  public void watchFailed(Kind kind) {
    watchFailures.labelValues(kind.plural()).inc();
  }

  @Override
  public void sent(String purpose, String host, HttpGauge.Outcome outcome, Duration took) {
    boolean known = hosts.contains(host) || (hosts.size() < MOST_HOSTS && hosts.add(host));
    requests.labelValues(purpose, known ? host : "other", word(outcome)).inc();
    requestDurations.labelValues(purpose).observe(took.toNanos() / 1e9);
  }

  @Override
  public void alerted(AlertGauge.Outcome outcome) {
    alerts.labelValues(word(outcome)).inc();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
