package dev.sluice.playground.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioReaderTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));

  @TempDir Path folder;

  @Test
  void everyStepIsRead() throws Exception {
    var scenario =
        ScenarioReader.parse(
            "story.yaml",
            """
            name: all steps
            steps:
            - say: hello
            - traffic: 20
            - commit: {version: 1.1.0, errorRate: 0.3, latency: 900ms}
            - fault: {api: 500, for: 30s}
            - lose-pods: node-1
            - kill: controller
            - wait: 2m
            - expect: {phase: Succeeded, weight: 0}
            - always: {held: true, for: 10s}
            """);

    assertThat(scenario.name()).isEqualTo("all steps");
    assertThat(scenario.steps())
        .startsWith(
            new Scenario.Step.Say(3, "hello"),
            new Scenario.Step.Traffic(4, 20),
            new Scenario.Step.Commit(
                5, "1.1.0", Optional.of(0.3), Optional.of(Duration.ofMillis(900))),
            new Scenario.Step.Fault(6, Scenario.Part.API, Duration.ofSeconds(30)),
            new Scenario.Step.LosePods(7, "node-1"),
            new Scenario.Step.KillController(8),
            new Scenario.Step.Wait(9, Duration.ofMinutes(2)))
        .hasSize(9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          - dance: 1                               | unknown step 'dance'; known: say, commit,
          - {say: a, wait: 1s}                     | a step has exactly one of say, commit,
          - wait: soon                             | wait: a time such as 30s or 2m, not 'soon'
          - wait: 9h                               | wait: at most 6h
          - wait:                                  | a value is needed here
          - traffic: -1                            | traffic: a whole number from 0 to 500, not '-1'
          - traffic: 501                           | traffic: a whole number from 0 to 500, not '501'
          - commit: {errorRate: 0.3}               | field 'version' is missing
          - commit: {version: 1, errorRate: 2}     | errorRate: a share from 0 to 1 such as 0.3, not '2'
          - commit: {version: '../x'}              | version: a name is needed, not '../x'
          - commit: {version: 1, colour: red}      | commit has no field 'colour'; known: version, errorRate,
          - fault: {prometheus: slow, for: 1s}     | prometheus: only 'down', not 'slow'
          - fault: {prometheus: down}              | field 'for' is missing
          - fault: {for: 1s}                       | fault: exactly one of prometheus, api, git, and for
          - fault: {api: 500, git: refuses, for: 1s} | fault: exactly one of prometheus, api, git, and for
          - kill: -9                               | kill: only controller can be killed
          - expect: {}                             | at least one of phase, weight, held, primary, event
          - expect: {weight: 101}                  | weight: a whole number from 0 to 100, not '101'
          - expect: {held: maybe}                  | held: true or false, not 'maybe'
          - always: {weight: 1}                    | field 'for' is missing
          - expect: {weight: 1, weight: 2}         | field 'weight' is there twice
          """)
  void whatIsNoStepIsRefusedWithItsLine(String step, String why) {
    assertThatThrownBy(() ->
            ScenarioReader.parse("story.yaml", "name: x\nsteps:\n- say: fine\n" + step + "\n"))
        .isInstanceOf(BadScenario.class)
        .hasMessageStartingWith("story.yaml:4: " + why)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void whatIsNoScenarioIsRefusedWithItsLine() throws Exception {
    assertThat(refusal("")).startsWith("story.yaml:1: the file is empty");
    assertThat(refusal("- a\n")).startsWith("story.yaml:1: a scenario has fields: name, steps");
    assertThat(refusal("name: x\n")).isEqualTo("story.yaml:1: field 'steps' is missing");
    assertThat(refusal("name: x\nsteps: []\n")).startsWith("story.yaml:2: steps: a list");
    assertThat(refusal("name: x\nsteps:\n- say: [\n")).startsWith("story.yaml:4: not YAML: ");
    assertThat(refusal("name: x\nstep: []\n"))
        .isEqualTo("story.yaml:2: a scenario has no field 'step'; known: name, steps");

    assertThatThrownBy(() -> ScenarioReader.read(folder.resolve("none.yaml")))
        .hasMessageEndingWith("none.yaml:1: the file is not there or cannot be read");
    assertThatThrownBy(() -> ScenarioReader.read(folder)).hasMessageEndingWith(":1: is a folder");
    var binary = folder.resolve("binary");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThatThrownBy(() -> ScenarioReader.read(binary))
        .hasMessageEndingWith(":1: the file is not text in UTF-8");
  }

  private static String refusal(String text) {
    try {
      ScenarioReader.parse("story.yaml", text);
      return "taken";
    } catch (BadScenario e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void theReferenceShowsAScenarioThatIsOne() throws Exception {
    var page = Files.readString(ROOT.resolve("docs/reference/scenarios.md"));
    var examples =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
            .matcher(page)
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toList());

    assertThat(examples).isNotEmpty();
    for (var example : examples) {
      assertThat(ScenarioReader.parse("scenarios.md", example).steps()).isNotEmpty();
    }
  }
}
