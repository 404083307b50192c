package dev.sluice.controller.story;

import static dev.sluice.controller.story.Myapp.A_WHILE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// An app that speaks no HTTP: connections are shared out as requests are.
class IstioTcpStoryTest {
  private static final String CANARY =
      Myapp.CANARY.replace("targetPort: 8080", "targetPort: 8080, appProtocol: tcp");

  @Test
  void connectionsMeetTheReleaseStepByStep() {
    try (World world = Myapp.onboarded(1, Myapp.app(2, ""), CANARY)) {
      world.answered().clear();
      world.run(Duration.ofSeconds(10));
      assertThat(world.answered()).containsOnlyKeys("myapp-primary");

      Myapp.release(world, "1.1.0").runUntilWeight("myapp", 50, A_WHILE).run(Duration.ofSeconds(6));
      world.answered().clear();
      world.run(Duration.ofSeconds(4));
      assertThat(world.answered()).containsOnlyKeys("myapp", "myapp-primary");
      assertThat(world.answered().get("myapp")).isBetween(10, 30);

      world.runUntilPhase("myapp", "Succeeded", A_WHILE);
      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.failedForUsers()).isZero();
    }
  }
}
