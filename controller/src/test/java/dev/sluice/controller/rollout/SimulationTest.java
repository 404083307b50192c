package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Thousands of random lives of a canary; every rule is checked at every tick of each.
///
/// `-Dsluice.seed=N` lives one life and prints it; `-Dsluice.seeds=N` lives so many.
class SimulationTest {
  private static final int TRACE = 40;

  @Test
  void noRuleIsEverBrokenWhateverHappens() {
    var one = Long.getLong("sluice.seed");
    if (one != null) {
      var life = new Simulation(one, true);
      try {
        life.run();
      } finally {
        System.out.println(life.trace(Integer.MAX_VALUE));
      }
      return;
    }
    var seeds = Integer.getInteger("sluice.seeds", 2000);
    var broken = new LinkedHashMap<Long, String>();
    var ends = new LinkedHashMap<String, Integer>();
    for (long seed = 0; seed < seeds; seed++) {
      var life = new Simulation(seed, false);
      try {
        life.run();
        for (var kind : new String[] {"Promoting", "Succeeded", "Failed", "RollingBack"}) {
          ends.merge(kind, life.invariants().ends(kind), Integer::sum);
        }
      } catch (Invariants.Broken e) {
        broken.put(seed, e.getMessage());
      }
    }
    assertThat(report(broken)).isEmpty();
    assertThat(ends)
        .as("a simulation in which nothing is ever promoted or rolled back proves nothing")
        .allSatisfy((kind, count) -> assertThat(count).as(kind).isGreaterThan(seeds / 10));
  }

  /// Which rules were broken how often, with one readable life for each.
  private static String report(Map<Long, String> broken) {
    var byRule =
        broken.entrySet().stream()
            .collect(Collectors.groupingBy(e -> e.getValue().lines().findFirst().orElse("")));
    return byRule.entrySet().stream()
        .map(rule -> {
          var first = rule.getValue().getFirst();
          return "%d seeds broke: %s%nreplay the first: mvn -pl controller -am -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dsluice.seed=%d test%n%s"
              .formatted(
                  rule.getValue().size(), rule.getKey(), first.getKey(), trace(first.getKey()));
        })
        .collect(Collectors.joining("\n\n"));
  }

  private static String trace(long seed) {
    var life = new Simulation(seed, true);
    try {
      life.run();
    } catch (Invariants.Broken _) {
      // What was wanted: the same life again, written down this time.
    }
    return life.trace(TRACE);
  }
}
