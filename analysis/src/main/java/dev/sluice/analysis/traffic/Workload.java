package dev.sluice.analysis.traffic;

import java.util.regex.Pattern;

/// A workload as Istio's metrics name it.
public record Workload(String namespace, String name) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");

  /// @throws IllegalArgumentException unless both are names of Kubernetes: they go into queries
  public Workload {
    if (!NAME.matcher(namespace).matches() || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "is not written as NAMESPACE/WORKLOAD, such as shop/checkout");
    }
  }

  /// Reads `namespace/name`.
  ///
  /// @throws IllegalArgumentException for anything else
  public static Workload parse(String text) {
    int slash = text.indexOf('/');
    return new Workload(text.substring(0, Math.max(0, slash)), text.substring(slash + 1));
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
