package dev.sluice.controller.figures;

import dev.sluice.analysis.Http;
import dev.sluice.controller.virtual.CountedApi;
import dev.sluice.controller.virtual.PromptDeployments;
import dev.sluice.controller.virtual.VirtualController;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// A [Fleet] under the real controller on a clock that only [#run] moves; every call is counted.
final class VirtualFleet {
  private final CountedApi counted;
  private final Fleet fleet;
  private final PromptDeployments deployments;
  private final VirtualController controller;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private int queries;

  VirtualFleet(int size, Path root) {
    ApiServer api = new KubernetesApi(() -> now, new Random(1), Users.EVERYBODY);
    counted = new CountedApi(api);
    fleet = new Fleet(api, size);
    try {
      Fleet.define(api, root);
      fleet.create();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    deployments = new PromptDeployments(api);
    controller =
        new VirtualController(
            counted,
            new VirtualController.Outside(
                this::answer,
                (canary, hook, phase, about) -> Optional.empty(),
                (c, s, a, at) -> {}),
            Duration.ofSeconds(5),
            () -> now);
  }

  private Http.Response answer(Http.Request request) {
    queries++;
    return SyntheticPrometheus.answer(request, now);
  }

  /// What the controller asked and wrote.
  ///
  /// @param calls by method and resource, watches left out
  /// @param passes how many looks at a canary there were
  record Cost(Map<String, Integer> calls, int queries, long passes) {}

  /// Lets time pass; costs what it returns.
  Cost run(Duration time) {
    counted.take();
    queries = 0;
    long before = controller.passes();
    Instant end = now.plus(time);
    while (true) {
      settle();
      Optional<Instant> next = controller.nextDue().filter(at -> !at.isAfter(end));
      if (next.isEmpty()) {
        now = end;
        break;
      }
      now = next.get().isAfter(now) ? next.get() : now;
    }
    return new Cost(counted.take(), queries, controller.passes() - before);
  }

  private void settle() {
    do {
      deployments.run();
      controller.look();
    } while (deployments.run());
  }

  void release(int app, String version) {
    fleet.release(app, version);
  }

  int weight(int app) {
    return fleet.canary(app).path("status").path("canaryWeight").asInt();
  }

  /// How many Canaries are in each phase.
  Map<String, Integer> phases() {
    return fleet.phases();
  }
}
