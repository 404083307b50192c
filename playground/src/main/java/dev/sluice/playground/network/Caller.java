package dev.sluice.playground.network;

import java.util.Map;

/// Who sends a request into the mesh: it decides what a bare name means, which rules apply, and the
/// `source_…` labels.
public sealed interface Caller {
  String namespace();

  /// The labels of its pods.
  Map<String, String> labels();

  /// The Deployment, or what stands for it.
  String workload();

  /// A pod with a sidecar.
  record Sidecar(String namespace, Map<String, String> labels, String workload) implements Caller {
    public Sidecar {
      labels = Map.copyOf(labels);
    }

    public static Sidecar named(String workload, String namespace) {
      return new Sidecar(namespace, Map.of("app", workload), workload);
    }
  }

  /// An ingress gateway; serves the Gateway objects whose selector its labels fulfil.
  record Gateway(String namespace, Map<String, String> labels, String workload) implements Caller {
    /// As Istio installs it.
    public static final Gateway INGRESS =
        new Gateway(
            "istio-system",
            Map.of("app", "istio-ingressgateway", "istio", "ingressgateway"),
            "istio-ingressgateway");

    public Gateway {
      labels = Map.copyOf(labels);
    }
  }
}
