package dev.sluice.controller.story;

import static dev.sluice.controller.story.Myapp.A_WHILE;
import static dev.sluice.controller.story.Myapp.CANARIES;
import static dev.sluice.controller.story.Myapp.DEPLOYMENTS;
import static dev.sluice.controller.story.Myapp.at;
import static dev.sluice.controller.story.Myapp.make;
import static dev.sluice.controller.story.Myapp.onboarded;
import static dev.sluice.controller.story.Myapp.release;
import static dev.sluice.controller.story.Myapp.served;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.mesh.Percent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What pods do by themselves, and what people do to the primary, during a release and between two.
class PodHazardStoryTest {

  // ---- the canary's pods ----

  @Test
  void podsThatCrashAgainAndAgainAtThirtyPercentLoseTheirTrafficAtOnceAndThenTheRun() {
    try (World world = at(30, 61)) {
      make(world, "myapp", "crash-after", "3s").run(Duration.ofSeconds(2));

      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(world.reasons("myapp")).contains("CanaryLost");
      world.runUntilPhase("myapp", "Failed", A_WHILE).run(Duration.ofMinutes(1));

      int all = world.answered().values().stream().mapToInt(Integer::intValue).sum();
      assertThat(world.failedForUsers()).isLessThan(all / 100);
      assertThat(world.replicas("myapp")).isZero();
      assertThat(world.replicas("myapp-primary")).isEqualTo(2);
      assertThat(world.image("myapp-primary")).endsWith(":1.0.0");
      assertThat(world.alerts()).last().asString().contains("no pod of myapp.production is left");
    }
  }

