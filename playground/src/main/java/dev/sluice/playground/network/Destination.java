package dev.sluice.playground.network;

/// What Envoy calls a cluster: a Service's port, or a subset of it.
///
/// @param host full name
/// @param subset empty when there is none
public record Destination(String host, int port, String subset) {

  /// `app.prod.svc.cluster.local:80 subset v1`
  @Override
  public String toString() {
    return host + ":" + port + (subset.isEmpty() ? "" : " subset " + subset);
  }
}
