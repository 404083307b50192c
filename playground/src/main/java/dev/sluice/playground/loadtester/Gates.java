package dev.sluice.playground.loadtester;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Switches that people open and close; closed until somebody opens them, gone with the process.
final class Gates {
  private static final int MOST = 10_000;

  private final Set<String> open = ConcurrentHashMap.newKeySet();

  boolean isOpen(String key) {
    return open.contains(key);
  }

  /// @return false when there is no room for another one
  boolean open(String key) {
    return open.contains(key) || (open.size() < MOST && open.add(key));
  }

  void close(String key) {
    open.remove(key);
  }
}
