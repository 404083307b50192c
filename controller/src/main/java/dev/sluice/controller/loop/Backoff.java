package dev.sluice.controller.loop;

import java.time.Duration;

/// How long to wait after consecutive failures of one key: 1 s, doubled each time, at most 1
/// minute.
///
/// Without jitter: keys fail at their own times, and a repeatable run is worth more here.
final class Backoff {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofMinutes(1);

  private Backoff() {}

  /// @param failures consecutive failures, from 1
  static Duration after(int failures) {
    Duration wait = FIRST.multipliedBy(1L << Math.min(failures - 1, 10));
    return wait.compareTo(MOST) > 0 ? MOST : wait;
  }
}
