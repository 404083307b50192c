package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Somebody edits `spec.service` while a rollout is under way.
class RouteEditStoryTest {
  private static final String CANARY =
      "/apis/flagger.app/v1beta1/namespaces/production/canaries/myapp";
  private static final String ROUTE =
      "/apis/networking.istio.io/v1/namespaces/production/virtualservices/myapp";

  private static final String APP =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: myapp, namespace: production, labels: {app: myapp}}
      spec:
        replicas: 2
        selector: {matchLabels: {app: myapp}}
        template:
          metadata: {labels: {app: myapp}}
          spec:
            containers:
            - name: myapp
              image: registry.example.com/myapp:1.0.0
              ports: [{name: http, containerPort: 8080}, {name: metrics, containerPort: 9797}]
      """;

  private World world;

  @BeforeEach
  void aRolloutAt30Percent() {
    world = new World(11).trafficOf(0);
    world.apply(Myapp.SERVICE).apply(APP).run(Duration.ofSeconds(10));
    world.trafficOf(20);
    world
        .apply(
            """
            apiVersion: flagger.app/v1beta1
            kind: Canary
            metadata: {name: myapp, namespace: production}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
              service: {port: 80, targetPort: 8080}
              analysis:
                interval: 10s
                threshold: 3
                maxWeight: 50
                stepWeight: 10
                metrics: [{name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}]
            """)
        .runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
    world.patch(
        "/apis/apps/v1/namespaces/production/deployments/myapp",
        """
        {"spec":{"template":{"spec":{"containers":[{"name":"myapp","image":"registry.example.com/myapp:1.1.0",
          "ports":[{"name":"http","containerPort":8080},{"name":"metrics","containerPort":9797}]}]}}}}
        """);
    world.runUntilWeight("myapp", 30, Duration.ofMinutes(3));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void edit(String service) {
    world.patch(CANARY, "{\"spec\":{\"service\":" + service + "}}").run(Duration.ofSeconds(2));
  }

  /// Flagger sets the route back to 100/0 and begins again at the first step.
  @Test
  void aSettingOfTheRouteIsTakenOverAtThePresentWeight() {
    edit("{\"timeout\":\"9s\",\"headers\":{\"request\":{\"add\":{\"x-via\":\"sluice\"}}}}");

    assertThat(world.routed("myapp")).isEqualTo(new Percent(30));
    assertThat(world.get(ROUTE).at("/spec/http/0/timeout").asText()).isEqualTo("9s");
    world.runUntilWeight("myapp", 40, Duration.ofMinutes(2));
    world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
    assertThat(world.failedForUsers()).isZero();
  }

  @Test
  void aSettingThatEnvoyWouldRejectReachesNoRouteAndIsSaidByItsField() {
    edit("{\"match\":[{\"uri\":{\"regex\":\"/a[\"}}]}");
    world.run(Duration.ofMinutes(1));

    JsonNode route = world.get(ROUTE);
    assertThat(route.toString()).doesNotContain("/a[");
    assertThat(world.routed("myapp")).as("no step is taken").isEqualTo(new Percent(30));
    assertThat(world.canary("myapp").path("status").path("conditions"))
        .anySatisfy(condition -> {
          assertThat(condition.path("type").asText()).isEqualTo("Stalled");
          assertThat(condition.path("message").asText())
              .contains("spec.service.match[0].uri.regex");
        });
  }

  @Test
  void whileASettingIsBrokenTrafficStillLeavesPodsThatGo() {
    edit("{\"timeout\":\"0s\"}");
    world.patch(
        "/apis/apps/v1/namespaces/production/deployments/myapp", "{\"spec\":{\"replicas\":0}}");
    world.run(Duration.ofMinutes(1));

    assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
    assertThat(world.get(ROUTE).at("/spec/http/0").has("timeout")).isFalse();
  }

  @Test
  void whatIsMendedGoesOn() {
    edit("{\"timeout\":\"0s\"}");
    world.run(Duration.ofMinutes(1));
    edit("{\"timeout\":\"4s\"}");

    world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
    assertThat(world.failedForUsers()).isZero();
  }

  @Test
  void anotherTargetIsRefusedWhileThisOneHasTheTraffic() {
    world.patch(CANARY, "{\"spec\":{\"targetRef\":{\"name\":\"other\"}}}");
    world.run(Duration.ofMinutes(1));

    assertThat(stalled())
        .contains("spec.targetRef.name: is other, but this Canary looks after myapp");
    assertThat(world.routed("myapp")).isEqualTo(new Percent(30));

    world.patch(
        "/apis/apps/v1/namespaces/production/deployments/myapp", "{\"spec\":{\"replicas\":0}}");
    world.run(Duration.ofMinutes(1));
    assertThat(world.routed("myapp")).as("made safe all the same").isEqualTo(Percent.NONE);
    assertThat(world.failedForUsers()).as("but for those on their way").isLessThan(30);
  }

  @Test
  void anotherNameOfTheServiceIsRefusedAndNothingIsLostOnTheWayBack() {
    edit("{\"name\":\"shop\"}");
    world.run(Duration.ofMinutes(1));

    assertThat(stalled())
        .contains("spec.service.name: names shop, but callers reach the app by myapp");
    assertThat(world.get("/api/v1/namespaces/production/services/shop").path("code").asInt())
        .isEqualTo(404);

    edit("{\"name\":null}");
    world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
    assertThat(world.failedForUsers()).isZero();
  }

  /// Flagger's users do so: the Service follows, and so do the sides before it.
  @Test
  void anotherPortOfTheServiceIsTakenOverAtThePresentWeight() {
    edit("{\"port\":8080}");

    assertThat(
            world
                .get("/api/v1/namespaces/production/services/myapp-canary")
                .at("/spec/ports/0/port")
                .asInt())
        .isEqualTo(8080);
    world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
    assertThat(world.get("/api/v1/namespaces/production/services/myapp").findValuesAsText("port"))
        .as("callers of the old port are served, too: the Service was there before")
        .containsExactly("8080", "80");
    assertThat(world.failedForUsers()).isZero();
  }

  private String stalled() {
    for (JsonNode condition : world.canary("myapp").path("status").path("conditions")) {
      if (condition.path("type").asText().equals("Stalled")) {
        return condition.path("message").asText();
      }
    }
    return "";
  }

  @Test
  void aServiceThatAnotherCanaryControlsIsLeftToIt() {
    world.apply(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: other, namespace: production, labels: {app: other}}
        spec:
          replicas: 1
          selector: {matchLabels: {app: other}}
          template:
            metadata: {labels: {app: other}}
            spec: {containers: [{name: other, image: "registry.example.com/other:1"}]}
        ---
        apiVersion: flagger.app/v1beta1
        kind: Canary
        metadata: {name: other, namespace: production}
        spec:
          targetRef: {apiVersion: apps/v1, kind: Deployment, name: other}
          service: {port: 80, name: myapp-canary}
          analysis: {interval: 10s, threshold: 3, stepWeight: 10}
        """);
    world.run(Duration.ofMinutes(2));

    assertThat(
            world
                .get("/api/v1/namespaces/production/services/myapp-canary")
                .at("/spec/selector/app")
                .asText())
        .isEqualTo("myapp");
    assertThat(world.story("other"))
        .anyMatch(line -> line.contains("Service myapp-canary is controlled by Canary myapp"));
    assertThat(world.replicas("other")).as("it goes on without a Canary").isEqualTo(1);
  }

  /// Older, and in another namespace: Istio obeys it whole, and our weights not at all.
  @Test
  void aHostThatSomebodyElseOwnsIsNamedAndNothingIsWrittenUntilItIsFree() {
    world.apply("{apiVersion: v1, kind: Namespace, metadata: {name: team-a}}");
    world.apply(
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: shop, namespace: team-a}
        spec:
          hosts: [myapp.production.svc.cluster.local]
          exportTo: [production]
          http: [{route: [{destination: {host: myapp-primary.production.svc.cluster.local}}]}]
        """);
    world.run(Duration.ofMinutes(1));

    assertThat(world.routed("myapp")).isEqualTo(new Percent(30));
    assertThat(world.canary("myapp").path("status").path("conditions"))
        .anySatisfy(condition -> {
          assertThat(condition.path("type").asText()).isEqualTo("Stalled");
          assertThat(condition.path("message").asText()).contains("VirtualService team-a/shop");
        });

    world.delete("/apis/networking.istio.io/v1/namespaces/team-a/virtualservices/shop");
    world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
  }

  @Test
  void discoveredPortsAndMarksOfTheServicesFollowTheSpec() {
    edit("{\"portDiscovery\":true,\"canary\":{\"labels\":{\"part\":\"canary\"}}}");

    JsonNode canary = world.get("/api/v1/namespaces/production/services/myapp-canary");
    assertThat(canary.at("/spec/ports/1/port").asInt()).isEqualTo(9797);
    assertThat(canary.at("/metadata/labels/part").asText()).isEqualTo("canary");
    world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
  }
}
