package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Thousands of random lives of a canary; every rule is checked at every tick of each.
///
/// `.ci/simulate` lives more of them, and one by its seed.
class SimulationTest {
  private static final int TRACE = 40;
  private static final int LIVES = 3000;
  private static final String PAGE = "docs/explanation/rollout.md";

  @Test
  void noRuleIsEverBrokenWhateverHappens() {
    var broken = new LinkedHashMap<Long, String>();
    var ends = new LinkedHashMap<String, Integer>();
    var transitions = new TreeSet<String>();
    var commands = new TreeSet<String>();
    for (long seed = 0; seed < LIVES; seed++) {
      var life = new Simulation(seed, false);
      try {
        life.run();
        transitions.addAll(life.invariants().transitions());
        commands.addAll(life.invariants().commands());
        for (var kind : new String[] {"Promoting", "Succeeded", "Failed", "RollingBack"}) {
          ends.merge(kind, life.invariants().ends(kind), Integer::sum);
        }
      } catch (Invariants.Broken e) {
        broken.put(seed, e.getMessage());
      }
    }
    assertThat(report(broken)).isEmpty();
    assertThat(diagram()).as("the diagram in %s", PAGE).containsAll(transitions);
    assertThat(transitions)
        .as("what the diagram in %s shows does happen", PAGE)
        .containsAll(diagram());
    assertThat(commands)
        .as("every command is taken somewhere and refused somewhere")
        .containsAll(
            Arrays.stream(Command.Verb.values())
                .flatMap(verb -> Stream.of(verb.title() + " taken", verb.title() + " refused"))
                .toList());
    assertThat(ends)
        .as("a simulation in which nothing is ever promoted or rolled back proves nothing")
        .allSatisfy((kind, count) -> assertThat(count).as(kind).isGreaterThan(LIVES / 10));
  }

  /// The arrows of the state diagram that readers see.
  private static Set<String> diagram() {
    try (var lines = Files.lines(Path.of(System.getProperty("sluice.root", "..")).resolve(PAGE))) {
      return lines
          .map(line -> line.strip().replaceFirst(":.*", "").strip())
          .filter(line -> line.contains(" --> ") && !line.contains("[*]"))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Which rules were broken how often, with one readable life for each.
  private static String report(Map<Long, String> broken) {
    var byRule = broken.entrySet().stream().collect(Collectors.groupingBy(e -> rule(e.getValue())));
    return byRule.entrySet().stream()
        .map(rule -> {
          var first = rule.getValue().getFirst();
          return "%d seeds broke: %s%nreplay the first: .ci/simulate --seed %d%n%s"
              .formatted(
                  rule.getValue().size(), rule.getKey(), first.getKey(), trace(first.getKey()));
        })
        .collect(Collectors.joining("\n\n"));
  }

  /// Without the facts of one life.
  private static String rule(String broken) {
    return broken.lines().findFirst().orElse("").replaceFirst("[:,] .*", "");
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
