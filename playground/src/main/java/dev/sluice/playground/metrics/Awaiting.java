package dev.sluice.playground.metrics;

import io.vertx.core.Future;
import java.io.IOException;
import java.util.concurrent.ExecutionException;

/// Waits for Vert.x from threads that may block.
final class Awaiting {
  private Awaiting() {}

  /// @throws IOException with the message of whatever went wrong
  static <T> T result(Future<T> future) throws IOException, InterruptedException {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage(),
          cause);
    }
  }
}
