package dev.sluice.controller.story;

import static dev.sluice.controller.story.Myapp.A_WHILE;
import static dev.sluice.controller.story.Myapp.CANARIES;
import static dev.sluice.controller.story.Myapp.CANARY;
import static dev.sluice.controller.story.Myapp.DEPLOYMENTS;
import static dev.sluice.controller.story.Myapp.SERVICE;
import static dev.sluice.controller.story.Myapp.app;
import static dev.sluice.controller.story.Myapp.at;
import static dev.sluice.controller.story.Myapp.onboarded;
import static dev.sluice.controller.story.Myapp.release;
import static dev.sluice.controller.story.Myapp.served;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.mesh.Percent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What people and clusters do to a release that is under way, each seen to end badly with another
/// controller of the same manifests. Over real API semantics, with requests that are really routed.
class HazardStoryTest {
  // ---- pods ----

  @Test
  void aTargetThatRecreatesItsPodsHasAPrimaryThatDoesNot() {
    try (World world = onboarded(42, app(2, "strategy: {type: Recreate}"), CANARY)) {
      release(world, "1.1.0").runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));

      served(world, "1.1.0");
    }
  }

  @Test
  void aSinglePodThatItsOwnStrategyMayTakeAwayServesThroughItsPromotion() {
    var strategy =
        "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}";
    try (World world = onboarded(43, app(1, strategy), CANARY)) {
      release(world, "1.1.0").runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));

      served(world, "1.1.0");
    }
  }

  @Test
  void aQuotaWithoutRoomForThePrimaryLeavesTheAppAsItWasAndSaysWhy() {
    try (World world = new World(44).trafficOf(0)) {
      world.apply(
          """
          apiVersion: v1
          kind: ResourceQuota
          metadata: {name: small, namespace: production}
          spec: {hard: {pods: "3"}}
          """);
      world.apply(SERVICE).apply(app(2, "")).run(Duration.ofSeconds(10)).trafficOf(10);

      world.apply(CANARY).run(Duration.ofMinutes(3));

      assertThat(world.phase("myapp")).isEqualTo("Initializing");
      assertThat(world.replicas("myapp")).isEqualTo(2);
      assertThat(world.failedForUsers()).isZero();
      assertThat(world.answered()).containsOnlyKeys("myapp");
      assertThat(world.alerts()).last().asString().contains("1 of 2 pods", "exceeded quota: small");

      world.patch(
          "/api/v1/namespaces/production/resourcequotas/small",
          "{\"spec\":{\"hard\":{\"pods\":\"9\"}}}");
      world.runUntilPhase("myapp", "Initialized", A_WHILE);
      served(world, "1.0.0");
    }
  }

  @Test
  void aPausedTargetRunsNothingNewAndIsGivenUpAtItsDeadline() {
    try (World world = onboarded(45)) {
      world.patch(DEPLOYMENTS + "myapp", "{\"spec\":{\"paused\":true}}");
      release(world, "1.1.0").runUntilPhase("myapp", "Failed", A_WHILE);

      served(world, "1.0.0");
      assertThat(world.answered()).doesNotContainKey("nobody");
      assertThat(world.alerts()).last().asString().contains("spec.paused");
    }
  }

  @Test
  void aPrimaryThatSomebodyScalesToZeroInMidRunIsNeverGivenMoreAndPeopleAreTold() {
    try (World world = at(30, 46)) {
      world.patch(DEPLOYMENTS + "myapp-primary", "{\"spec\":{\"replicas\":0}}");
      world.run(Duration.ofMinutes(2));

      assertThat(world.routed("myapp")).isEqualTo(new Percent(30));
      assertThat(world.replicas("myapp")).isEqualTo(2);
      assertThat(world.alerts()).last().asString().contains("myapp-primary", "scaled to zero");

      world.patch(DEPLOYMENTS + "myapp-primary", "{\"spec\":{\"replicas\":2}}");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
    }
  }

  // ---- what the target is ----

  @Test
  void aPrimaryThatSomebodyEditsIsPutRightByTheNextReleaseOnly() {
    try (World world = at(30, 50)) {
      world.patch(
          DEPLOYMENTS + "myapp-primary",
          "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"by\":\"hand\"}}}}}");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));

      served(world, "1.1.0");
      assertThat(
              world.deployment("myapp-primary").at("/spec/template/metadata/annotations").has("by"))
          .isFalse();
    }
  }

  // ---- the Canary itself, and the controller ----

  @Test
  void aRouteSettingEditedInMidRunKeepsTheWeight() {
    try (World world = at(30, 51)) {
      world.patch(CANARIES + "myapp", "{\"spec\":{\"service\":{\"timeout\":\"7s\"}}}");
      world.run(Duration.ofSeconds(2));

      assertThat(world.routed("myapp")).isEqualTo(new Percent(30));
      assertThat(
              world
                  .get("/apis/networking.istio.io/v1/namespaces/production/virtualservices/myapp")
                  .toString())
          .contains("\"timeout\":\"7s\"");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      assertThat(world.reasons("myapp").stream().filter("WeightAdvanced"::equals)).hasSize(5);
    }
  }

  @Test
  void aControllerThatDiesEveryTwelveSecondsTakesNoStepEarly() {
    try (World world =
        onboarded(52, app(2, ""), CANARY.replace("interval: 10s", "interval: 60s"))) {
      release(world, "1.1.0").runUntilWeight("myapp", 10, A_WHILE);
      var atTen = world.now();

      while (world.weight("myapp") == 10) {
        world.run(Duration.ofSeconds(12)).restartController();
        assertThat(Duration.between(atTen, world.now())).isLessThan(A_WHILE);
      }

      assertThat(Duration.between(atTen, world.now())).isGreaterThan(Duration.ofSeconds(59));
      assertThat(world.weight("myapp")).isEqualTo(20);
    }
  }

  @Test
  void anInvalidEditIsSeenWhereItsAuthorLooks() {
    try (World world = at(20, 53)) {
      world.patch(CANARIES + "myapp", "{\"spec\":{\"provider\":\"linkerd\"}}");
      world.run(Duration.ofMinutes(1));

      var status = world.canary("myapp").path("status");
      assertThat(status.path("conditions").toString())
          .contains("Stalled", "spec.provider", "linkerd");
      assertThat(status.path("observedGeneration"))
          .isEqualTo(world.canary("myapp").at("/metadata/generation"));
      assertThat(world.reasons("myapp")).containsOnlyOnce("SpecRefused");
      assertThat(world.routed("myapp")).isEqualTo(new Percent(20));

      world.patch(CANARIES + "myapp", "{\"spec\":{\"provider\":\"istio\"}}");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      served(world, "1.1.0");
    }
  }
}
