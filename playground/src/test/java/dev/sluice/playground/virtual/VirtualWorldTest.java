package dev.sluice.playground.virtual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.playground.api.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VirtualWorldTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));

  private static VirtualWorld world(long seed) throws IOException {
    return VirtualWorld.seeded(seed, ROOT);
  }

  private static void service(VirtualWorld world, String name, String app) {
    world.create(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: production}
        spec: {selector: {app: %s}, ports: [{name: http, port: 80, targetPort: 8080}]}
        """
            .formatted(name, app));
  }

  @Test
  void usersReachAnAppOnceItsPodsAreReady() throws Exception {
    try (var world = world(1)) {
      service(world, "web", "web");
      world.users("web", 10);
      world.advance(Duration.ofSeconds(5));
      assertThat(world.failing("web")).isEqualTo(1);

      world.deploy("web", "v1");
      world.advance(Duration.ofSeconds(15));

      assertThat(world.failing("web")).isZero();
      assertThat(world.trafficTo("web")).containsOnlyKeys("v1");
    }
  }

  @Test
  void routesSplitTrafficBetweenTwoApps() throws Exception {
    try (var world = world(2)) {
      service(world, "web", "one");
      service(world, "one", "one");
      service(world, "two", "two");
      world.create(
          """
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: {name: web, namespace: production}
          spec:
            hosts: [web]
            http:
            - route:
              - {destination: {host: one}, weight: 80}
              - {destination: {host: two}, weight: 20}
          """);
      world.deploy("one", "v1");
      world.deploy("two", "v2", Map.of("error-rate", "0.5"));
      world.users("web", 200);
      world.advance(Duration.ofSeconds(20));

      assertThat(world.trafficTo("web").get("v2")).isCloseTo(0.2, within(0.03));
      assertThat(world.failing("web")).isCloseTo(0.1, within(0.03));
      var query =
          "sum(rate(istio_requests_total{reporter=\"destination\",destination_workload=\"two\",response_code=\"500\"}[10s]))"
              + " / sum(rate(istio_requests_total{reporter=\"destination\",destination_workload=\"two\"}[10s]))";
      var reply =
          world.metrics().answer("/api/v1/query", Map.of("query", List.of(query)), world.now());
      var value =
          new com.fasterxml.jackson.databind.ObjectMapper()
              .readTree(reply.body())
              .at("/data/result/0/value/1")
              .asDouble();
      assertThat(value).isCloseTo(0.5, within(0.1));
    }
  }

  @Test
  void aReleaseRollsWithoutLosingARequest() throws Exception {
    try (var world = world(3)) {
      service(world, "web", "web");
      world.deploy("web", "v1");
      world.advance(Duration.ofSeconds(10));
      world.users("web", 50);
      world.deploy("web", "v2", Map.of("ready-after", "3s"));
      for (int i = 0; i < 30; i++) {
        world.advance(Duration.ofSeconds(1));
        assertThat(world.failing("web")).isZero();
      }
      assertThat(world.trafficTo("web")).containsOnlyKeys("v2");
    }
  }

  @Test
  void theSameSeedIsTheSameWorld() throws Exception {
    assertThat(story(7)).isEqualTo(story(7)).isNotEqualTo(story(8));
  }

  private static List<String> story(long seed) throws IOException {
    try (var world = world(seed)) {
      service(world, "web", "web");
      world.deploy("web", "v1", Map.of("error-rate", "0.3"));
      world.users("web", 20);
      world.advance(Duration.ofMinutes(1));
      world.deploy("web", "v2", Map.of("crash-after", "20s"));
      world.advance(Duration.ofMinutes(1));
      var told = new ArrayList<>(world.events());
      told.add(world.trafficTo("web") + " " + world.failing("web"));
      return told;
    }
  }

  @Test
  void faultsAreWhatTheCallerSees() throws Exception {
    try (var world = world(4)) {
      var api = world.faultyApi();
      var body =
          "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}"
              .getBytes(StandardCharsets.UTF_8);
      var headers = Map.of("accept", "application/json", "content-type", "application/json");
      var create =
          new Call("POST", "/api/v1/namespaces/production/configmaps", Map.of(), headers, body);
      var path = "/api/v1/namespaces/production/configmaps/a";

      for (var expected :
          Map.of(
                  Fault.REFUSED, 503,
                  Fault.TIMEOUT, 504,
                  Fault.CONFLICT, 409,
                  Fault.GONE, 410,
                  Fault.SERVER_ERROR, 500)
              .entrySet()) {
        api.inject(_ -> expected.getKey());
        assertThat(api.handle(create).status()).isEqualTo(expected.getValue());
        assertThat(world.get(path)).as("%s writes nothing", expected.getKey()).isEmpty();
      }
      api.inject(_ -> Fault.CRASH_BEFORE);
      assertThatThrownBy(() -> api.handle(create)).isInstanceOf(Crash.class);
      assertThat(world.get(path)).isEmpty();

      api.inject(_ -> Fault.LOST_ANSWER);
      assertThat(api.handle(create).status()).isEqualTo(504);
      assertThat(world.get(path)).as("the write happened all the same").isPresent();
      api.inject(Fault.Source.NEVER);
      assertThat(api.handle(create).status()).isEqualTo(409);
    }
  }

  @Test
  void aBrokenWatchSaysThatItIsTooOld() throws Exception {
    try (var world = world(5)) {
      var types = new ArrayList<String>();
      var call =
          new Call(
              "GET", "/api/v1/namespaces", Map.of("watch", List.of("true")), Map.of(), new byte[0]);
      try (var _ = world.faultyApi().watch(call, frame -> types.add(frame.path("type").asText()))) {
        world.faultyApi().breakWatches();
        world.create("{apiVersion: v1, kind: Namespace, metadata: {name: later}}");
      }
      assertThat(types).endsWith("ERROR").contains("ADDED");
    }
  }
}
