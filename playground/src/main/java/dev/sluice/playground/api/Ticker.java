package dev.sluice.playground.api;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Lets a server on the wall clock do what it does by itself, whenever that is due.
public final class Ticker implements AutoCloseable {

  /// How long news of a new due time may take to be noticed.
  private static final Duration LONGEST = Duration.ofMillis(100);

  private final KubernetesApi api;
  private final InstantSource clock;
  private final CountDownLatch closed = new CountDownLatch(1);

  private Ticker(KubernetesApi api, InstantSource clock) {
    this.api = api;
    this.clock = clock;
  }

  public static Ticker start(KubernetesApi api, InstantSource clock) {
    var ticker = new Ticker(api, clock);
    Thread.ofPlatform().daemon().name("cluster").start(ticker::run);
    return ticker;
  }

  private void run() {
    try {
      while (!closed.await(pause(api.step()).toNanos(), TimeUnit.NANOSECONDS)) {
        // The pause is over: the next step.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration pause(Optional<Instant> next) {
    var wait = next.map(at -> Duration.between(clock.instant(), at)).orElse(LONGEST);
    return wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
