package dev.sluice.playground.loadtester;

import dev.sluice.playground.network.Credentials;

/// How the load tester reaches the cluster: by the network's proxy, in the namespace of the canary
/// that it works for.
///
/// @param proxyPort on loopback
public record ClusterAccess(int proxyPort) {
  private static final String WORKLOAD = "flagger-loadtester";

  String credentials(String namespace) {
    return Credentials.header(namespace, WORKLOAD);
  }

  /// For programs that obey the proxy variables.
  String url(String namespace) {
    return "http://%s:%s@127.0.0.1:%d".formatted(namespace, WORKLOAD, proxyPort);
  }
}
