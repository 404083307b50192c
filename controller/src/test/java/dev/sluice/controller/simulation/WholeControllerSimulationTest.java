package dev.sluice.controller.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Lives of a canary with the whole controller; `.ci/simulate --whole` lives more of them.
class WholeControllerSimulationTest {
  private static final int LIVES = 12;
  private static final int LAST_LINES = 60;
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));

  @Test
  void noRuleIsEverBrokenWhateverHappens() {
    Lives all = new Lives(Lives.Of.CONTROLLER, ROOT);
    Map<String, Integer> phases = new TreeMap<>();
    for (long seed = 0; seed < LIVES; seed++) {
      Life life = new Life(seed, ROOT, false);
      try {
        life.run();
      } catch (Rules.Broken e) {
        throw new AssertionError(
            "seed %d broke: %s%nreplay: %s%n%s"
                .formatted(
                    seed,
                    e.getMessage(),
                    Lives.Of.CONTROLLER.replay(seed),
                    all.live(seed, LAST_LINES).trace()),
            e);
      }
      life.phases().forEach((phase, times) -> phases.merge(phase, times, Integer::sum));
    }
    assertThat(phases)
        .as("a simulation in which nothing is ever promoted or rolled back proves nothing")
        .hasEntrySatisfying("Succeeded", times -> assertThat(times).isGreaterThan(LIVES / 5))
        .hasEntrySatisfying("Failed", times -> assertThat(times).isGreaterThan(LIVES / 5));
  }

  @Test
  void aSeedLivesTheSameLifeEachTime() {
    Lives all = new Lives(Lives.Of.CONTROLLER, ROOT);
    assertThat(all.live(7, Integer.MAX_VALUE)).isEqualTo(all.live(7, Integer.MAX_VALUE));
  }
}
