package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Releases by `spec.analysis.steps`, as the users of the app, its author and the person on call
/// meet them.
class StepsStoryTest {
  private static final String BAD = "\"playground.sluice.dev/error-rate\":\"0.5\"";
  private static final String LOOKED_AT_BY_HAND =
      "steps: [{setWeight: 20}, {pause: {}}, {setWeight: 60}, {setWeight: 40}]";

  private static String canary(Provider provider, String analysis) {
    return """
    apiVersion: flagger.app/v1beta1
    kind: Canary
    metadata: {name: myapp, namespace: production}
    spec:
      provider: %s
      targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
      service: {port: 80, targetPort: 8080%s}
      progressDeadlineSeconds: 60
      analysis: {interval: 10s, threshold: 3, %s, metrics: [%s]}
    """
        .formatted(provider.title(), provider.service(), analysis, provider.metric());
  }

  private static World onboarded(Provider provider, String analysis) {
    World world = new World(11, provider).trafficOf(0);
    world.apply(Myapp.SERVICE).apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(10));
    world.trafficOf(20).apply(Site.METRIC).apply(canary(provider, analysis));
    return world.runUntilPhase("myapp", "Initialized", Myapp.A_WHILE);
  }

  private static String condition(World world, String type) {
    for (JsonNode condition : world.canary("myapp").at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText() + " " + condition.path("reason").asText();
      }
    }
    return "-";
  }

  private static String step(World world) {
    return world.canary("myapp").at("/status/rollout/step/at").asText();
  }

  private static World resume(World world) {
    return world.patch(
        Myapp.CANARIES + "myapp",
        "{\"metadata\":{\"annotations\":{\"sluice.dev/command\":\"resume\"}}}");
  }

  private static World untilHeld(World world) {
    for (int i = 0; i < 200; i++) {
      if (condition(world, "Held").equals("True PausedAtStep")) {
        return world;
      }
      world.run(Duration.ofSeconds(1));
    }
    throw new AssertionError("never paused: " + world.story("myapp"));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WITHOUT_MESH")
  void aPauseLastsUntilSomebodyResumesItAndUsersKeepTheirShareMeanwhile(Provider provider) {
    try (World world = onboarded(provider, LOOKED_AT_BY_HAND)) {
      untilHeld(Myapp.release(world, "1.1.0")).run(Duration.ofMinutes(1));
      world.restartController().run(Duration.ofMinutes(10)).answered().clear();
      world.run(Duration.ofSeconds(30));

      assertThat(step(world)).isEqualTo("2/4");
      assertThat(world.phase("myapp")).isEqualTo("Progressing");
      assertThat(world.answered().get("myapp")).isBetween(80, 160);
      assertThat(condition(world, "Reconciling")).startsWith("True");
      assertThat(world.alerts())
          .filteredOn(alert -> alert.startsWith("Canary is paused: "))
          .singleElement()
          .asString()
          .contains("at 20% is paused by step 2/4 until somebody resumes it");

      resume(world).runUntilWeight("myapp", 60, Duration.ofSeconds(5));
      assertThat(condition(world, "Held")).isEqualTo("-");
      assertThat(world.story("myapp").toString())
          .contains("CommandTaken: resume of myapp.production");
      world.runUntilWeight("myapp", 40, Myapp.A_WHILE);
      world.runUntilPhase("myapp", "Succeeded", Myapp.A_WHILE);
      Myapp.served(world, "1.1.0");
      assertThat(world.canary("myapp").at("/status/rollout/step").isMissingNode()).isTrue();
    }
  }

  @Test
  void whoeverPausesARunThatGoesBadFindsItRolledBack() {
    try (World world = onboarded(Provider.ISTIO, LOOKED_AT_BY_HAND)) {
      untilHeld(Myapp.release(world, "1.1.0"));

      Myapp.make(world, "myapp", "error-rate", "0.5");
      world.runUntilPhase("myapp", "Failed", Myapp.A_WHILE);

      assertThat(world.image("myapp-primary")).endsWith(":1.0.0");
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
    }
  }

  @Test
  void anotherRevisionBeginsWithTheFirstStep() {
    try (World world = onboarded(Provider.ISTIO, LOOKED_AT_BY_HAND)) {
      untilHeld(Myapp.release(world, "1.1.0"));

      Myapp.release(world, "1.2.0").run(Duration.ofSeconds(1));
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      untilHeld(world);

      assertThat(step(world)).isEqualTo("2/4");
      resume(world).runUntilPhase("myapp", "Succeeded", Myapp.A_WHILE);
      Myapp.served(world, "1.2.0");
    }
  }

  @Test
  void anEditOfTheListOnTheWayIsTaken() {
    try (World world = onboarded(Provider.ISTIO, LOOKED_AT_BY_HAND)) {
      untilHeld(Myapp.release(world, "1.1.0"));

      world.apply(
          canary(
              Provider.ISTIO,
              "steps: [{setWeight: 20}, {pause: {duration: 1s}}, {setWeight: 30}]"));
      world.runUntilWeight("myapp", 30, Duration.ofSeconds(15));

      assertThat(step(world)).isEqualTo("3/3");
      world.runUntilPhase("myapp", "Succeeded", Myapp.A_WHILE);
      Myapp.served(world, "1.1.0");
    }
  }

  @Test
  void aBadReleaseHurtsNoMoreThanTheFirstShare() {
    try (World world = onboarded(Provider.ISTIO, LOOKED_AT_BY_HAND)) {
      Myapp.release(world, "1.1.0", BAD).runUntilPhase("myapp", "Failed", Myapp.A_WHILE);

      assertThat(world.failedForUsers()).isBetween(1, 20 * 60 / 5);
      assertThat(world.reasons("myapp")).doesNotContain("StepAdvanced");
    }
  }

  @Test
  void whatTakesTooLongIsRolledBackAndSaysWhatItWaitedFor() {
    try (World world = onboarded(Provider.ISTIO, LOOKED_AT_BY_HAND + ", maxDuration: 10m")) {
      Myapp.release(world, "1.1.0").runUntilPhase("myapp", "Failed", Duration.ofMinutes(12));

      assertThat(world.canary("myapp").at("/status/rollout/cause").asText()).isEqualTo("TooLong");
      assertThat(world.alerts())
          .last()
          .asString()
          .contains("Took too long: the analysis was at 20%, step 2/4 and not over within 10m");
      Myapp.served(world, "1.0.0");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "steps: [{setWeight: 101}] | spec.analysis.steps[0].setWeight",
        "steps: [{setWeight: -1}] | spec.analysis.steps[0].setWeight",
        "steps: [{setWeight: 5, pause: {}}] | spec.analysis.steps[0]",
        "steps: [{interval: 1m}] | spec.analysis.steps[0]",
        "steps: [{pause: {duration: soon}}] | spec.analysis.steps[0].pause.duration",
        "steps: [{analysis: {count: 0}}] | spec.analysis.steps[0].analysis.count",
        "steps: [{setWeight: 5}], stepWeight: 5 | spec.analysis",
        "steps: [{setWeight: 5}], iterations: 5 | spec.analysis",
        "steps: [{setWeight: 5}], maxWeight: 50 | cannot be given together with match or maxWeight",
        "steps: [{setWeight: 5}], match: [{headers: {a: {exact: b}}}] | cannot be given together with match or maxWeight",
        "steps: [{setWeight: 5}], maxDuration: long | spec.analysis.maxDuration",
      })
  void aListThatCannotBeIsRefusedByTheApiServer(String analysis, String why) {
    try (World world = new World(1)) {
      assertThatThrownBy(() -> world.apply(canary(Provider.ISTIO, analysis)))
          .hasMessageContaining(why);
    }
  }
}
