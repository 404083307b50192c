package dev.sluice.playground.workloads;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/// Gives every pod an address of its node's range in 10.244.0.0/16. An address comes back only
/// after all others of the range, so that a late packet finds nobody rather than a stranger.
final class PodAddresses {
  private static final int PER_BLOCK = 254;
  private static final int BLOCKS = 16;

  private final Map<String, Integer> blocks = new HashMap<>();
  private final Map<String, Integer> cursors = new HashMap<>();
  private final Predicate<String> used;

  PodAddresses(Predicate<String> used) {
    this.used = used;
  }

  /// @throws IllegalStateException when the node has no address left
  String next(String node) {
    int block = blocks.computeIfAbsent(node, _ -> blocks.size() % BLOCKS);
    for (int tried = 0; tried < PER_BLOCK * BLOCKS; tried++) {
      int cursor = cursors.merge(node, 1, Integer::sum) - 1;
      var ip =
          "10.244.%d.%d"
              .formatted(block * BLOCKS + cursor / PER_BLOCK % BLOCKS, cursor % PER_BLOCK + 1);
      if (!used.test(ip)) {
        return ip;
      }
    }
    throw new IllegalStateException("node " + node + " has no pod address left");
  }
}
