package dev.sluice.controller.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DueQueueTest {
  private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

  private final DueQueue<String> queue = new DueQueue<>();

  @Test
  void aKeyIsHandedOutWhenItIsDueAndNotBefore() {
    queue.add("a", T0.plusSeconds(10));
    assertThat(keys(T0.plusSeconds(9))).isEmpty();
    assertThat(keys(T0.plusSeconds(10))).containsExactly("a");
  }

  @Test
  void theEarliestWishWins() {
    queue.add("a", T0.plusSeconds(10));
    queue.add("a", T0.plusSeconds(3));
    queue.add("a", T0.plusSeconds(20));
    assertThat(queue.nextDue()).contains(T0.plusSeconds(3));
    assertThat(keys(T0.plusSeconds(30))).containsExactly("a");
  }

  @Test
  void aKeyInFlightIsNotHandedOutTwiceAndItsWishesWait() {
    queue.add("a", T0);
    assertThat(keys(T0)).containsExactly("a");
    queue.add("a", T0);
    assertThat(keys(T0.plusSeconds(60))).isEmpty();
    assertThat(queue.nextDue()).isEmpty();
    queue.done("a");
    assertThat(keys(T0.plusSeconds(60))).containsExactly("a");
  }

  @Test
  void theLongestOverdueComesFirst() {
    queue.add("late", T0);
    queue.add("later", T0.minusSeconds(5));
    assertThat(keys(T0)).containsExactly("later", "late");
  }

  @Test
  void aRemovedKeyIsForgotten() {
    queue.add("a", T0);
    queue.remove("a");
    assertThat(keys(T0.plusSeconds(1))).isEmpty();
    assertThat(queue.size()).isZero();
  }

  /// Random adds, takes and dones against a plain map: nothing is lost, early, or handed out twice.
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void itBehavesLikeAMapOfWishes(long seed) {
    Random random = new Random(seed);
    Map<String, Instant> wishes = new HashMap<>();
    Set<String> flying = new HashSet<>();
    Instant now = T0;
    for (int i = 0; i < 20_000; i++) {
      String key = "k" + random.nextInt(20);
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          Instant at = now.plusSeconds(random.nextInt(30));
          queue.add(key, at);
          wishes.merge(key, at, (a, b) -> a.isBefore(b) ? a : b);
        }
        case 2 -> {
          now = now.plusSeconds(random.nextInt(5));
          for (DueQueue.Due<String> due : queue.take(now, 1 + random.nextInt(3))) {
            assertThat(flying.add(due.key())).as("handed out twice").isTrue();
            assertThat(due.at()).isEqualTo(wishes.remove(due.key())).isBeforeOrEqualTo(now);
          }
        }
        default -> {
          if (flying.remove(key)) {
            queue.done(key);
          }
        }
      }
    }
    flying.forEach(queue::done);
    Set<String> left = new HashSet<>(keys(now.plusSeconds(100)));
    assertThat(left).isEqualTo(wishes.keySet());
  }

  private List<String> keys(Instant now) {
    return queue.take(now, 100).stream().map(DueQueue.Due::key).toList();
  }
}
