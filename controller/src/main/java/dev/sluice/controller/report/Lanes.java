package dev.sluice.controller.report;

import dev.sluice.crds.ObjectRef;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is told about one canary is told in the order in which it happened; canaries do not wait
/// for each other. Beyond a limit nothing is taken, so that a receiver that hangs cannot fill the
/// memory.
public final class Lanes {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  interface Delivery {
    void run() throws InterruptedException;
  }

  enum Place {
    TAKEN,
    /// Too much waits already.
    FULL,
    /// The process is stopping: neither this nor what waited before it is delivered.
    STOPPING
  }

  private final Executor threads;
  private final int mostOfOne;
  private final int most;

  /// What waits, by canary; a canary in it has a thread that delivers.
  private final Map<ObjectRef, Queue<Delivery>> waiting = new HashMap<>();

  private int size;

  /// @param mostOfOne deliveries of one canary that may wait
  /// @param most of all canaries
  Lanes(Executor threads, int mostOfOne, int most) {
    this.threads = threads;
    this.mostOfOne = mostOfOne;
    this.most = most;
  }

  Place add(ObjectRef canary, Delivery delivery) {
    synchronized (this) {
      Queue<Delivery> queue = waiting.get(canary);
      if (size >= most || (queue != null && queue.size() >= mostOfOne)) {
        return Place.FULL;
      }
      size++;
      if (queue != null) {
        queue.add(delivery);
        return Place.TAKEN;
      }
      waiting.put(canary, new ArrayDeque<>(List.of(delivery)));
    }
    try {
      threads.execute(() -> deliver(canary));
      return Place.TAKEN;
    } catch (RejectedExecutionException _) {
      forget(canary);
      return Place.STOPPING;
    }
  }

  private void deliver(ObjectRef canary) {
    boolean done = false;
    try {
      for (Optional<Delivery> next = next(canary); next.isPresent(); next = next(canary)) {
        deliver(canary, next.get());
      }
      done = true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      if (!done) {
        forget(canary);
      }
    }
  }

  /// What one delivery fails of is no reason to lose those behind it.
  private static void deliver(ObjectRef canary, Delivery delivery) throws InterruptedException {
    try {
      delivery.run();
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("canary", canary).setCause(e).log("event lost");
    }
  }

  private synchronized Optional<Delivery> next(ObjectRef canary) {
    Queue<Delivery> queue = waiting.get(canary);
    Delivery next = queue == null ? null : queue.poll();
    if (next == null) {
      waiting.remove(canary);
      return Optional.empty();
    }
    size--;
    return Optional.of(next);
  }

  private synchronized void forget(ObjectRef canary) {
    Queue<Delivery> queue = waiting.remove(canary);
    size -= queue == null ? 0 : queue.size();
  }
}
