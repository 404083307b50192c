package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.analysis.Http;
import dev.sluice.controller.cluster.Fence;
import dev.sluice.controller.virtual.VirtualController;
import dev.sluice.mesh.Meshes;
import dev.sluice.playground.metrics.QueryApi;
import dev.sluice.playground.virtual.VirtualWorld;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Releases behind a Gateway: HTTPRoutes are written, accepted by the playground's gateway, and
/// obeyed by its proxies.
class GatewayApiStoryTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final String HOST = "web.example.com";

  private static final String GATEWAY =
      """
      apiVersion: gateway.networking.k8s.io/v1
      kind: Gateway
      metadata: {name: public, namespace: production}
      spec:
        gatewayClassName: istio
        listeners: [{name: http, port: 80, protocol: HTTP, hostname: '*.example.com'}]
      """;

  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: MetricTemplate
      metadata: {name: errors, namespace: production}
      spec:
        provider: {type: prometheus, address: "http://prometheus:9090"}
        query: |
          100 * sum(rate(istio_requests_total{reporter="destination",
            destination_workload_namespace="{{ namespace }}", destination_workload="{{ target }}",
            response_code=~"5.*"}[{{ interval }}]) or vector(0))
          / sum(rate(istio_requests_total{reporter="destination",
            destination_workload_namespace="{{ namespace }}", destination_workload="{{ target }}"}[{{ interval }}]))
      ---
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: web, namespace: production}
      spec:
        provider: gatewayapi:v1
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        service:
          port: 80
          targetPort: 8080
          hosts: [web.example.com]
          gatewayRefs: [{name: public}]
        analysis:
          interval: 20s
          threshold: 2
          stepWeights: [20, 50]
          metrics: [{name: errors, templateRef: {name: errors}, thresholdRange: {max: 1}, interval: 30s}]
      """;

  private static VirtualWorld world(long seed) throws IOException {
    VirtualWorld world = VirtualWorld.seeded(seed, ROOT);
    VirtualController controller =
        new VirtualController(
            world.faultyApi(),
            new VirtualController.Outside(
                request -> answer(world, request),
                (canary, hook, phase, revision) -> Optional.empty(),
                (canary, standing, announcement, at) -> {}),
            Duration.ofSeconds(1),
            world.clock(),
            Fence.OPEN,
            Meshes.named("gatewayapi:v1"));
    world.add(
        new VirtualWorld.Part() {
          @Override
          public Optional<Instant> nextDue() {
            return controller.nextDue();
          }

          @Override
          public void run(Instant now) {
            controller.look();
          }
        });
    world.create(
        """
        apiVersion: gateway.networking.k8s.io/v1
        kind: GatewayClass
        metadata: {name: istio}
        spec: {controllerName: istio.io/gateway-controller}
        """);
    world.deploy("web", "1.0.0");
    world.advance(Duration.ofSeconds(10));
    world.create(CANARY);
    return world;
  }

  private static Http.Response answer(VirtualWorld world, Http.Request request) {
    Map<String, List<String>> form = new HashMap<>();
    for (String pair : new String(request.body(), StandardCharsets.UTF_8).split("&", -1)) {
      int at = pair.indexOf('=');
      form.put(
          pair.substring(0, at),
          List.of(URLDecoder.decode(pair.substring(at + 1), StandardCharsets.UTF_8)));
    }
    QueryApi.Reply reply = world.metrics().answer(request.uri().getPath(), form, world.now());
    return new Http.Response(reply.status(), reply.body());
  }

  private static JsonNode canary(VirtualWorld world) {
    return world.get("/apis/flagger.app/v1beta1/namespaces/production/canaries/web").orElseThrow();
  }

  private static void until(VirtualWorld world, String path, String value) {
    Instant end = world.now().plus(Duration.ofMinutes(5));
    while (!canary(world).at(path).asText().equals(value)) {
      assertThat(world.now()).as("%s%n%s", canary(world), world.events()).isBefore(end);
      world.advance(Duration.ofSeconds(1));
    }
  }

  private static List<String> story(VirtualWorld world) {
    return world.events().stream().filter(event -> event.startsWith("Canary/")).toList();
  }

  @Test
  void noPodIsStoppedBeforeTheGatewayObeysAndPeopleAreToldWhichGateway() throws IOException {
    try (VirtualWorld world = world(1)) {
      world.advance(Duration.ofMinutes(2));

      assertThat(canary(world).at("/status/phase").asText()).isEqualTo("Initializing");
      assertThat(
              world
                  .get("/apis/apps/v1/namespaces/production/deployments/web")
                  .orElseThrow()
                  .at("/spec/replicas")
                  .asInt())
          .isEqualTo(2);
      assertThat(story(world))
          .anyMatch(event ->
              event.contains(
                  "but Gateway production/public has not reported that it accepts HTTPRoute production/web"));

      world.create(GATEWAY);
      until(world, "/status/phase", "Initialized");
    }
  }

  @Test
  void usersBehindTheGatewayMeetAGoodReleaseStepByStepAndABadOneIsTakenAway() throws IOException {
    try (VirtualWorld world = world(2)) {
      world.create(GATEWAY);
      until(world, "/status/phase", "Initialized");
      world.visitors(HOST, 40);
      world.advance(Duration.ofSeconds(15));
      assertThat(world.trafficTo(HOST)).containsOnlyKeys("1.0.0");

      world.deploy("web", "1.1.0");
      until(world, "/status/canaryWeight", "50");
      world.advance(Duration.ofSeconds(17));
      assertThat(world.trafficTo(HOST).get("1.1.0")).isBetween(0.35, 0.65);
      until(world, "/status/phase", "Succeeded");
      world.advance(Duration.ofSeconds(15));
      assertThat(world.trafficTo(HOST)).containsOnlyKeys("1.1.0");

      world.deploy("web", "1.2.0", Map.of("error-rate", "0.5"));
      until(world, "/status/phase", "Failed");
      world.advance(Duration.ofSeconds(15));
      assertThat(world.trafficTo(HOST)).containsOnlyKeys("1.1.0");
      assertThat(world.failing(HOST)).isZero();
      assertThat(story(world)).noneMatch(event -> event.contains("RouteEdited"));
    }
  }
}
