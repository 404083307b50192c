package dev.sluice.playground.network;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Services of the cluster that run beside it instead of in pods: the load tester, Prometheus.
/// Nothing else outside of pods can be reached. Thread-safe.
public final class ExternalServices {
  private final Map<String, InetSocketAddress> addresses = new ConcurrentHashMap<>();

  /// @param port that callers use
  /// @param address on loopback
  /// @throws IllegalArgumentException for an address of another machine
  public void register(String name, String namespace, int port, InetSocketAddress address) {
    if (address.getAddress() == null || !address.getAddress().isLoopbackAddress()) {
      throw new IllegalArgumentException(address + " is not on this machine's loopback");
    }
    addresses.put(Names.full(name, namespace) + ":" + port, address);
  }

  /// @param host in any spelling that a caller in the namespace may use
  Optional<InetSocketAddress> find(String host, int port, String namespace) {
    var labels = host.split("\\.", -1);
    var full =
        switch (labels.length) {
          case 1 -> Names.full(host, namespace);
          case 2 -> host + "." + Names.DOMAIN;
          case 3 -> host + ".cluster.local";
          default -> host;
        };
    return Optional.ofNullable(addresses.get(full + ":" + port));
  }
}