  @Test
  void podsThatNeverBecomeReadyGetNoUserAndAreGivenUpAtTheirDeadline() {
    try (World world = onboarded(62)) {
      world.patch(
          DEPLOYMENTS + "myapp",
          "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"playground.sluice.dev/ready\":\"never\"}}}}}");
      world.runUntilPhase("myapp", "Progressing", A_WHILE);
      var began = world.now();

      world.runUntilPhase("myapp", "Failed", A_WHILE);

      assertThat(Duration.between(began, world.now()))
          .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(90));
      assertThat(world.reasons("myapp")).doesNotContain("WeightAdvanced");
      assertThat(world.answered()).doesNotContainKey("nobody");
      assertThat(world.alerts())
          .last()
          .asString()
          .contains("did not become ready within 60s", "0 of 2 pods are available");
      served(world, "1.0.0");
    }
  }

  // ---- the primary's ----

  @Test
  void aPrimaryThatFailsAtFortyPercentKeepsItsShareAndIsSpokenOfEverywhere() {
    try (World world = at(40, 63)) {
      make(world, "myapp-primary", "ready", "never").run(Duration.ofMinutes(2));

      assertThat(world.routed("myapp")).isEqualTo(new Percent(40));
      assertThat(world.phase("myapp")).isEqualTo("Progressing");
      assertThat(world.replicas("myapp")).isEqualTo(2);
      var what = "myapp-primary.production not ready: 0 of 2 pods are available";
      assertThat(world.canary("myapp").at("/status/conditions").toString())
          .contains("Held", "PrimaryNotReady", what);
      assertThat(world.story("myapp")).last().asString().startsWith("Held").contains(what);
      assertThat(world.alerts()).last().asString().contains(what);

      make(world, "myapp-primary", "ready", "true");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.alerts().toString()).contains("not held any more (PrimaryNotReady)");
    }
  }

  @Test
  void aBadReleaseIsNotRolledBackOntoAPrimaryThatFails() {
    try (World world = at(40, 64)) {
      make(world, "myapp-primary", "ready", "never");
      world.patch(DEPLOYMENTS + "myapp", "{\"spec\":{\"replicas\":0}}");
      world.run(Duration.ofMinutes(2));

      assertThat(world.routed("myapp")).as("nobody could take it").isEqualTo(new Percent(40));
      assertThat(world.alerts().toString()).contains("scaled myapp.production to zero");
      assertThat(world.canary("myapp").at("/status/conditions").toString())
          .contains("PrimaryNotReady");

      make(world, "myapp-primary", "ready", "true");
      world.runUntilPhase("myapp", "Failed", A_WHILE);
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
    }
  }

  @Test
  void aPrimaryThatSomebodyDeletesInMidRunIsMadeAgainOnceItsVersionIsBack() {
    try (World world = at(30, 65)) {
      world.delete(DEPLOYMENTS + "myapp-primary").run(Duration.ofSeconds(30));

      assertThat(world.routed("myapp")).isEqualTo(new Percent(30));
      assertThat(world.replicas("myapp")).isEqualTo(2);
      assertThat(world.alerts())
          .last()
          .asString()
          .contains("myapp-primary.production does not exist", "Change the target back");

      release(world, "1.0.0").runUntilPhase("myapp", "Succeeded", A_WHILE);
      assertThat(world.replicas("myapp-primary")).isEqualTo(2);
      assertThat(world.image("myapp-primary")).endsWith(":1.0.0");
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
    }
  }

  @Test
  void orAtOnceFromTheReleaseWhenItsAuthorSaysThatAnalysisMayBeSkipped() {
    try (World world = at(30, 66)) {
      world.patch(DEPLOYMENTS + "myapp-primary", "{\"spec\":{\"replicas\":3}}");
      world.run(Duration.ofSeconds(5)).delete(DEPLOYMENTS + "myapp-primary");
      world.run(Duration.ofSeconds(30));

      world.patch(CANARIES + "myapp", "{\"spec\":{\"skipAnalysis\":true}}");
      world.runUntilPhase("myapp", "Succeeded", A_WHILE);

      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.replicas("myapp-primary")).isEqualTo(3);
    }
  }

  @Test
  void aPrimaryThatSomebodyDeletesBetweenReleasesIsMadeAgainWithAsManyPodsAsItHad() {
    try (World world = onboarded(67)) {
      world.restartController().delete(DEPLOYMENTS + "myapp-primary");
      world.run(Duration.ofSeconds(10));

      assertThat(world.replicas("myapp-primary")).isEqualTo(2);
      assertThat(world.replicas("myapp")).isZero();
      int failed = world.failedForUsers();
      world.run(Duration.ofMinutes(1));
      assertThat(world.failedForUsers()).isEqualTo(failed);
      assertThat(world.reasons("myapp")).doesNotContain("NewRevision");
    }
  }

  @Test
  void aPrimaryThatSomebodyScalesToZeroBetweenReleasesIsSaidToServeNobody() {
    try (World world = onboarded(68)) {
      world.patch(DEPLOYMENTS + "myapp-primary", "{\"spec\":{\"replicas\":0}}");
      world.run(Duration.ofMinutes(1));

      assertThat(world.alerts())
          .last()
          .asString()
          .contains("it is scaled to zero", "nobody serves until it is");
      assertThat(world.canary("myapp").at("/status/conditions").toString())
          .contains("PrimaryNotReady");

      world.patch(DEPLOYMENTS + "myapp-primary", "{\"spec\":{\"replicas\":2}}");
      world.run(Duration.ofSeconds(10));
      assertThat(world.alerts().toString()).contains("not held any more");
      release(world, "1.1.0").runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
    }
  }

  @Test
  void aPrimaryThatSomebodyEditsBetweenReleasesStartsNoRunAndIsPutRightByTheNext() {
    try (World world = onboarded(69)) {
      world.patch(
          DEPLOYMENTS + "myapp-primary",
          "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"by\":\"hand\"}}}}}");
      world.run(Duration.ofMinutes(5));
      assertThat(world.reasons("myapp")).doesNotContain("NewRevision");

      release(world, "1.1.0").runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      served(world, "1.1.0");
      assertThat(
              world.deployment("myapp-primary").at("/spec/template/metadata/annotations").has("by"))
          .isFalse();
    }
  }
}
