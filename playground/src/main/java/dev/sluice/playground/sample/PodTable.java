package dev.sluice.playground.sample;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The pods of a world on a virtual clock: they are known, but no server runs.
public final class PodTable implements PodRuntime, PodNetwork {
  private final Meter meter = new Meter();
  private final Map<String, PodFacts> byIp = new ConcurrentHashMap<>();

  @Override
  public void run(PodFacts pod) {
    byIp.put(pod.ip(), pod);
  }

  /// A pod has answered a request.
  public void served(PodFacts pod, Instant now) {
    meter.served(pod, now);
  }

  @Override
  public Meter.Work work(String uid, Instant now) {
    return meter.of(uid, now);
  }

  @Override
  public void stop(String uid) {
    meter.forget(uid);
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
