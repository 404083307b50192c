package dev.sluice.controller.loop;

import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes due keys from the queue and runs their reconcilers, each pass on a virtual thread of its
/// own. Its one thread is the only place of the product that waits for time to pass.
public final class Loop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

  /// Even a watch that lags has caught up after so many looks.
  private static final int STUCK = 6;

  private final DueQueue<Key> queue = new DueQueue<>();
  private final Map<Key, Integer> failures = new ConcurrentHashMap<>();
  private final Map<Kind, Reconciler> reconcilers;
  private final InstantSource clock;
  private final LoopGauges gauges;
  private final Semaphore permits;
  private final Semaphore wakeUps = new Semaphore(0);
  private final ExecutorService passes = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean running = true;
  private volatile Optional<Instant> turned = Optional.empty();

  /// @param most how many passes may run at once
  public Loop(Map<Kind, Reconciler> reconcilers, InstantSource clock, int most, LoopGauges gauges) {
    this.reconcilers = Map.copyOf(reconcilers);
    this.clock = clock;
    this.gauges = gauges;
    this.permits = new Semaphore(most);
  }

  /// Asks for a look now. Keys of kinds without a reconciler are ignored.
  public void lookAt(Key key) {
    lookAt(key, clock.instant());
  }

  /// Asks for a look not later than `at`.
  public void lookAt(Key key, Instant at) {
    if (reconcilers.containsKey(key.kind())) {
      queue.add(key, at);
      wake();
    }
  }

  /// Runs until [#close]; the caller's thread is the loop's thread.
  public void run() throws InterruptedException {
    try {
      turn();
    } finally {
      turned = Optional.empty();
    }
  }

  private void turn() throws InterruptedException {
    while (running) {
      turned = Optional.of(clock.instant());
      permits.acquire();
      // Before looking at the queue: a wish that comes after this line ends the wait below.
      wakeUps.drainPermits();
      List<DueQueue.Due<Key>> due = queue.take(clock.instant(), 1);
      if (due.isEmpty()) {
        permits.release();
        waitForWork();
        continue;
      }
      DueQueue.Due<Key> next = due.getFirst();
      gauges.late(Duration.between(next.at(), clock.instant()));
      try {
        passes.execute(() -> pass(next.key()));
      } catch (RejectedExecutionException e) {
        // Closed since it was taken; there will be no more passes.
        permits.release();
        return;
      }
    }
  }

  /// When the loop last turned, which is at least once a minute; empty while it does not run.
  public Optional<Instant> lastTurn() {
    return turned;
  }

  private void pass(Key key) {
    Instant began = clock.instant();
    try {
      Reconciler reconciler = reconcilers.get(key.kind());
      if (reconciler != null) {
        Optional<Instant> again = reconciler.reconcile(key.ref(), began);
        failures.remove(key);
        again.ifPresent(at -> queue.add(key, at));
      }
    } catch (RuntimeException | StackOverflowError e) {
      int inARow = failures.merge(key, 1, Integer::sum);
      Duration wait = Backoff.after(inARow);
      if (passesByItself(e) && inARow < STUCK) {
        LOG.atDebug()
            .addKeyValue("key", key)
            .addKeyValue("why", e.getMessage())
            .log("looking again");
      } else {
        (e instanceof ClusterFailure ? LOG.atWarn() : LOG.atError().setCause(e))
            .addKeyValue("key", key)
            .addKeyValue("why", e.getMessage())
            .addKeyValue("retryAfter", wait)
            .log("pass failed");
      }
      queue.add(key, clock.instant().plus(wait));
    } finally {
      gauges.passed(key.kind(), Duration.between(began, clock.instant()));
      queue.done(key);
      permits.release();
      wake();
    }
  }

  /// Somebody else wrote first, or our cache is behind or has only been begun: the watch will show
  /// it in a moment.
  private static boolean passesByItself(Throwable e) {
    return e instanceof ClusterFailure.Conflict || e instanceof ClusterFailure.Unlisted;
  }

  private void waitForWork() throws InterruptedException {
    Instant now = clock.instant();
    Duration wait = Duration.between(now, queue.nextDue().orElse(now.plusSeconds(60)));
    if (running) {
      boolean _ = wakeUps.tryAcquire(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
    }
  }

  private void wake() {
    wakeUps.release();
  }

  /// Objects that wait for a look or are being looked at.
  public int size() {
    return queue.size();
  }

  /// Objects whose looks have failed so often in a row, for about half a minute at least, that they
  /// will not mend by themselves.
  public int stuck() {
    return (int) failures.values().stream().filter(inARow -> inARow >= STUCK).count();
  }

  /// Starts no new passes, and lets those under way finish.
  ///
  /// @return whether they did in time
  public boolean finish(Duration atMost) throws InterruptedException {
    running = false;
    wake();
    passes.shutdown();
    return passes.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Ends [#run], and interrupts the passes under way.
  @Override
  public void close() {
    running = false;
    wake();
    passes.shutdownNow();
  }
}
