package dev.sluice.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What a person sees of recorded releases, one for each fault that scraped data can have.
/// `-Dsluice.update=true` writes what is expected anew; read it, then.
class JudgeCommandTest {
  private static final Path RECORDINGS =
      Path.of("src/test/resources/dev/sluice/controller/cli/judge");
  private static final String HEADER = "t_s,group,requests_total,errors_total\n";

  @TempDir Path folder;

  private record Run(int code, String out, String err) {}

  static Stream<Path> recordings() throws IOException {
    try (var files = Files.list(RECORDINGS)) {
      return files.filter(f -> f.toString().endsWith(".csv")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void everyRecordingIsJudgedAsItWasReadBefore(Path recording) throws IOException {
    var seen = run("--replay", recording.toString());
    var file = Path.of(recording.toString().replace(".csv", ".txt"));
    if (Boolean.getBoolean("sluice.update")) {
      Files.writeString(file, seen.out());
    }

    assertThat(seen.out()).isEqualTo(Files.readString(file));
    assertThat(seen.code()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "healthy, safe, 2000",
    "errors, rollback, 300",
    "late-regression, rollback, 3500",
    "slow, rollback, 400",
    "outage-of-both, safe, 1600",
    "outage-with-skewed-clocks, safe, 1800",
    "spike, continue, 1600",
    "counter-reset, continue, 1050",
    "shuffled, continue, 600",
    "gap, continue, 1200",
    "no-canary, hold, 0",
    "no-traffic, hold, 0",
    "no-primary, hold, 1200",
    "no-primary-errors, rollback, 600",
    "first-error, rollback, 700",
    "only-inf, safe, 1200",
    "pods, safe, 1785",
    "unseen-outage, safe, 3019",
    "still-primary, rollback, 1307",
    "half-scraped, rollback, 527",
    "too-fast-for-the-histogram, rollback, 300"
  })
  void aRecordingEndsAsItsFirstLineSays(String name, String verdict, long requests)
      throws IOException {
    var last = json("--replay", recording(name)).getLast();

    assertThat(last.path("final").asText()).isEqualTo(verdict);
    assertThat(last.path("canaryRequests").asLong()).isEqualTo(requests);
  }

  @Test
  void whateverTheOrderOfTheRowsTheVerdictsAreTheSame() throws IOException {
    var sorted = json("--replay", recording("healthy"));
    var shuffled = json("--replay", recording("shuffled"));

    assertThat(shuffled.subList(0, 6)).isEqualTo(sorted.subList(0, 6));
  }

  @Test
  void aRollbackCarriesItsEvidenceAndEndsTheReplay() throws IOException {
    var looks = json("--replay", recording("errors"));

    assertThat(looks).hasSize(4);
    var rollback = looks.get(2);
    assertThat(rollback.path("t").asInt()).isEqualTo(30);
    assertThat(rollback.path("verdict").asText()).isEqualTo("rollback");
    assertThat(rollback.path("reason").asText())
        .isEqualTo(
            "error rate 5% at the canary (15 of 300 requests) against 0.11% at the primary (3 of"
                + " 2,700) over the last 30s, where 0.13% would be tolerated; at most one healthy"
                + " release in 156 ever looks this bad");
    var errors = rollback.path("evidence").path("metrics").path(0);
    assertThat(errors.path("metric").asText()).isEqualTo("error-rate");
    assertThat(errors.path("canarySince").toString()).isEqualTo("{\"requests\":300,\"bad\":15}");
    assertThat(errors.path("primarySince").toString()).isEqualTo("{\"requests\":2700,\"bad\":3}");
    assertThat(errors.path("ratio").asDouble()).isEqualTo(45.0);
    assertThat(errors.path("eValue").asDouble()).isGreaterThan(100);
    assertThat(looks.get(3).toString())
        .isEqualTo("{\"final\":\"rollback\",\"canaryRequests\":300,\"latency\":\"compared\"}");
  }

  @ParameterizedTest
  @MethodSource("recordings")
  void whatIsSafeIsExplainedByWhatMakesItSafe(Path recording) throws IOException {
    assertThat(json("--replay", recording.toString()))
        .filteredOn(look -> look.path("verdict").asText().equals("safe"))
        .allSatisfy(look ->
            assertThat(look.path("reason").asText())
                .contains("with 95% certainty at most")
                .doesNotContain("may still be"));
  }

  @Test
  void holdsSayWhyForPrograms() throws IOException {
    assertThat(holds("no-canary")).containsOnly("NO_CANARY_DATA");
    assertThat(holds("no-traffic")).containsOnly("NO_CANARY_DATA");
    assertThat(holds("no-primary")).containsOnly("NO_PRIMARY_DATA");
    assertThat(holds("outage-of-both")).containsOnly("SHARED_DEGRADATION");
    assertThat(holds("errors")).containsOnly("SUSPICIOUS");
    assertThat(holds("only-inf", "--require-latency")).containsOnly("LATENCY_UNAVAILABLE");
    assertThat(holds("only-inf")).isEmpty();
  }

  @Test
  void aRequiredLatencyThatCannotBeComparedIsNeverSafe() throws IOException {
    var looks = json("--replay", recording("only-inf"), "--require-latency");

    assertThat(looks.getLast().toString())
        .isEqualTo("{\"final\":\"hold\",\"canaryRequests\":1200,\"latency\":\"unavailable\"}");
    assertThat(looks).noneMatch(look -> look.path("verdict").asText().equals("safe"));
  }

  @Test
  void flaggersThresholdsAreShownBeside() throws IOException {
    var looks = json("--replay", recording("late-regression"), "--policy", "flagger");

    assertThat(looks.getFirst().path("flagger").toString())
        .isEqualTo("{\"verdict\":\"continue\",\"t\":0,\"failedChecks\":0}");
    // It goes on to the end of the recording, where two checks have failed of the five that it
    // takes.
    assertThat(looks.getLast().path("flagger").toString())
        .isEqualTo("{\"verdict\":\"continue\",\"t\":360,\"failedChecks\":1}");
  }

  @Test
  void settingsChangeWhatIsDecided() throws IOException {
    assertThat(end("errors", "--delta", "0.2")).isEqualTo("continue");
    assertThat(end("errors", "--alpha", "1e-9")).isEqualTo("rollback");
    assertThat(json("--replay", recording("errors"), "--alpha", "1e-9")).hasSizeGreaterThan(6);
    assertThat(end("slow", "--latency-theta", "9")).isEqualTo("continue");
    assertThat(end("slow", "--bounds", "100")).isEqualTo("rollback");
    assertThat(end("healthy", "--margin", "0.0001")).isEqualTo("continue");
    assertThat(end("errors", "--warm-up", "5m")).isEqualTo("rollback");
    assertThat(json("--replay", recording("errors"), "--warm-up", "5m").size())
        .isGreaterThan(json("--replay", recording("errors")).size());
    assertThat(end("no-primary-errors", "--min-success-rate", "50")).isEqualTo("hold");
    assertThat(json("--replay", recording("healthy"), "--tick", "20s")).hasSize(11);
    assertThat(json("--replay", recording("healthy"), "--tick", "20")).hasSize(11);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "''|line 1: there is no header",
        "t_s,group,requests_total|line 1, column errors_total: is missing",
        "t_s,group,requests_total,errors_total,le100|line 1, column leInf: is missing beside the"
            + " other buckets",
        "t_s,group,requests_total,errors_total,lefoo|line 1, column lefoo: is no bucket such as"
            + " le250, in milliseconds, or leInf",
        "t_s,group,requests_total,errors_total,t_s|line 1, column t_s: is there twice",
        "t_s,group,requests_total,errors_total,colour|line 1, column colour: is not known; the"
            + " header is t_s,group,requests_total,errors_total and then le<milliseconds>, leInf"
            + " and pod where there are any"
      })
  void aHeaderThatIsNoneIsRefusedInOneLine(String header, String why) throws IOException {
    assertRefused(header.equals("''") ? "" : header, why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10,canary,abc,0|line 2, column requests_total: 'abc' is not a number",
        "10,canary,1d,0|line 2, column requests_total: '1d' is not a number",
        "10,canary,5,|line 2, column errors_total: is empty; write NaN for a series that is absent",
        "10,canary,5|line 2, column errors_total: is missing: the header has 4 columns and this row"
            + " 3",
        "10,canary,5,0,9|line 2, column 5: is too many: the header has 4 columns and this row 5",
        "10,baseline,5,0|line 2, column group: must be canary or primary and is 'baseline'",
        "10,canary,-5,0|line 2, column requests_total: must be a count from 0 to 2^53, or NaN, and"
            + " is '-5'",
        "NaN,canary,5,0|line 2, column t_s: must be seconds from the rollout's start, within 30"
            + " days of it, and is 'NaN'",
        "1763740000,canary,5,0|line 2, column t_s: must be seconds from the rollout's start, within"
            + " 30 days of it, and is '1763740000'",
        "0,canary,5,0|line 2, column t_s: no row is from after the rollout's start, so there is"
            + " nothing to judge"
      })
  void aRowThatIsNoneIsRefusedInOneLineThatNamesItAndTheColumn(String row, String why)
      throws IOException {
    assertRefused(HEADER + row + "\n", why);
  }

  @Test
  void commentsAndEmptyLinesCountAsLinesOnly() throws IOException {
    assertRefused(
        "# recorded by hand\n\n" + HEADER + "# a row\n10,canary,x,0\n",
        "line 5, column requests_total: 'x' is not a number");
  }

  @Test
  void aBoundThatTheRecordingLacksIsRefusedWithThoseItHas() {
    var refused = run("--replay", recording("slow"), "--bounds", "75");

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .isEqualTo(
            "sluice: no bucket ends at 75ms; there are 50, 100, 250, 500 ms (see ./sluice judge"
                + " --help)\n");
  }

  @Test
  void settingsThatCannotBeAreRefusedInOneLine() {
    for (var setting :
        List.of("--alpha=0", "--margin=2", "--theta=0.5", "--tick=0s", "--min-success-rate=100")) {
      var refused = run("--replay", recording("slow"), setting);
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err().lines()).hasSize(1);
    }
  }

  @Test
  void aFileThatIsNotThereIsRefusedInOneLine() {
    var refused = run("--replay", folder.resolve("none.csv").toString());

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("none.csv: there is no such file").endsWith("\n");
  }

  private void assertRefused(String text, String why) throws IOException {
    var file = Files.writeString(folder.resolve("bad.csv"), text);
    var refused = run("--replay", file.toString());

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err())
        .isEqualTo("sluice: " + file + ": " + why + " (see ./sluice judge --help)\n");
  }

