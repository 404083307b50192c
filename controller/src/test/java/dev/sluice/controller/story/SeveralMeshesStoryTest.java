package dev.sluice.controller.story;

import static dev.sluice.controller.story.Myapp.A_WHILE;
import static dev.sluice.controller.story.Myapp.CANARIES;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// One controller, several meshes: each Canary by its own, and from one to the next without a
/// moment in which users find nobody.
class SeveralMeshesStoryTest {
  private static final String ROUTES =
      "/apis/networking.istio.io/v1/namespaces/production/virtualservices/";
  private static final String HTTP_ROUTES =
      "/apis/gateway.networking.k8s.io/v1/namespaces/production/httproutes/";

  private static final String GATEWAY = Provider.GATEWAY_API.objects();

  private static World onboarded(long seed) {
    World world = Myapp.onboarded(seed);
    return world.alsoFromTheInternet("internet", 10, "myapp.example.com");
  }

  private static World asks(World world, String provider) {
    return world.patch(
        CANARIES + "myapp",
        """
        {"spec":{"provider":"%s","service":{"hosts":["myapp.example.com"],
          "gatewayRefs":[{"name":"public"}]}}}
        """
            .formatted(provider));
  }

  private static World withoutGatewayApi(long seed) {
    return new World(seed)
        .trafficOf(0)
        .delete(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/httproutes.gateway.networking.k8s.io")
        .run(Duration.ofSeconds(10))
        .restartController();
  }

  private static JsonNode weights(World world, String path, String pointer) {
    return world.get(path).at(pointer);
  }

  @Test
  void aCanaryMovesToAnotherMeshWhileNothingIsUnderWay() {
    try (World world = onboarded(1)) {
      world.apply(GATEWAY);
      asks(world, "gatewayapi:v1").run(Duration.ofSeconds(30));

      assertThat(world.get(HTTP_ROUTES + "myapp").at("/spec/rules/0/backendRefs/0/name").asText())
          .isEqualTo("myapp-primary");
      JsonNode left = world.get(ROUTES + "myapp");
      assertThat(left.at("/spec/http/0/route/0/destination/host").asText()).isEqualTo("myapp");
      assertThat(left.at("/metadata/ownerReferences")).isEmpty();
      assertThat(world.reasons("myapp"))
          .as("a route that is taken over is not set back")
          .doesNotContain("RouteCorrected", "Held");
      assertThat(world.failedForUsers()).isZero();

      world.answered("internet");
      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 50, A_WHILE).run(Duration.ofSeconds(7));
      assertThat(world.answered("internet").keySet()).contains("myapp", "myapp-primary");
      world.runUntilPhase("myapp", "Succeeded", A_WHILE);
      assertThat(world.get(ROUTES + "myapp").path("metadata").path("resourceVersion"))
          .as("what was given back is not written again")
          .isEqualTo(left.path("metadata").path("resourceVersion"));
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void inMidRunTheShareStaysAndTheOldRouteIsGivenBackOnlyOnceTheNewOneIsObeyed() {
    try (World world = onboarded(2)) {
      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 20, A_WHILE);
      asks(world, "gatewayapi:v1").run(Duration.ofMinutes(2));

      assertThat(weights(world, ROUTES + "myapp", "/spec/http/0/route/1/weight").asInt())
          .as("no gateway has accepted the new one, so the old one goes on")
          .isEqualTo(20);
      assertThat(
              weights(world, HTTP_ROUTES + "myapp", "/spec/rules/0/backendRefs/1/weight").asInt())
          .isEqualTo(20);
      assertThat(world.weight("myapp")).isEqualTo(20);
      assertThat(world.story("myapp"))
          .anyMatch(event -> event.contains("has not reported that it accepts HTTPRoute"));

      world.apply(GATEWAY).run(Duration.ofSeconds(20));
      assertThat(world.get(ROUTES + "myapp").at("/spec/http/0/route/0/destination/host").asText())
          .isEqualTo("myapp");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void anEditDuringTheHandOverTakesTheTrafficAwayInBoth() {
    try (World world = onboarded(3)) {
      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 20, A_WHILE);
      asks(world, "gatewayapi:v1").run(Duration.ofSeconds(10));

      Myapp.release(world, "1.2.0").run(Duration.ofSeconds(3));

      assertThat(weights(world, ROUTES + "myapp", "/spec/http/0/route/1/weight").asInt()).isZero();
      assertThat(
              weights(world, HTTP_ROUTES + "myapp", "/spec/rules/0/backendRefs/1/weight").asInt())
          .isZero();
      world.apply(GATEWAY).runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      assertThat(world.image("myapp-primary")).endsWith(":1.2.0");
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void withoutAMeshTheTrafficOfARunGoesToThePrimaryFirst() {
    try (World world = onboarded(4)) {
      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 20, A_WHILE);
      world.answered();

      world
          .patch(
              CANARIES + "myapp",
              "{\"spec\":{\"provider\":\"kubernetes\",\"analysis\":{\"iterations\":2,\"stepWeight\":null,\"maxWeight\":null}}}")
          .runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));

      assertThat(world.reasons("myapp")).contains("AnalysisRestarted", "Promoted");
      assertThat(world.get(ROUTES + "myapp").at("/spec/http/0/route/0/destination/host").asText())
          .isEqualTo("myapp");
      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void aControllerThatIsKilledInMidHandOverFinishesIt() {
    for (int write = 1; write <= 6; write++) {
      try (World world = onboarded(5).apply(GATEWAY)) {
        Myapp.release(world, "1.1.0").runUntilWeight("myapp", 20, A_WHILE);
        asks(world, "gatewayapi:v1").killAfterWrite(write);

        world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));

        assertThat(world.get(ROUTES + "myapp").at("/spec/http/0/route/0/destination/host").asText())
            .as("killed after write " + write)
            .isEqualTo("myapp");
        assertThat(world.failedForUsers()).isZero();
      }
    }
  }

  @Test
  void aRouteOfSomebodysThatLeadsToTheSidesIsLeftAlone() {
    try (World world = onboarded(6)) {
      world.apply(
          """
          apiVersion: gateway.networking.k8s.io/v1
          kind: HTTPRoute
          metadata: {name: myapp, namespace: production}
          spec:
            hostnames: [insiders.example.com]
            rules: [{backendRefs: [{name: myapp-canary, port: 80}]}]
          """);
      String before = world.get(HTTP_ROUTES + "myapp").at("/metadata/resourceVersion").asText();

      Myapp.release(world, "1.1.0").runUntilPhase("myapp", "Succeeded", A_WHILE);

      assertThat(world.get(HTTP_ROUTES + "myapp").at("/metadata/resourceVersion").asText())
          .isEqualTo(before);
    }
  }

  @Test
  void aCanaryWhoseMeshIsNotInstalledSaysSoAndBeginsWhenItIs() {
    try (World world = withoutGatewayApi(7)) {
      world.apply(Myapp.SERVICE).apply(Myapp.app(2, "")).run(Duration.ofSeconds(10));
      world.apply(
          Myapp.CANARY
              .replace("spec:\n", "spec:\n  provider: gatewayapi:v1\n")
              .replace("targetPort: 8080", "targetPort: 8080, gatewayRefs: [{name: public}]"));
      world.run(Duration.ofSeconds(20));

      assertThat(condition(world, "Stalled"))
          .contains("spec.provider")
          .contains("the cluster does not define HTTPRoute (gateway.networking.k8s.io/v1)");
      assertThat(world.replicas("myapp")).isEqualTo(2);

      world.installGatewayApi().apply(GATEWAY).run(Duration.ofSeconds(31));
      assertThat(condition(world, "Stalled")).isEmpty();
      world.runUntilPhase("myapp", "Initialized", A_WHILE);
      assertThat(world.reasons("myapp")).contains("SpecRefused", "SpecAccepted");
    }
  }

  @Test
  void whoseMeshIsNotInstalledKeepsTheRouteThatItHad() {
    try (World world = withoutGatewayApi(8)) {
      world.apply(Myapp.SERVICE).apply(Myapp.app(2, "")).run(Duration.ofSeconds(10));
      world.trafficOf(10).apply(Myapp.CANARY).runUntilPhase("myapp", "Initialized", A_WHILE);
      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 20, A_WHILE);

      asks(world, "gatewayapi:v1").run(Duration.ofMinutes(1));
      assertThat(condition(world, "Stalled")).contains("spec.provider");
      assertThat(world.routed("myapp").value()).isEqualTo(20);

      Myapp.release(world, "1.2.0").run(Duration.ofSeconds(5));
      assertThat(world.routed("myapp").value()).as("made safe all the same").isZero();
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @Test
  void aMeshThatIsTakenAwayIsHeardOfAndTheRouteComesBackWithIt() {
    try (World world = onboarded(9)) {
      world
          .trafficOf(0)
          .delete(
              "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/virtualservices.networking.istio.io")
          .run(Duration.ofMinutes(3));

      assertThat(condition(world, "Held")).contains("VirtualService cannot be made");

      world.installIstio().run(Duration.ofMinutes(1));
      assertThat(world.get(ROUTES + "myapp").at("/spec/http/0/route/0/destination/host").asText())
          .isEqualTo("myapp-primary");
      assertThat(condition(world, "Held")).isEmpty();
    }
  }

  private static String condition(World world, String type) {
    for (JsonNode condition : world.canary("myapp").at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)
          && condition.path("status").asText().equals("True")) {
        return condition.path("message").asText();
      }
    }
    return "";
  }
}
