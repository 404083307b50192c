package dev.sluice.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.crds.ObjectRef;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// The loop on the wall clock; what it does in which order is the queue's test.
class LoopTest {
  private static final LoopGauges UNMEASURED =
      new LoopGauges() {
        @Override
        public void late(Duration by) {}

        @Override
        public void passed(Kind kind, Duration took) {}
      };

  private final Key shop = new Key(Kind.CANARY, new ObjectRef("prod", "shop"));

  @Test
  void aFailingPassIsTriedAgainLater() throws Exception {
    LinkedBlockingQueue<Instant> passes = new LinkedBlockingQueue<>();
    AtomicInteger begun = new AtomicInteger();
    Reconciler flaky =
        (ref, now) -> {
          passes.add(now);
          // Not the queue's size: the test may have emptied it by now.
          if (begun.incrementAndGet() == 1) {
            throw new ClusterFailure.Unavailable("the API server is away");
          }
          return Optional.empty();
        };
    try (Running running = new Running(flaky)) {
      running.loop.lookAt(shop);
      Instant first = next(passes);
      assertThat(Duration.between(first, next(passes))).isGreaterThan(Duration.ofMillis(900));
    }
  }

  @Test
  void anObjectWhoseLooksFailAgainAndAgainIsStuckUntilOneSucceeds() throws Exception {
    LinkedBlockingQueue<Instant> passes = new LinkedBlockingQueue<>();
    AtomicBoolean mended = new AtomicBoolean();
    Reconciler behind =
        (ref, now) -> {
          passes.add(now);
          if (!mended.get()) {
            throw new ClusterFailure.Conflict("somebody else wrote first");
          }
          return Optional.empty();
        };
    try (Running running = new Running(behind)) {
      // Once a seventh has begun, the sixth is over.
      for (int i = 0; i < 7; i++) {
        running.loop.lookAt(shop);
        next(passes);
      }
      assertThat(running.loop.stuck()).isEqualTo(1);

      mended.set(true);
      passes.clear();
      running.loop.lookAt(shop);
      next(passes);
      running.finish();
      assertThat(running.loop.stuck()).isZero();
    }
  }

  @Test
  void nobodyIsWarnedOfAFirstListThatHasOnlyJustBeenAskedFor() throws Exception {
    var waiting =
        warningsOfSixLooksThatFailWith(new ClusterFailure.Unlisted("the first list of daemonsets"));
    assertThat(waiting)
        .as("one that still has not come after so many looks")
        .containsExactly("pass failed");

    assertThat(warningsOfSixLooksThatFailWith(new ClusterFailure.Unavailable("no answer")))
        .hasSize(6);
  }

  private List<String> warningsOfSixLooksThatFailWith(ClusterFailure why) throws Exception {
    LinkedBlockingQueue<Instant> passes = new LinkedBlockingQueue<>();
    Reconciler failing =
        (ref, now) -> {
          passes.add(now);
          throw why;
        };
    Logger log = (Logger) LoggerFactory.getLogger(Loop.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    try (Running running = new Running(failing)) {
      for (int i = 0; i < 6; i++) {
        running.loop.lookAt(shop);
        next(passes);
      }
      running.finish();
    } finally {
      log.detachAppender(lines);
    }
    return lines.list.stream()
        .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Test
  void aPassThatThrowsAnythingHurtsNobodyElse() throws Exception {
    LinkedBlockingQueue<ObjectRef> seen = new LinkedBlockingQueue<>();
    Reconciler broken =
        (ref, now) -> {
          seen.add(ref);
          if (ref.name().equals("broken")) {
            throw new IllegalStateException("a bug");
          }
          return Optional.empty();
        };
    try (Running running = new Running(broken)) {
      running.loop.lookAt(new Key(Kind.CANARY, new ObjectRef("prod", "broken")));
      next(seen);
      running.loop.lookAt(shop);
      assertThat(next(seen)).isEqualTo(shop.ref());
    }
  }

  @Test
  void oneObjectIsNeverLookedAtTwiceAtOnce() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch enough = new CountDownLatch(50);
    Reconciler counting =
        (ref, now) -> {
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          Thread.onSpinWait();
          inside.decrementAndGet();
          enough.countDown();
          return Optional.of(now);
        };
    try (Running running = new Running(counting)) {
      for (int i = 0; i < 1000; i++) {
        running.loop.lookAt(shop);
      }
      assertThat(enough.await(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(most).hasValue(1);
  }

  @Test
  void aLoopThatWasClosedDoesNotLookAsIfItHung() throws Exception {
    AtomicReference<Loop> closedWhenDue = new AtomicReference<>();
    LoopGauges closing =
        new LoopGauges() {
          @Override
          public void late(Duration by) {
            Optional.ofNullable(closedWhenDue.get()).ifPresent(Loop::close);
          }

          @Override
          public void passed(Kind kind, Duration took) {}
        };
    Loop loop =
        new Loop(
            Map.of(Kind.CANARY, (ref, now) -> Optional.empty()),
            InstantSource.system(),
            4,
            closing);
    closedWhenDue.set(loop);
    loop.lookAt(shop);
    loop.run();
    assertThat(loop.lastTurn()).isEmpty();
  }

  @Test
  void theWaitAfterFailuresGrowsToAMinute() {
    assertThat(List.of(1, 2, 3, 7, 8, 500).stream().map(Backoff::after).map(Duration::toSeconds))
        .containsExactly(1L, 2L, 4L, 60L, 60L, 60L);
  }

  private static <T> T next(LinkedBlockingQueue<T> queue) throws InterruptedException {
    return Optional.ofNullable(queue.poll(10, TimeUnit.SECONDS))
        .orElseThrow(() -> new AssertionError("no pass within 10 s"));
  }

  private static final class Running implements AutoCloseable {
    final Loop loop;

    Running(Reconciler reconciler) {
      loop = new Loop(Map.of(Kind.CANARY, reconciler), InstantSource.system(), 4, UNMEASURED);
      Thread.ofVirtual()
          .start(() -> {
            try {
              loop.run();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          });
    }

    void finish() throws InterruptedException {
      assertThat(loop.finish(Duration.ofSeconds(10))).isTrue();
    }

    @Override
    public void close() {
      loop.close();
    }
  }
}
