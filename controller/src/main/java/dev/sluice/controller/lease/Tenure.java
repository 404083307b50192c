package dev.sluice.controller.lease;

import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Fence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// One time of leading, from taking the lease to losing or releasing it. It shuts by itself when
/// the lease was not renewed in time, whatever the thread that renews is doing; once shut it never
/// opens again.
public final class Tenure implements Fence {
  private final Timing timing;
  private final Supplier<Duration> stopwatch;
  private final List<Runnable> listeners = new ArrayList<>();
  private Duration renewed;
  private boolean ended;
  private int writing;

  Tenure(Timing timing, Supplier<Duration> stopwatch, Duration renewed) {
    this.timing = timing;
    this.stopwatch = stopwatch;
    this.renewed = renewed;
  }

  /// Whether something may be written now.
  public synchronized boolean isHeld() {
    return !ended && !Election.overdue(timing, renewed, stopwatch.get());
  }

  @Override
  public synchronized Permit enter() {
    Duration now = stopwatch.get();
    if (ended || Election.overdue(timing, renewed, now)) {
      throw new ClusterFailure.Unavailable("not written: this process is not the leader any more");
    }
    writing++;
    // Somebody else may write from then on.
    return new Permit(renewed.plus(timing.duration()).minus(now), this::leave);
  }

  private synchronized void leave() {
    writing--;
    notifyAll();
  }

  /// @param run at the end, once; at once when it has ended already
  public void whenEnded(Runnable run) {
    synchronized (this) {
      if (!ended) {
        listeners.add(run);
        return;
      }
    }
    run.run();
  }

  synchronized void renewed(Duration begun) {
    if (!ended) {
      renewed = begun;
    }
  }

  void end() {
    List<Runnable> told;
    synchronized (this) {
      ended = true;
      notifyAll();
      told = List.copyOf(listeners);
      listeners.clear();
    }
    told.forEach(Runnable::run);
  }

  /// Waits for the end.
  public synchronized void awaitEnd() throws InterruptedException {
    while (!ended) {
      wait();
    }
  }

  /// Waits until no write is under way.
  ///
  /// @return whether that happened in time
  synchronized boolean awaitQuiet(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (writing > 0) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }
}
