package dev.sluice.analysis;

import java.time.Instant;

/// One provider that can be asked, with its address and credentials inside. Thread-safe.
public interface MetricSource {

  /// Asks for one number. Blocks, for a few seconds at most; never throws for anything the source
  /// does.
  ///
  /// @throws InterruptedException when the caller gives up
  Sample number(String query) throws InterruptedException;

  /// Asks for a number per label set.
  ///
  /// @throws InterruptedException when the caller gives up
  Table table(String query) throws InterruptedException;

  /// Asks for samples as they were scraped: a selector with a range, such as `up[5m]`.
  ///
  /// @param at the end of the range
  /// @throws InterruptedException when the caller gives up
  Samples samples(String query, Instant at) throws InterruptedException;
}
