package dev.sluice.playground.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// How much the pods' apps have done of late: answers and the time of cores that they cost.
/// Thread-safe.
public final class Meter {
  /// What is looked at, up to now.
  public static final Duration WINDOW = Duration.ofSeconds(15);

  /// What an app takes that has nothing to do, in cores.
  private static final double IDLE = 0.001;

  private static final int SECONDS = 32;

  private final Map<String, Ring> rings = new ConcurrentHashMap<>();

  /// @param requestsPerSecond answered, over [#WINDOW]
  /// @param cores in use, over [#WINDOW]
  public record Work(double requestsPerSecond, double cores) {}

  /// One answer to a request.
  void served(PodFacts pod, Instant now) {
    rings
        .computeIfAbsent(pod.uid(), _ -> new Ring())
        .add(now.getEpochSecond(), pod.behaviour().cpuPerRequest().toNanos());
  }

  void forget(String uid) {
    rings.remove(uid);
  }

  Work of(String uid, Instant now) {
    var ring = rings.get(uid);
    return ring == null ? new Work(0, IDLE) : ring.last(now.getEpochSecond());
  }

  /// A slot for each of the latest seconds.
  private static final class Ring {
    private final long[] second = new long[SECONDS];
    private final long[] requests = new long[SECONDS];
    private final long[] nanos = new long[SECONDS];

    synchronized void add(long at, long cost) {
      int slot = Math.floorMod(at, SECONDS);
      if (second[slot] != at) {
        second[slot] = at;
        requests[slot] = 0;
        nanos[slot] = 0;
      }
      requests[slot]++;
      nanos[slot] += cost;
    }

    /// The second that has begun is not over and does not count.
    synchronized Work last(long now) {
      long answered = 0;
      long spent = 0;
      for (int slot = 0; slot < SECONDS; slot++) {
        if (second[slot] < now && second[slot] >= now - WINDOW.toSeconds()) {
          answered += requests[slot];
          spent += nanos[slot];
        }
      }
      double window = WINDOW.toSeconds();
      return new Work(answered / window, IDLE + spent / 1e9 / window);
    }
  }
}
