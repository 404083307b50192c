package dev.sluice.controller.figures;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Calls to the API server and to the metrics, counted on the virtual clock. `.ci/figures` counts
/// the same for a thousand.
class CostOfCanariesTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));

  @Test
  void idleCanariesCostTheApiServerNothing() {
    VirtualFleet fleet = new VirtualFleet(50, ROOT);
    fleet.run(Duration.ofMinutes(2));
    assertThat(fleet.phases()).isEqualTo(Map.of("Initialized", 50));

    VirtualFleet.Cost idle = fleet.run(Duration.ofMinutes(5));

    assertThat(idle).isEqualTo(new VirtualFleet.Cost(Map.of(), 0, 0));
  }

  @Test
  void aStepCostsOneStatusPatchOneRouteAndOneEventAndNoRead() {
    VirtualFleet fleet = new VirtualFleet(3, ROOT);
    fleet.run(Duration.ofMinutes(2));
    fleet.release(1, "1.1.0");
    int steps = 0;
    for (int second = 0; second < 300; second++) {
      int before = fleet.weight(1);
      VirtualFleet.Cost cost = fleet.run(Duration.ofSeconds(1));
      if (before > 0 && fleet.weight(1) > before) {
        steps++;
        assertThat(cost.calls())
            .as("the step to %d%%", fleet.weight(1))
            .isEqualTo(
                Map.of("PATCH canaries/status", 1, "PUT virtualservices", 1, "POST events", 1));
      }
    }
    assertThat(steps).as("steps from 10 to 50%").isEqualTo(4);
    assertThat(fleet.phases()).isEqualTo(Map.of("Initialized", 2, "Succeeded", 1));
  }
}
