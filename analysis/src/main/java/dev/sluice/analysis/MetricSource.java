package dev.sluice.analysis;

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
}
