package dev.sluice.analysis.traffic;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/// One series of `istio_requests_total` or of the durations, by the labels that decide.
///
/// @param reporter `source`: the caller's proxy, a gateway included; `destination`: the pod's
/// @param code of the answer, `0` when there was none
/// @param flags Envoy's short ones; empty for none
/// @param grpcStatus number in text, empty where there is none
/// @param caller namespace and name of the workload; `unknown/unknown` for one without a proxy
record RequestSeries(
    String reporter,
    String code,
    Set<String> flags,
    String grpcStatus,
    String caller,
    Map<String, String> labels) {

  private static final String UNKNOWN = "unknown";

  static RequestSeries of(Map<String, String> labels) {
    var flags = labels.getOrDefault("response_flags", "-");
    return new RequestSeries(
        labels.getOrDefault("reporter", ""),
        labels.getOrDefault("response_code", ""),
        flags.equals("-") || flags.isEmpty()
            ? Set.of()
            : Set.copyOf(Arrays.asList(flags.split(","))),
        labels.getOrDefault("grpc_response_status", ""),
        labels.getOrDefault("source_workload_namespace", UNKNOWN)
            + "/"
            + labels.getOrDefault("source_workload", UNKNOWN),
        labels);
  }

  /// What decides whether it counts, and not where.
  RequestSeries withoutLabels() {
    return new RequestSeries(reporter, code, flags, grpcStatus, caller, Map.of());
  }

  boolean fromCaller() {
    return reporter.equals("source");
  }

  boolean isAt(Workload workload) {
    return is("destination_workload", workload.name())
        && is("destination_workload_namespace", workload.namespace());
  }

  boolean pickedNoPod() {
    return fromCaller() && labels.getOrDefault("destination_workload", UNKNOWN).equals(UNKNOWN);
  }

  boolean chose(Workload service) {
    return is("destination_service_name", service.name())
        && is("destination_service_namespace", service.namespace());
  }

  private boolean is(String label, String value) {
    return labels.getOrDefault(label, "").equals(value);
  }

  /// The process whose counters these are: they begin anew together.
  String process() {
    return labels.getOrDefault("job", "") + "|" + pod() + "|" + labels.getOrDefault("instance", "");
  }

  /// The scraped pod, else its address; empty where a Prometheus has dropped both.
  String pod() {
    var pod = labels.getOrDefault("pod", "");
    return pod.isEmpty()
        ? labels.getOrDefault("instance", "")
        : labels.getOrDefault("namespace", "") + "/" + pod;
  }
}