  private static String end(String name, String... options) throws IOException {
    return json(with(name, options)).getLast().path("final").asText();
  }

  private static List<String> holds(String name, String... options) throws IOException {
    return json(with(name, options)).stream()
        .map(look -> look.path("evidence").path("hold").asText())
        .filter(hold -> !hold.isEmpty())
        .toList();
  }

  private static String[] with(String name, String... options) {
    var all = new ArrayList<>(List.of("--replay", recording(name)));
    all.addAll(Arrays.asList(options));
    return all.toArray(String[]::new);
  }

  private static String recording(String name) {
    return RECORDINGS.resolve(name + ".csv").toString();
  }

  private static List<JsonNode> json(String... args) throws IOException {
    var all = new ArrayList<>(Arrays.asList(args));
    all.addAll(List.of("-o", "json"));
    var run = run(all.toArray(String[]::new));
    assertThat(run.err()).isEmpty();
    var nodes = new ArrayList<JsonNode>();
    var mapper = new ObjectMapper();
    for (var line : run.out().lines().toList()) {
      nodes.add(mapper.readTree(line));
    }
    return nodes;
  }

  private static Run run(String... args) {
    var out = new StringWriter();
    var err = new StringWriter();
    var all = new ArrayList<>(List.of("judge"));
    all.addAll(Arrays.asList(args));
    int code =
        Main.run(
            new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new));
    return new Run(
        code,
        out.toString().replace(System.lineSeparator(), "\n"),
        err.toString().replace(System.lineSeparator(), "\n"));
  }
}
