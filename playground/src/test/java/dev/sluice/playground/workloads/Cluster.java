package dev.sluice.playground.workloads;

import static dev.sluice.playground.workloads.Objects.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.sample.PodTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.StreamSupport;

/// The controllers and the playground's own API server on a virtual clock, for tests.
final class Cluster {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final KubernetesApi api = new KubernetesApi(() -> now, new Random(1), Users.EVERYBODY);
  private final PodTable apps = new PodTable();
  private final Workloads workloads = new Workloads(api, apps, new Random(2));

  Cluster() {
    workloads.begin(now);
  }

  Instant now() {
    return now;
  }

  PodTable apps() {
    return apps;
  }

  JsonNode call(String method, String path, String type, ObjectNode body) {
    var bytes = body.isEmpty() ? new byte[0] : body.toString().getBytes(StandardCharsets.UTF_8);
    var headers = Map.of("accept", "application/json", "content-type", type);
    var answer = api.handle(new Call(method, path, Map.of(), headers, bytes));
    try {
      assertThat(answer.status())
          .as(new String(answer.body(), StandardCharsets.UTF_8))
          .isLessThan(300);
      return JSON.readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  JsonNode get(String path) {
    return call("GET", path, "application/json", yaml("{}"));
  }

  JsonNode create(String path, String text, Object... values) {
    return call("POST", path, "application/json", yaml(text, values));
  }

  JsonNode patch(String path, String text, Object... values) {
    return call("PATCH", path, "application/merge-patch+json", yaml(text, values));
  }

  void delete(String path) {
    call("DELETE", path, "application/json", yaml("{propagationPolicy: Background}"));
  }

  List<JsonNode> items(String path) {
    return StreamSupport.stream(get(path).path("items").spliterator(), false).toList();
  }

  List<JsonNode> pods() {
    return items("/api/v1/namespaces/default/pods");
  }

  /// `REASON message` of the Events about a kind, oldest first.
  List<String> events(String kind) {
    return items("/api/v1/namespaces/default/events").stream()
        .filter(event -> event.at("/involvedObject/kind").asText().equals(kind))
        .sorted(Comparator.comparingLong(event -> event.at("/metadata/resourceVersion").asLong()))
        .map(event -> event.path("reason").asText() + " " + event.path("message").asText())
        .toList();
  }

  /// Lets time pass, and everything happen that is due in it.
  void advance(Duration time) {
    var until = now.plus(time);
    workloads.run(now);
    for (var due = workloads.nextDue();
        due.isPresent() && !due.get().isAfter(until);
        due = workloads.nextDue()) {
      now = due.get().isAfter(now) ? due.get() : now;
      workloads.run(now);
    }
    now = until;
    workloads.run(now);
  }

  void seconds(int seconds) {
    advance(Duration.ofSeconds(seconds));
  }
}
