package dev.sluice.controller.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {
  private final CountDownLatch never = new CountDownLatch(1);
  private final CountDownLatch abandoned = new CountDownLatch(1);

  @Test
  void anAnswerIsWaitedForAsLongAsItIsAskedFor() throws Exception {
    var looks = new AtomicInteger();
    var answered = new CountDownLatch(1);

    var answer =
        Patience.await(
            () -> {
              answered.await();
              return "yes";
            },
            () -> {
              if (looks.incrementAndGet() == 2) {
                answered.countDown();
              }
              return true;
            });

    assertThat(answer).contains("yes");
  }

  @Test
  void aQuestionWithoutAMeaningIsAbandoned() throws Exception {
    assertThat(Patience.await(this::hang, () -> false)).isEmpty();
    assertThat(abandoned.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whoeverStopsWaitingAbandonsTheQuestion() throws Exception {
    var interrupted = new CountDownLatch(1);
    var caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Patience.await(this::hang, () -> true);
              } catch (InterruptedException _) {
                interrupted.countDown();
              }
            });

    caller.interrupt();

    assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
    assertThat(interrupted.getCount()).isZero();
  }

  @Test
  void aBugStaysABug() {
    assertThatThrownBy(() ->
            Patience.await(
                () -> {
                  throw new IllegalArgumentException("bug");
                },
                () -> true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bug");
  }

  private String hang() throws InterruptedException {
    try {
      never.await();
    } finally {
      abandoned.countDown();
    }
    return "never";
  }
}
