package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The controller is killed right after each status and each Event that it writes, in turn. What
/// people are told in the end is the same: every Event once, every alert at least once.
class CrashStoryTest {

  private static World told(int kill) {
    var world = new World(7).trafficOf(0);
    world.killAfterWrite(kill);
    world.apply(Myapp.SERVICE).apply(Myapp.deployment("1.0.0")).run(Duration.ofSeconds(10));
    world.trafficOf(5);
    world.apply(CANARY).runUntilPhase("myapp", "Initialized", Duration.ofMinutes(2));
    world.apply(Myapp.deployment("1.1.0", "playground.sluice.dev/error-rate: '1'"));
    world.runUntilPhase("myapp", "Failed", Duration.ofMinutes(5)).run(Duration.ofMinutes(1));
    return world;
  }

  @Test
  void whereverItIsKilledEveryEventIsThereOnceAndEveryAlertArrives() {
    List<String> events;
    List<String> alerts;
    int writes;
    try (var calm = told(Integer.MAX_VALUE)) {
      events = calm.reasons("myapp");
      alerts = titles(calm);
      writes = calm.writes();
    }
    assertThat(events).contains("Initialized", "NewRevision", "RollingBack", "RolledBack");
    assertThat(alerts).isNotEmpty();
    for (int kill = 1; kill <= writes; kill++) {
      try (var world = told(kill)) {
        assertThat(world.reasons("myapp"))
            .as("killed after write %d of %d", kill, writes)
            .containsExactlyElementsOf(events);
        assertThat(titles(world)).as("killed after write %d", kill).containsAll(alerts);
      }
    }
  }

  /// Without the numbers, which differ from life to life.
  private static List<String> titles(World world) {
    return world.alerts().stream().map(text -> text.replaceFirst(":.*", "")).toList();
  }

  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: myapp, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: myapp}
        service: {port: 80, targetPort: 8080}
        analysis:
          interval: 10s
          threshold: 2
          maxWeight: 50
          stepWeight: 50
          metrics:
          - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}
      """;
}
