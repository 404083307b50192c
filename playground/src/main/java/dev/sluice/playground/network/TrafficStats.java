package dev.sluice.playground.network;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How many requests went where, since the start; for people to look at. Thread-safe.
public final class TrafficStats {
  private static final int MOST = 5_000;

  /// @param host that the caller asked for, without port
  /// @param destination full name of the chosen Service; empty when none was
  /// @param code that the caller saw; 0 when it gave up before
  /// @param flags of Envoy, comma-separated; empty for none
  public record Way(String host, String destination, int code, String flags)
      implements Comparable<Way> {
    @Override
    public int compareTo(Way other) {
      return Comparator.comparing(Way::host)
          .thenComparing(Way::destination)
          .thenComparingInt(Way::code)
          .thenComparing(Way::flags)
          .compare(this, other);
    }
  }

  private final Map<Way, Long> counts = new TreeMap<>();

  synchronized void count(String host, String destination, int code, List<String> flags) {
    var way = new Way(host, destination, code, String.join(",", flags));
    if (counts.containsKey(way) || counts.size() < MOST) {
      counts.merge(way, 1L, Long::sum);
    }
  }

  /// The counts at this moment; they never fall.
  public synchronized Map<Way, Long> snapshot() {
    return new TreeMap<>(counts);
  }
}
