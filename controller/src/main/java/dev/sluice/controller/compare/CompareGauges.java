package dev.sluice.controller.compare;

import java.time.Duration;

/// What is measured about comparisons. Must not block and must not throw. A provider is named
/// without anything secret.
public interface CompareGauges {

  /// For whom nobody measures.
  CompareGauges NONE =
      new CompareGauges() {
        @Override
        public void looked(String provider, int canaries, Duration late) {}

        @Override
        public void skipped(String provider, long ticks) {}

        @Override
        public void failed(String provider, String kind, int canaries) {}

        @Override
        public void recounted() {}

        @Override
        public void following(int canaries) {}
      };

  /// A tick is over.
  ///
  /// @param canaries that were looked at
  /// @param late from the tick to the verdicts
  void looked(String provider, int canaries, Duration late);

  /// Ticks that came while the one before was under way; the next one makes up for them.
  void skipped(String provider, long ticks);

  /// A question had no answer.
  ///
  /// @param kind `too-much`, `refused` or `unavailable`
  /// @param canaries that it was about
  void failed(String provider, String kind, int canaries);

  /// A comparison is judged anew from its start, since callers turned out to be others.
  void recounted();

  /// @param canaries that are followed now
  void following(int canaries);
}
