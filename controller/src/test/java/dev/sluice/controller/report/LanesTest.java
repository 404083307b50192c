package dev.sluice.controller.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.crds.ObjectRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final ObjectRef SHOP = new ObjectRef("production", "shop");
  private static final ObjectRef CART = new ObjectRef("production", "cart");

  /// Threads that run when the test says so.
  private final Queue<Runnable> threads = new ArrayDeque<>();

  private final List<String> delivered = new ArrayList<>();
  private final Lanes lanes = new Lanes(threads::add, 2, 3);

  @Test
  void oneCanarysEventsAreDeliveredInTheOrderInWhichTheyHappenedByOneThread() {
    lanes.add(SHOP, () -> delivered.add("shop 1"));
    lanes.add(CART, () -> delivered.add("cart 1"));
    lanes.add(SHOP, () -> delivered.add("shop 2"));

    assertThat(threads).hasSize(2);
    deliver();
    assertThat(delivered).containsExactly("shop 1", "shop 2", "cart 1");
  }

  @Test
  void aDeliveryThatFailsDoesNotTakeThoseBehindItWithIt() {
    lanes.add(
        SHOP,
        () -> {
          throw new IllegalStateException("a bug");
        });
    lanes.add(SHOP, () -> delivered.add("shop 2"));

    deliver();
    assertThat(delivered).containsExactly("shop 2");
  }

  @Test
  void beyondItsLimitNothingIsTakenAndAfterDeliveryAgain() {
    Lanes.Delivery any = () -> {};
    assertThat(List.of(lanes.add(SHOP, any), lanes.add(SHOP, any), lanes.add(SHOP, any)))
        .containsExactly(Lanes.Place.TAKEN, Lanes.Place.TAKEN, Lanes.Place.FULL);
    assertThat(lanes.add(CART, any)).isEqualTo(Lanes.Place.TAKEN);
    assertThat(lanes.add(new ObjectRef("production", "till"), any)).isEqualTo(Lanes.Place.FULL);

    deliver();
    assertThat(lanes.add(SHOP, any)).isEqualTo(Lanes.Place.TAKEN);
  }

  @Test
  void aProcessThatStopsTakesNothingAndKeepsNoPlaceForIt() {
    var stopping =
        new Lanes(
            _ -> {
              throw new RejectedExecutionException("stopped");
            },
            1,
            1);

    assertThat(stopping.add(SHOP, () -> {})).isEqualTo(Lanes.Place.STOPPING);
    assertThat(stopping.add(CART, () -> {})).isEqualTo(Lanes.Place.STOPPING);
  }

  private void deliver() {
    while (!threads.isEmpty()) {
      threads.remove().run();
    }
  }
}
