package dev.sluice.controller.lease;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after the lease on a thread of its own, which waits for nothing but the lease: neither a
/// full queue nor a slow pass may cost a renewal.
public final class Campaign {
  private static final Logger LOG = LoggerFactory.getLogger(Campaign.class);
  private static final Duration AFTER_A_BUG = Duration.ofSeconds(2);
  private static final Duration UNWANTED = Duration.ofSeconds(60);

  private final Elector elector;
  private final Thread thread;
  private Optional<Tenure> tenure = Optional.empty();

  /// Whether somebody is there to lead. Whose work of before has not ended yet must not keep the
  /// lease from others.
  private boolean wanted;

  private boolean stopped;

  public Campaign(Elector elector) {
    this.elector = elector;
    this.thread = Thread.ofPlatform().name("lease").daemon().unstarted(this::run);
  }

  /// Begins to look, once.
  public void start() {
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        Duration pause = mayLook() ? look() : UNWANTED;
        synchronized (this) {
          tenure = elector.tenure();
          notifyAll();
          if (stopped) {
            break;
          }
          TimeUnit.NANOSECONDS.timedWait(this, pause.toNanos());
          if (stopped) {
            break;
          }
        }
      }
      elector.release();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean mayLook() {
    return wanted || elector.tenure().isPresent();
  }

  private Duration look() {
    try {
      return elector.look();
    } catch (RuntimeException e) {
      // The fence shuts by itself when this goes on; a thread that is gone could never lead again.
      LOG.atError().setCause(e).log("looking after the lease failed");
      return AFTER_A_BUG;
    }
  }

  /// Waits until this process leads.
  ///
  /// @return empty when the campaign was stopped instead
  public synchronized Optional<Tenure> awaitTenure() throws InterruptedException {
    wanted = true;
    notifyAll();
    while (!stopped && tenure.filter(Tenure::isHeld).isEmpty()) {
      wait();
    }
    wanted = false;
    return stopped ? Optional.empty() : tenure;
  }

  /// Stops looking and releases the lease if this process holds it.
  public void stop() throws InterruptedException {
    synchronized (this) {
      stopped = true;
      notifyAll();
    }
    thread.join();
  }
}
