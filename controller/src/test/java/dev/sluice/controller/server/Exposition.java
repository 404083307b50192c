package dev.sluice.controller.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.http.HttpGauge;
import dev.sluice.controller.report.AlertGauge;
import dev.sluice.controller.rollout.Answers;
import dev.sluice.controller.rollout.Reason;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.crds.Canary;
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
import java.util.Optional;
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

  /// Something of everything there is.
  public Exposition busy() {
    metrics.leading(true);
    metrics.late(Duration.ofMillis(20));
    metrics.passed(Kind.CANARY, Duration.ofMillis(30));
    metrics.called("patch", Kind.CANARY, "ok");
    metrics.watchFailed(Kind.CANARY);
    metrics.sent(
        "metrics", "http://prometheus:9090", HttpGauge.Outcome.NO_ANSWER, Duration.ofSeconds(1));
    metrics.alerted(AlertGauge.Outcome.SENT);
    metrics.queue(() -> 3, () -> 1);
    metrics.leftAlone(() -> List.of("http://prometheus:9090"));
    metrics.syncs().applied(new ObjectRef("team", "app"), Instant.EPOCH);
    metrics.syncs().failed(new ObjectRef("team", "app"));
    metrics.comparisons().following(2);
    metrics.comparisons().looked("prometheus at http://p:9090", 2, Duration.ofMillis(80));
    metrics.comparisons().skipped("prometheus at http://p:9090", 1);
    metrics.comparisons().failed("prometheus at http://p:9090", "too-much", 2);
    metrics.comparisons().recounted();
    Canary canary = held();
    metrics.canaries().stands(canary);
    metrics.canaries().analysed(canary, Duration.ofMillis(200));
    metrics.canaries().told(canary, Reason.PROMOTED);
    metrics.canaries().told(canary, Reason.ROLLED_BACK);
    var evidence = new Evidence("request-duration", 250.0, null, null, null, "fine");
    metrics
        .canaries()
        .answered(
            canary,
            new Answers(
                new Revision("abc"), List.of(), Optional.of(new Verdict.Safe(List.of(evidence)))));
    return this;
  }

  private static Canary held() {
    try {
      return Canary.read(
          new ObjectMapper(new YAMLFactory())
              .readTree(
                  """
                  apiVersion: flagger.app/v1beta1
                  kind: Canary
                  metadata: {name: web, namespace: default, uid: abc, resourceVersion: "1"}
                  spec:
                    targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
                    service: {port: 80}
                    analysis: {interval: 1m, threshold: 1, stepWeight: 10}
                  status:
                    phase: Progressing
                    canaryWeight: 30
                    rollout:
                      metrics:
                      - {name: latency, measured: 8, failed: 2, errorsInRow: 1, inconclusive: 3}
                    conditions:
                    - {type: Held, status: "True", reason: TargetMissing, message: gone,
                       lastTransitionTime: "2026-01-01T00:00:00Z",
                       lastUpdateTime: "2026-01-01T00:00:00Z"}
                    - {type: Stalled, status: "True", reason: TargetMissing, message: gone,
                       lastTransitionTime: "2026-01-01T00:00:00Z",
                       lastUpdateTime: "2026-01-01T00:00:00Z"}
                  """));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
