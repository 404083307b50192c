package dev.sluice.controller.server;

import dev.sluice.controller.canary.AlertGauge;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.http.HttpGauge;
import dev.sluice.crds.ObjectRef;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A controller's page of metrics, as Prometheus reads it.
public final class Exposition {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ProcessMetrics metrics = new ProcessMetrics(registry, "1.2.3", "istio");

  public ProcessMetrics metrics() {
    return metrics;
  }

  PrometheusRegistry registry() {
    return registry;
  }

  /// Something of everything that does not come from canaries.
  public Exposition busy() {
    metrics.leading(true);
    metrics.late(Duration.ofMillis(20));
    metrics.passed(Kind.CANARY, Duration.ofMillis(30));
    metrics.called("patch", Kind.CANARY, "ok");
    metrics.watchFailed(Kind.CANARY);
    metrics.sent(
        "metrics", "http://prometheus:9090", HttpGauge.Outcome.NO_ANSWER, Duration.ofSeconds(1));
    metrics.alerted(AlertGauge.Outcome.SENT);
    metrics.queue(() -> 3);
    metrics.leftAlone(() -> List.of("http://prometheus:9090"));
    metrics.syncs().applied(new ObjectRef("team", "app"), Instant.EPOCH);
    metrics.syncs().failed(new ObjectRef("team", "app"));
    return this;
  }

  public String text() {
    var text = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(text, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /// The lines of one metric, without its help.
  public List<String> of(String metric) {
    return text().lines().filter(line -> line.matches(metric + "[{ ].*")).toList();
  }

  /// Names as they stand in queries.
  public Set<String> names() {
    Set<String> names = new TreeSet<>();
    text()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line -> names.add(line.replaceFirst("[{ ].*", "")));
    return names;
  }
}
