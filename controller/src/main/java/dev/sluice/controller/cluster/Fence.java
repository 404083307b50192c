package dev.sluice.controller.cluster;

import java.time.Duration;

/// Stands before every write: whoever is not the leader any more writes nothing, not even from a
/// pass that began when he was.
public interface Fence {
  /// For a process that shares its work with nobody.
  Fence OPEN = () -> new Permit(Duration.ofDays(1), () -> {});

  /// Asks to begin one write. The permit is closed when the write is over, however it ended.
  ///
  /// @throws ClusterFailure.Unavailable when nothing may be written any more
  Permit enter();

  /// @param atMost how long the write may take: after that somebody else may be writing
  /// @param over run once the write is over
  record Permit(Duration atMost, Runnable over) implements AutoCloseable {
    @Override
    public void close() {
      over.run();
    }
  }
}
