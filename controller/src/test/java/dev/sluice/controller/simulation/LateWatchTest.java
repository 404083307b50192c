package dev.sluice.controller.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Http;
import dev.sluice.controller.virtual.VirtualController;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.sample.PodTable;
import dev.sluice.playground.virtual.FaultyApiServer;
import dev.sluice.playground.workloads.Workloads;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What the controller does while its watches tell it late what has happened, its own writes
/// included.
class LateWatchTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final KubernetesApi api = new KubernetesApi(() -> now, new Random(1), Users.EVERYBODY);
  private final Shop shop = new Shop(api, ROOT);
  private final Workloads workloads = new Workloads(api, new PodTable(), new Random(1));
  private final FaultyApiServer line = new FaultyApiServer(api);
  private final List<String> asked = new ArrayList<>();
  private final VirtualController controller;
  private Runnable atPromotion = () -> {};

  LateWatchTest() {
    workloads.begin(now);
    controller =
        new VirtualController(
            line,
            new VirtualController.Outside(
                LateWatchTest::everythingIsFine,
                (canary, hook, phase, about) -> asks(hook.name()),
                (canary, standing, said, at) -> {}),
            Duration.ofSeconds(1),
            () -> now);
    until(() -> shop.phase().equals("Initialized"));
    shop.release("good-1", 1);
  }

  @Test
  void aRecordOfItsOwnThatItDoesNotSeeYetIsNotMadeTwice() {
    until(() -> shop.weight() == 10);
    line.holdNews();
    asked.clear();

    for (int i = 0; i < 30; i++) {
      second();
    }

    assertThat(shop.weight()).isEqualTo(20);
    assertThat(asked).containsOnlyOnce("more");
    assertThat(controller.failures()).isEmpty();
    line.deliverAll();
    until(() -> shop.phase().equals("Succeeded"));
  }

  @Test
  void anEditThatItDoesNotSeeYetIsNotPromoted() {
    atPromotion =
        () -> {
          line.holdNews();
          shop.release("bad-2", 1);
        };
    until(() -> shop.phase().equals("Promoting"));

    for (int i = 0; i < 10; i++) {
      line.deliver(new OnlyTheFirstWatch());
      second();
      assertThat(shop.image("shop-primary")).isEqualTo("good-0");
    }

    assertThat(controller.failures().toString()).contains("by now, not");
    line.deliverAll();
    until(() -> shop.weight() == 0);
    assertThat(shop.image("shop-primary")).isEqualTo("good-0");
  }

  private Optional<String> asks(String hook) {
    asked.add(hook);
    if (hook.equals("go")) {
      atPromotion.run();
      atPromotion = () -> {};
    }
    return hook.equals("stop") ? Optional.of("it answered 403") : Optional.empty();
  }

  private void until(BooleanSupplier happened) {
    for (int i = 0; i < 600; i++) {
      if (happened.getAsBoolean()) {
        return;
      }
      second();
    }
    throw new AssertionError(
        "it did not come in ten minutes; now " + shop.phase() + " at " + shop.weight());
  }

  private void second() {
    for (int i = 0; i < 5; i++) {
      workloads.run(now);
      controller.look();
    }
    now = now.plusSeconds(1);
  }

  /// The canaries' watch is the first that the controller opens; only that one is on time.
  private static final class OnlyTheFirstWatch implements RandomGenerator {
    private boolean first = true;

    @Override
    public int nextInt(int bound) {
      int all = first ? bound - 1 : 0;
      first = false;
      return all;
    }

    @Override
    public long nextLong() {
      throw new UnsupportedOperationException("how late a watch is comes from nextInt");
    }
  }

  private static Http.Response everythingIsFine(Http.Request request) {
    boolean share = new String(request.body(), StandardCharsets.UTF_8).contains("source_workload");
    String row = "{\"metric\":{},\"value\":[1767225600,\"100\"]}";
    return new Http.Response(
        200,
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[%s]}}"
            .formatted(share ? "" : row)
            .getBytes(StandardCharsets.UTF_8));
  }
}
