package dev.sluice.playground.sample;

import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The pods of a world on a virtual clock: they are known, but no server runs.
public final class PodTable implements PodRuntime, PodNetwork {
  private final Map<String, PodFacts> byIp = new ConcurrentHashMap<>();

  @Override
  public void run(PodFacts pod) {
    byIp.put(pod.ip(), pod);
  }

  @Override
  public void stop(String uid) {
    byIp.values().removeIf(pod -> pod.uid().equals(uid));
  }

  @Override
  public Optional<PodFacts> pod(String ip) {
    return Optional.ofNullable(byIp.get(ip));
  }

  @Override
  public Optional<InetSocketAddress> address(String ip, int port) {
    return Optional.empty();
  }
}
