package dev.sluice.controller.figures;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.analysis.Http;
import dev.sluice.controller.virtual.CountedApi;
import dev.sluice.controller.virtual.PromptDeployments;
import dev.sluice.controller.virtual.VirtualController;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/// A [Fleet] under the real controller on a clock that only [#run] moves; every call is counted.
final class VirtualFleet {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ApiServer api;
  private final CountedApi counted;
  private final Fleet fleet;
  private final PromptDeployments deployments;
  private final VirtualController controller;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private int queries;

  VirtualFleet(int size, Path root) {
    api = new KubernetesApi(() -> now, new Random(1), Users.EVERYBODY);
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
    return canary(app).path("status").path("canaryWeight").asInt();
  }

  /// How many Canaries are in each phase.
  Map<String, Integer> phases() {
    Map<String, Integer> phases = new TreeMap<>();
    for (JsonNode canary :
        get("/apis/flagger.app/v1beta1/namespaces/production/canaries").path("items")) {
      phases.merge(canary.path("status").path("phase").asText("none"), 1, Integer::sum);
    }
    return phases;
  }

  /// How many objects of the kind there are.
  int count(String path) {
    return get(path).path("items").size();
  }

  private JsonNode canary(int app) {
    return get("/apis/flagger.app/v1beta1/namespaces/production/canaries/" + Fleet.name(app));
  }

  private JsonNode get(String path) {
    Map<String, String> headers = Map.of("accept", "application/json", "user-agent", "kubectl");
    try {
      return JSON.readTree(
          api.handle(new Call("GET", path, Map.<String, List<String>>of(), headers, new byte[0]))
              .body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
