package dev.sluice.controller.canary;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/// Waits for an answer from outside only as long as the question has a meaning: an edit that must
/// take the traffic away cannot wait for a metric source or a webhook that hangs.
final class Patience {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  private Patience() {}

  /// @param question run on a thread of its own, which is interrupted when nobody waits any more
  /// @param stillAsked looked at twice a second, in the caller's thread
  /// @return the answer; empty when it is not asked for any more
  /// @throws InterruptedException when the caller gives up
  static <T> Optional<T> await(Callable<T> question, BooleanSupplier stillAsked)
      throws InterruptedException {
    FutureTask<T> task = new FutureTask<>(question);
    Thread.ofVirtual().name("asking").start(task);
    try {
      while (true) {
        try {
          return Optional.of(task.get(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException _) {
          if (!stillAsked.getAsBoolean()) {
            return Optional.empty();
          }
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException bug
          ? bug
          : new IllegalStateException("a question failed", e.getCause());
    } finally {
      task.cancel(true);
    }
  }
}
