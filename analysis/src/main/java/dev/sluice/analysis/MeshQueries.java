package dev.sluice.analysis;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The questions about requests that a mesh's own metrics answer, as templates for a Prometheus.
///
/// @param mesh name as in `-mesh-provider`
/// @param successRate percent of requests to `{{ target }}` that did not fail
/// @param duration their 99th percentile in milliseconds
/// @param requests how many there were
/// @param callers who asked, and what became of it: how many there were to `{{ target }}` and its
///   primary as either side counts them, by reporter, source_workload, source_workload_namespace,
///   destination_workload, response_code, response_flags and grpc_response_status; empty where that
///   is not measured
public record MeshQueries(
    String mesh, String successRate, String duration, String requests, Optional<String> callers) {

  private static final String ISTIO_TARGET =
      "reporter=\"destination\",destination_workload_namespace=\"{{ namespace }}\","
          + "destination_workload=~\"{{ target }}\"";

  /// The first two are Flagger's, so that a release is judged by the same numbers.
  private static final MeshQueries ISTIO =
      new MeshQueries(
          "istio",
          "sum(rate(istio_requests_total{%s,response_code!~\"5.*\"}[{{ interval }}]))"
                  .formatted(ISTIO_TARGET)
              + " / sum(rate(istio_requests_total{%s}[{{ interval }}])) * 100"
                  .formatted(ISTIO_TARGET),
          "histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{%s}[{{ interval }}])) by (le))"
              .formatted(ISTIO_TARGET),
          "sum(increase(istio_requests_total{%s}[{{ interval }}]))".formatted(ISTIO_TARGET),
          Optional.of(
              "sum by (reporter, source_workload, source_workload_namespace, destination_workload,"
                  + " response_code, response_flags, grpc_response_status) "
                  + "(increase(istio_requests_total{"
                  + "destination_workload_namespace=\"{{ namespace }}\","
                  + "destination_workload=~\"{{ target }}|{{ target }}-primary\"}[{{ interval }}]))"));

  /// A Service is seen by its callers only: the side of the pods names the oldest Service that
  /// finds them.
  private static final String ISTIO_SERVICE =
      "reporter=\"source\",destination_service_namespace=\"{{ namespace }}\","
          + "destination_service_name=\"{{ target }}-canary\"";

  private static final MeshQueries ISTIO_BY_SERVICE =
      new MeshQueries(
          "istio",
          "sum(rate(istio_requests_total{%s,response_code!~\"5.*\"}[{{ interval }}]))"
                  .formatted(ISTIO_SERVICE)
              + " / sum(rate(istio_requests_total{%s}[{{ interval }}])) * 100"
                  .formatted(ISTIO_SERVICE),
          "histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{%s}[{{ interval }}])) by (le))"
              .formatted(ISTIO_SERVICE),
          "sum(increase(istio_requests_total{%s}[{{ interval }}]))".formatted(ISTIO_SERVICE),
          Optional.empty());

  /// What Kubernetes makes hashes and random ends of names from: no vowels, so that they spell no
  /// words, and least of all "primary".
  private static final String LETTERS = "[b-df-hj-np-tv-xz24-9]+";

  /// Pods of a Deployment bear the hash of their template in their names, those of a DaemonSet do
  /// not; Flagger's pattern finds only the primary's of the latter.
  private static final String APP =
      "kubernetes_namespace=\"{{ namespace }}\","
          + "kubernetes_pod_name=~\"{{ target }}-(%1$s-)?%1$s\"".formatted(LETTERS);

  /// What the application measures itself, as Flagger asks for it: no gateway has metrics that all
  /// have, and without a mesh there is nothing else that counts.
  private static MeshQueries ofApplication(String mesh) {
    return new MeshQueries(
        mesh,
        "sum(rate(http_request_duration_seconds_count{%s,status!~\"5.*\"}[{{ interval }}]))"
                .formatted(APP)
            + " / sum(rate(http_request_duration_seconds_count{%s}[{{ interval }}])) * 100"
                .formatted(APP),
        "histogram_quantile(0.99, sum(rate(http_request_duration_seconds_bucket{%s}[{{ interval }}])) by (le)) * 1000"
            .formatted(APP),
        "sum(increase(http_request_duration_seconds_count{%s}[{{ interval }}]))".formatted(APP),
        Optional.empty());
  }

  /// Whether a query asks for what only the application can report, however many requests it got.
  static boolean asksTheApplication(String template) {
    return template.contains("http_request_duration_seconds");
  }

  /// One line per mesh.
  private static final List<MeshQueries> KNOWN =
      List.of(ISTIO, ofApplication("gatewayapi:v1"), ofApplication("kubernetes"));

  /// Those of a target that is a Service, `{{ target }}`; empty where the mesh has none.
  public static Optional<MeshQueries> ofService(String mesh) {
    return mesh.equals(ISTIO_BY_SERVICE.mesh) ? Optional.of(ISTIO_BY_SERVICE) : Optional.empty();
  }

  /// @throws NeedsEdit for a mesh whose metrics are not known; it is never guessed
  public static MeshQueries of(String mesh) throws NeedsEdit {
    for (var queries : KNOWN) {
      if (queries.mesh.equals(mesh)) {
        return queries;
      }
    }
    throw new NeedsEdit(
        "mesh provider",
        "mesh provider '%s' has no built-in metrics; those of %s are known"
            .formatted(
                mesh, KNOWN.stream().map(MeshQueries::mesh).collect(Collectors.joining(", "))));
  }
}
