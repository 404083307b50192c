package dev.sluice.controller.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The dashboard, the alert rules and the pages about them speak of metrics that there are.
class ObservedFilesTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final Path RULES = ROOT.resolve("deploy/alerts/sluice-rules.yaml");
  private static final Path DASHBOARD = ROOT.resolve("deploy/dashboards/sluice.json");
  private static final Pattern METRIC = Pattern.compile("\\b(?:sluice|flagger|jvm)_[a-z_]+");

  private static final Exposition PAGE = new Exposition().busy();

  @Test
  void theDashboardAsksForMetricsThatThereAre() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(Files.readString(DASHBOARD));
    List<String> queries = dashboard.findValuesAsText("expr");
    assertThat(queries).hasSizeGreaterThan(20);
    assertThat(metrics(String.join("\n", queries))).isSubsetOf(PAGE.names());
    assertThat(dashboard.findValuesAsText("uid"))
        .as("every panel asks the data source that the reader chose")
        .containsOnly("${datasource}", "sluice");
    assertThat(dashboard.path("panels").findValues("gridPos")).doesNotHaveDuplicates();
  }

  @Test
  void theAlertRulesAskForMetricsThatThereAre() throws IOException {
    List<String> queries = rules().stream().map(rule -> rule.path("expr").asText()).toList();
    assertThat(queries).hasSizeGreaterThan(5);
    assertThat(metrics(String.join("\n", queries))).isSubsetOf(PAGE.names());
  }

  @Test
  void everyAlertHasItsPlaceInTheRunbook() throws IOException {
    String runbook = Files.readString(ROOT.resolve("docs/how-to/on-call.md"));
    Set<String> anchors =
        runbook
            .lines()
            .filter(line -> line.startsWith("## "))
            .map(line ->
                line.substring(3)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z0-9 -]", "")
                    .replace(' ', '-'))
            .collect(Collectors.toSet());
    for (JsonNode rule : rules()) {
      String[] link = rule.at("/annotations/runbook").asText().split("#", 2);
      assertThat(link[0]).isEqualTo("docs/how-to/on-call.md");
      assertThat(anchors).contains(link[1]);
      assertThat(runbook).contains("`" + rule.path("alert").asText() + "`");
    }
  }

  @Test
  void theReferenceNamesEveryMetricAndNoOther() throws IOException {
    Set<String> documented =
        metrics(
            Files.readAllLines(ROOT.resolve("docs/reference/metrics.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|", -1)[1])
                .collect(Collectors.joining("\n")));
    Set<String> served = new TreeSet<>();
    for (String name : PAGE.names()) {
      if (name.startsWith("sluice_") || name.startsWith("flagger_")) {
        served.add(name.replaceFirst("_(bucket|count|sum)$", ""));
      }
    }
    assertThat(documented).isEqualTo(served);
  }

  @Test
  void promtoolTakesTheMetrics(@TempDir Path folder) throws Exception {
    requirePromtool();
    Path page = Files.writeString(folder.resolve("metrics"), PAGE.text());
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics")
            .redirectInput(page.toFile())
            .redirectErrorStream(true)
            .start();
    String said =
        new String(
            promtool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(promtool.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(said.lines().filter(line -> !line.isBlank()))
        .as("Flagger calls a gauge that, and dashboards ask for it")
        .allMatch(line -> line.startsWith("flagger_canary_total non-counter metrics"));
  }

  @Test
  void promtoolTakesTheRulesAndTheirTests() throws Exception {
    requirePromtool();
    assertThat(promtool("check", "rules", RULES.toString())).contains("SUCCESS");
    assertThat(promtool("test", "rules", RULES.resolveSibling("sluice-rules.test.yaml").toString()))
        .contains("SUCCESS");
  }

  @Test
  void everyAlertHasATestThatItFires() throws IOException {
    JsonNode tests =
        new ObjectMapper(new YAMLFactory())
            .readTree(RULES.resolveSibling("sluice-rules.test.yaml").toFile());
    Set<String> fired = new TreeSet<>();
    for (JsonNode test : tests.path("tests")) {
      for (JsonNode expected : test.path("alert_rule_test")) {
        if (!expected.path("exp_alerts").isEmpty()) {
          fired.add(expected.path("alertname").asText());
        }
      }
    }
    assertThat(rules()).allMatch(rule -> fired.contains(rule.path("alert").asText()));
  }

  private static List<JsonNode> rules() throws IOException {
    List<JsonNode> rules = new ArrayList<>();
    new ObjectMapper(new YAMLFactory())
        .readTree(RULES.toFile())
        .path("groups")
        .forEach(group -> group.path("rules").forEach(rules::add));
    return rules;
  }

  private static Set<String> metrics(String text) {
    return METRIC
        .matcher(text)
        .results()
        .map(result -> result.group())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String promtool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Process promtool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(
            promtool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(promtool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(promtool.exitValue()).as(said).isZero();
    return said;
  }

  private static void requirePromtool() {
    boolean present =
        List.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator, -1))
            .stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool")));
    assumeTrue(present, "promtool is not on the PATH; it comes with Prometheus");
  }
}
