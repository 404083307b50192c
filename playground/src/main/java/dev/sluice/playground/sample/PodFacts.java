package dev.sluice.playground.sample;

import java.util.Map;
import java.util.Set;

/// What the sample app knows about the pod it runs in.
///
/// @param ip its address in the cluster, such as 10.244.1.7; nothing outside can reach it
/// @param ports the container ports it listens on; empty when the template names none, and then it
///   listens on all of them
/// @param labels of the pod
public record PodFacts(
    String uid,
    String namespace,
    String name,
    String node,
    String ip,
    String image,
    Set<Integer> ports,
    Map<String, String> labels,
    Behaviour behaviour) {

  public PodFacts {
    ports = Set.copyOf(ports);
    labels = Map.copyOf(labels);
  }

  /// The tag of the image, `latest` when it has none.
  public String version() {
    var name = image;
    int digest = name.indexOf('@');
    if (digest >= 0) {
      name = name.substring(0, digest);
    }
    int tag = name.lastIndexOf(':');
    return tag > name.lastIndexOf('/') ? name.substring(tag + 1) : "latest";
  }

  public boolean listensOn(int port) {
    return ports.isEmpty() || ports.contains(port);
  }
}
