package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.mesh.Percent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Somebody on call takes a rollout in hand, by an annotation of the Canary.
class CommandStoryTest {
  private static final String ANNOTATIONS = "/metadata/annotations";
  private static final String COMMAND = "/status/rollout/orders/command";

  /// As `kubectl annotate` does.
  private static void annotate(World world, String annotations) {
    world.patch(Myapp.CANARIES + "myapp", "{\"metadata\":{\"annotations\":{" + annotations + "}}}");
  }

  private static void command(World world, String verb) {
    annotate(world, "\"sluice.dev/command\":\"%s\"".formatted(verb));
  }

  @Test
  void aPromoteTakesTheNextStepAtOnceAndIsGone() {
    try (var world = Myapp.at(20, 3).run(Duration.ofSeconds(6))) {
      annotate(
          world,
          "\"sluice.dev/command\":\"promote\",\"sluice.dev/command-reason\":\"looks fine\","
              + "\"sluice.dev/command-by\":\"jane\"");
      world.run(Duration.ofMillis(500));

      assertThat(world.routed("myapp")).isEqualTo(new Percent(30));
      assertThat(world.canary("myapp").at(ANNOTATIONS + "/sluice.dev~1command").isMissingNode())
          .isTrue();
      assertThat(
              world.canary("myapp").at(ANNOTATIONS + "/sluice.dev~1command-reason").isMissingNode())
          .isTrue();
      var command = world.canary("myapp").at(COMMAND);
      assertThat(command.path("what").asText()).isEqualTo("promote");
      assertThat(command.path("by").asText()).isEqualTo("jane");
      assertThat(command.path("through").asText()).isEqualTo("kubectl");
      assertThat(command.path("reason").asText()).isEqualTo("looks fine");
      assertThat(command.path("outcome").asText()).isEqualTo("Taken");
      assertThat(world.story("myapp").toString())
          .contains(
              "CommandTaken: promote of myapp.production by jane (through kubectl) (looks fine)");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      Myapp.served(world, "1.1.0");
    }
  }

  @Test
  void promotesOneAfterTheOtherAreOneStepEach() {
    try (var world = Myapp.at(10, 4)) {
      for (int step : List.of(20, 30, 40)) {
        command(world, "promote");
        world.run(Duration.ofSeconds(6));

        assertThat(world.routed("myapp")).isEqualTo(new Percent(step));
      }
    }
  }

  @Test
  void anAbortTakesTheTrafficAwayAtOnceAndARetryBringsItBack() {
    try (var world = Myapp.at(30, 5)) {
      annotate(
          world,
          "\"sluice.dev/command\":\"abort\",\"sluice.dev/command-reason\":\"checkout is slow\"");
      world.run(Duration.ofMillis(500));

      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      world.runUntilPhase("myapp", "Failed", Myapp.A_WHILE);
      assertThat(world.canary("myapp").at("/status/rollout/cause").asText()).isEqualTo("Aborted");
      assertThat(world.alerts())
          .anySatisfy(alert ->
              assertThat(alert)
                  .startsWith(
                      "Rolled back: aborted by somebody (through kubectl): checkout is slow"));

      command(world, "retry");
      world.runUntilWeight("myapp", 10, Myapp.A_WHILE);
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      Myapp.served(world, "1.1.0");
    }
  }

  @Test
  void aPauseHoldsAndAResumeGoesOn() {
    try (var world = Myapp.at(20, 6)) {
      command(world, "pause");
      world.run(Duration.ofMinutes(5)).restartController().run(Duration.ofMinutes(5));

      assertThat(world.routed("myapp")).isEqualTo(new Percent(20));
      assertThat(world.canary("myapp").at("/status/rollout/orders/paused/by").asText())
          .isEqualTo("somebody (through kubectl)");
      assertThat(world.canary("myapp").at("/status/rollout/held/reason").asText())
          .isEqualTo("Paused");
      command(world, "resume");
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));
      assertThat(world.canary("myapp").at("/status/rollout/orders/paused").isMissingNode())
          .isTrue();
    }
  }

  @Test
  void aPromoteFullySkipsTheRestAndUsersNoticeNothing() {
    try (var world = Myapp.at(10, 7)) {
      command(world, "promote-fully");
      world.run(Duration.ofSeconds(2));

      assertThat(world.phase("myapp")).isEqualTo("Promoting");
      world.runUntilPhase("myapp", "Succeeded", Myapp.A_WHILE);
      assertThat(world.reasons("myapp")).contains("AnalysisSkipped").doesNotContain("Promote");
      Myapp.served(world, "1.1.0");
    }
  }

  /// Both kubectl apply and a Git sync write the manifest again and again.
  @Test
  void aCommandInAManifestIsRefusedOnceHoweverOftenItIsApplied() {
    try (var world = Myapp.at(20, 8)) {
      String manifest =
          Myapp.CANARY.replace(
              "name: myapp, namespace: production}\nspec",
              "name: myapp, namespace: production, annotations: {sluice.dev/command: abort}}\nspec");
      for (int i = 0; i < 3; i++) {
        world.apply(manifest).run(Duration.ofSeconds(3));
      }

      assertThat(world.routed("myapp").value()).isGreaterThanOrEqualTo(20);
      assertThat(world.story("myapp"))
          .filteredOn(line -> line.contains("it is part of a manifest"))
          .singleElement()
          .asString()
          .startsWith("CommandRefused: abort of myapp.production");
    }
  }

  /// What `kubectl apply` without `--server-side` writes.
  @Test
  void aCommandInTheManifestThatKubectlAppliedLastIsRefused() {
    try (var world = Myapp.at(20, 9)) {
      annotate(
          world,
          "\"sluice.dev/command\":\"abort\",\"kubectl.kubernetes.io/last-applied-configuration\":"
              + "\"{\\\"metadata\\\":{\\\"annotations\\\":{\\\"sluice.dev/command\\\":\\\"abort\\\"}}}\"");
      world.run(Duration.ofSeconds(2));
      assertThat(world.reasons("myapp")).endsWith("CommandRefused");

      command(world, "pause");
      world.run(Duration.ofSeconds(2));

      assertThat(world.canary("myapp").at(COMMAND).path("what").asText()).isEqualTo("pause");
      assertThat(world.canary("myapp").at(COMMAND).path("outcome").asText()).isEqualTo("Taken");
    }
  }

  @Test
  void whereverItIsKilledACommandIsObeyedOnce() {
    List<String> events;
    int writes;
    try (var calm = stepped(Integer.MAX_VALUE)) {
      events = calm.reasons("myapp");
      writes = calm.writes();
      assertThat(events).endsWith("CommandTaken", "WeightAdvanced");
    }
    for (int kill = 1; kill <= writes; kill++) {
      try (var world = stepped(kill)) {
        assertThat(world.routed("myapp")).as("killed after write %d", kill).hasToString("30%");
        assertThat(world.reasons("myapp"))
            .as("killed after write %d of %d", kill, writes)
            .containsExactlyElementsOf(events);
        assertThat(world.canary("myapp").at(ANNOTATIONS + "/sluice.dev~1command").isMissingNode())
            .as("killed after write %d", kill)
            .isTrue();
      }
    }
  }

  private static World stepped(int kill) {
    var world = Myapp.at(20, 10).restartController().run(Duration.ofSeconds(1));
    world.killAfterWrite(world.writes() + kill);
    command(world, "promote");
    return world.run(Duration.ofSeconds(8));
  }
}
