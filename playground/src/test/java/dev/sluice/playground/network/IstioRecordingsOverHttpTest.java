package dev.sluice.playground.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.network.VirtualNetwork.Exchange;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The same recordings with real requests through the proxy and the gateway to real pods. What only
/// a proxy's log tells (the port and subset of the destination, the name of the rule) is left to
/// [IstioRecordingsTest].
class IstioRecordingsOverHttpTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final int MOST_REQUESTS = 60;

  private static final double LONGEST_SECONDS = 10;

  /// Left to the run on counted time, by properties of a case. The reference page lists each.
  private static final Map<String, Predicate<IstioCase>> NOT_OVER_HTTP =
      Map.of(
          "nothing is asked: only the translation was recorded", c -> c.exchanges().isEmpty(),
          "it takes more than ten seconds", c -> c.seconds() > LONGEST_SECONDS,
          "the gateway stands for port 80 only",
              c -> c.proxy().equals("gateway") && c.port() != 80);

  static Stream<IstioCase> recordings() {
    return Stream.concat(IstioCase.all(), DerivedCases.all());
  }

  @AfterAll
  static void close() {
    VERTX.close().toCompletionStage().toCompletableFuture().join();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recordings")
  void carriesRequestsAsIstioDid(IstioCase recording) {
    var beyond =
        Recordings.beyond(recording)
            .or(() ->
                NOT_OVER_HTTP.entrySet().stream()
                    .filter(e -> e.getValue().test(recording))
                    .map(Map.Entry::getKey)
                    .findFirst());
    assumeTrue(beyond.isEmpty(), () -> "not over HTTP: " + beyond.orElseThrow());
    var snapshot = recording.snapshot();
    var tables = new RouteTables();
    tables.follow(snapshot);
    var telemetry = new Telemetry(new Registry());
    var gateway = recording.caller() instanceof Caller.Gateway;
    try (var http = new HttpCaller(VERTX);
        var pods = new TestPods(VERTX, recording::answer, gateway);
        var plane =
            DataPlane.start(VERTX, tables, telemetry, pods, new ExternalServices(), 0, 0, false)) {
      recording.endpoints(snapshot).forEach(pods::run);
      var world = new World(recording, plane, telemetry, pods, http);
      var differences = new ArrayList<String>();
      for (var exchange : recording.exchanges()) {
        differences.addAll(world.differences(exchange, tables));
      }
      assertThat(differences).isEmpty();
    }
  }

  @Test
  void whatIsNotAskedOverHttpIsWrittenDown() throws IOException {
    var page = Files.readString(Path.of("../docs/reference/playground-network.md"));
    assertThat(NOT_OVER_HTTP.keySet()).allSatisfy(reason -> assertThat(page).contains(reason));
  }

  private record World(
      IstioCase recording, DataPlane plane, Telemetry telemetry, TestPods pods, HttpCaller http) {

    List<String> differences(JsonNode exchange, RouteTables tables) {
      var sent = IstioCase.request(exchange);
      var expect = exchange.path("expect");
      if (expect.has("proxyRejectsConfiguration")) {
        send(sent.head(), "");
        return tables.refused().isEmpty() ? List.of("the table is in force") : List.of();
      }
      // A proxy takes the port from the address, a sidecar from the packet; and it refuses what a
      // sidecar lets pass to the outside.
      var gateway = recording.caller() instanceof Caller.Gateway;
      if ((!gateway && HttpHeads.port(sent.head().authority()).orElse(-1) != recording.port())
          || expect.path("service").asText().equals("PassthroughCluster")) {
        return List.of();
      }
      var count = exchange.path("request").path("count").asInt(0);
      var body = exchange.path("request").path("body").asText("");
      var seen = new ArrayList<Exchange>();
      for (var i = 0; i < Math.clamp(count, 1, MOST_REQUESTS); i++) {
        seen.add(asSeen(expect, sent.head(), body));
      }
      return count == 0
          ? Expectation.differences(expect, sent, seen.getFirst())
          : Expectation.differences(expect, sent, seen);
    }

    /// Fills in from the recording what cannot be seen from outside.
    private Exchange asSeen(JsonNode expect, RequestHead head, String body) {
      pods.forget();
      var before = telemetry.stats().snapshot();
      var start = System.nanoTime();
      var answer = send(head, body);
      var took = Duration.ofNanos(System.nanoTime() - start);
      awaitCopies(expect);
      var way = counted(before);
      var byPod =
          pods.arrived().stream()
              .filter(a -> !a.copy() && answer.body().equals(a.pod().pod() + "\n"))
              .map(a -> a.pod())
              .findFirst();
      var host = way.destination();
      var service =
          expect.path("service").asText("").startsWith(host + ":")
              ? expect.path("service").asText()
              : host;
      var refusal = expect.path("route").asText().equals("block_all");
      return new Exchange(
          answer.status(),
          // A refusal says why here, where Istio's is silent.
          refusal ? answer.headers().without("content-type") : answer.headers(),
          byPod.isPresent() || refusal ? "" : answer.body(),
          way.flags().isEmpty() ? List.of() : List.of(way.flags().split(",")),
          expect.path("details").asText("via_upstream"),
          expect.path("route").asText(""),
          destination(service, expect, host, byPod.map(Endpoint::workload).orElse("")),
          Math.max(
              tries(), expect.path("backends").isEmpty() ? expect.path("attempts").asInt(1) : 1),
          pods.arrived(),
          byPod.orElse(null),
          took);
    }

    private static @org.jspecify.annotations.Nullable Destination destination(
        String service, JsonNode expect, String host, String answeredBy) {
      if (host.isEmpty()) {
        return null;
      }
      for (var outcome : expect.path("outcomes")) {
        if (outcome.path("service").asText().startsWith(host + ":")
            && outcome.path("answeredBy").asText("").equals(answeredBy)) {
          return parsed(outcome.path("service").asText());
        }
      }
      return service.contains(":") ? parsed(service) : new Destination(host, 0, "");
    }

    private static Destination parsed(String service) {
      var parts = service.split("[: ]", -1);
      return new Destination(
          parts[0], Integer.parseInt(parts[1]), parts.length > 3 ? parts[3] : "");
    }

    private int tries() {
      return (int) pods.arrived().stream().filter(a -> !a.copy()).count();
    }

    private TrafficStats.Way counted(Map<TrafficStats.Way, Long> before) {
      var now = new HashMap<>(telemetry.stats().snapshot());
      now.entrySet().removeIf(e -> e.getValue().equals(before.get(e.getKey())));
      assertThat(now).hasSize(1);
      return now.keySet().iterator().next();
    }

    private void awaitCopies(JsonNode expect) {
      var wanted = 0;
      for (var backend : expect.path("backends")) {
        wanted += backend.path("mirrored").asBoolean() ? 1 : 0;
      }
      for (var received : expect.path("received")) {
        var all = received.path("count").asInt() == expect.path("requests").asInt();
        wanted += received.path("mirrored").asBoolean() && all ? 1 : 0;
      }
      var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
      while (pods.arrived().stream().filter(a -> a.copy()).count() < wanted
          && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }

    private HttpCaller.Answer send(RequestHead head, String body) {
      if (recording.caller() instanceof Caller.Gateway) {
        var headers = head.headers().add("host", head.authority());
        return http.call(plane.gatewayPort(), head.method(), head.target(), headers, body);
      }
      var labels =
          recording.caller().labels().entrySet().stream()
              .map(e -> e.getKey() + "=" + e.getValue())
              .collect(Collectors.joining(","));
      return http.viaProxy(
          plane.proxyPort(),
          recording.caller().namespace(),
          labels,
          head.method(),
          "http://" + head.authority() + head.target(),
          head.headers(),
          body);
    }
  }
}
