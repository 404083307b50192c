package dev.sluice.playground.network;

import dev.sluice.playground.metrics.Registry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Istio's standard metrics of both reporters, and what a display counts. Thread-safe.
public final class Telemetry {
  private static final String UNKNOWN = "unknown";
  private static final String CLUSTER = "Kubernetes";

  /// `HTTP/1.1 200 OK` with its end, and the end of the head.
  private static final int STATUS_LINE = 19;

  /// What a request's first line and its host header have besides method, path and host.
  private static final int REQUEST_LINE = 23;

  private final Registry registry;
  private final TrafficStats stats = new TrafficStats();

  public Telemetry(Registry registry) {
    this.registry = registry;
  }

  public TrafficStats stats() {
    return stats;
  }

  /// How one request ended, seen by one proxy.
  ///
  /// @param code 0 when no answer was ever sent
  /// @param flags of Envoy, in their order
  /// @param sent bytes of the request's body
  /// @param received bytes of the answer's body
  /// @param answer headers of what the caller was told, trailers included
  record End(
      int code, List<String> flags, Duration took, long sent, long received, Headers answer) {
    /// Without an answer, or with one whose headers nobody knows.
    End(int code, List<String> flags, Duration took, long sent, long received) {
      this(code, flags, took, sent, received, Headers.NONE);
    }

    /// Heads count as they look on the wire.
    private long receivedWithHead() {
      return received + (code == 0 ? 0 : STATUS_LINE + size(answer));
    }
  }

  private static long size(Headers headers) {
    return headers.all().stream().mapToLong(h -> h.name().length() + h.value().length() + 4).sum();
  }

  private static long size(RequestHead head) {
    return head.method().length()
        + head.target().length()
        + head.authority().length()
        + REQUEST_LINE
        + size(head.headers());
  }

  /// The outbound side of a caller's sidecar, or a gateway.
  ///
  /// @param destination that was chosen; null when none was
  /// @param picked the pod of the last try; null when none was picked
  /// @param answered whether that pod answered
  void source(
      Caller caller,
      RequestHead request,
      @Nullable Destination destination,
      @Nullable Endpoint picked,
      boolean answered,
      End end) {
    var labels = new LinkedHashMap<String, String>();
    labels.put("reporter", "source");
    about(labels, "source", caller.workload(), caller.namespace(), caller.labels(), "");
    if (picked == null) {
      nobody(labels);
    } else {
      about(
          labels,
          "destination",
          picked.workload(),
          picked.namespace(),
          answered ? picked.labels() : Map.of(),
          UNKNOWN);
    }
    if (destination != null) {
      service(labels, destination.host());
    } else if (caller instanceof Caller.Gateway) {
      service(labels, UNKNOWN, UNKNOWN, UNKNOWN);
    } else {
      service(labels, request.authority(), request.authority(), UNKNOWN);
    }
    labels.put("connection_security_policy", UNKNOWN);
    record(labels, request, end);
    stats.count(request.host(), destination == null ? "" : destination.host(), end.code, end.flags);
  }

  /// A host that is not in the mesh.
  ///
  /// @param cluster `PassthroughCluster` or `BlackHoleCluster`
  void outside(Caller caller, RequestHead request, String cluster, End end) {
    var labels = new LinkedHashMap<String, String>();
    labels.put("reporter", "source");
    about(labels, "source", caller.workload(), caller.namespace(), caller.labels(), "");
    nobody(labels);
    service(labels, request.authority(), cluster, UNKNOWN);
    labels.put("connection_security_policy", UNKNOWN);
    record(labels, request, end);
    stats.count(request.host(), "", end.code, end.flags);
  }

  /// The inbound side of a pod's sidecar.
  void destination(
      MeshSnapshot snapshot, Caller caller, Endpoint pod, RequestHead request, End end) {
    var labels = new LinkedHashMap<String, String>();
    labels.put("reporter", "destination");
    about(labels, "source", caller.workload(), caller.namespace(), caller.labels(), UNKNOWN);
    about(labels, "destination", pod.workload(), pod.namespace(), pod.labels(), "");
    var service = snapshot.inboundService(pod.namespace(), pod.labels());
    if (service.isPresent()) {
      service(labels, service.get());
    } else {
      service(labels, pod.workload(), pod.workload(), pod.namespace());
    }
    labels.put("connection_security_policy", "none");
    record(labels, request, end);
  }

  /// @param missing what stands for a label that the pod does not have: the peer's are `unknown`,
  ///   those of the proxy's own pod the empty text
  private static void about(
      Map<String, String> labels,
      String side,
      String workload,
      String namespace,
      Map<String, String> pod,
      String missing) {
    var app = pod.getOrDefault("app", missing);
    var version = pod.getOrDefault("version", missing);
    labels.put(side + "_workload", workload);
    labels.put(side + "_workload_namespace", namespace);
    labels.put(side + "_app", app);
    labels.put(side + "_version", version);
    labels.put(
        side + "_canonical_service",
        pod.getOrDefault("service.istio.io/canonical-name", pod.getOrDefault("app", workload)));
    labels.put(
        side + "_canonical_revision",
        pod.getOrDefault(
            "service.istio.io/canonical-revision", pod.getOrDefault("version", "latest")));
    labels.put(side + "_principal", UNKNOWN);
    labels.put(side + "_cluster", CLUSTER);
  }

  private static void nobody(Map<String, String> labels) {
    for (var label :
        List.of(
            "workload",
            "workload_namespace",
            "app",
            "version",
            "canonical_service",
            "principal",
            "cluster")) {
      labels.put("destination_" + label, UNKNOWN);
    }
    labels.put("destination_canonical_revision", "latest");
  }

  private static void service(Map<String, String> labels, String host) {
    var parts = host.split("\\.", 3);
    service(labels, host, parts[0], parts.length > 1 ? parts[1] : UNKNOWN);
  }

  private static void service(
      Map<String, String> labels, String service, String name, String namespace) {
    labels.put("destination_service", service);
    labels.put("destination_service_name", name);
    labels.put("destination_service_namespace", namespace);
  }

  private void record(Map<String, String> labels, RequestHead request, End end) {
    labels.put("request_protocol", GrpcAnswers.isGrpc(request.headers()) ? "grpc" : "http");
    labels.put("response_code", String.valueOf(end.code));
    labels.put("response_flags", end.flags.isEmpty() ? "-" : String.join(",", end.flags));
    labels.put(
        "grpc_response_status",
        GrpcAnswers.isGrpc(request.headers()) ? end.answer.first("grpc-status").orElse("") : "");
    registry.inc("istio_requests_total", labels, 1);
    registry.observe(
        "istio_request_duration_milliseconds", labels, end.took.toNanos() / 1_000_000.0);
    registry.observe("istio_request_bytes", labels, (double) (end.sent + size(request)));
    registry.observe("istio_response_bytes", labels, (double) end.receivedWithHead());
  }
}
