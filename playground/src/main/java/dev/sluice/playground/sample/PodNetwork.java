package dev.sluice.playground.sample;

import java.net.InetSocketAddress;
import java.util.Optional;

/// Where the pods of the cluster can be reached. Thread-safe, never blocks.
public interface PodNetwork {

  /// The running pod that has this address in the cluster. Whether it is ready is for the endpoints
  /// of its Services to say.
  Optional<PodFacts> pod(String ip);

  /// The loopback address behind a pod's address and port; empty when no pod has the address, when
  /// it does not listen on the port, or on a virtual clock, where nothing listens anywhere.
  Optional<InetSocketAddress> address(String ip, int port);
}
