package dev.sluice.analysis.traffic;

import static dev.sluice.analysis.traffic.SeriesOfIstio.APP;
import static dev.sluice.analysis.traffic.SeriesOfIstio.destination;
import static dev.sluice.analysis.traffic.SeriesOfIstio.source;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.traffic.Rule.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleTest {
  private static final Path RECORDED =
      Path.of("src/test/resources/dev/sluice/analysis/traffic/proxies-in-a-row.csv");
  private static final Path PAGE = Path.of("../docs/reference/what-counts-as-an-error.md");

  /// Each request of the recording was one user's; the expected is what that user saw.
  @ParameterizedTest
  @CsvSource({
    "app/ok, good",
    "app/fail, error",
    "app/flaky, good",
    "app/timeout, error",
    "app/per-try, error",
    "app/reset, error",
    "app/leave, error",
    "app/fault, left out",
  })
  void aRequestIsCountedOnceAndAsItsCallerSawIt(String request, String expected)
      throws IOException {
    var seen = outcomes(request, true);

    assertThat(seen)
        .containsExactlyElementsOf(expected.equals("left out") ? List.of() : List.of(expected));
  }

  /// A caller without a proxy, or one that is not scraped, leaves only what the pod's side says.
  @ParameterizedTest
  @CsvSource({
    "app/ok, good",
    "app/fail, error",
    "app/timeout, error",
    "app/reset, error",
    "app/leave, error",
  })
  void withoutTheCallersSideThePodsSideTells(String request, String expected) throws IOException {
    assertThat(outcomes(request, false)).containsExactly(expected);
  }

  @Test
  void aMirroredCopyIsNobodysRequest() {
    var told = source("shop", "app-primary").series();
    var copy = destination("shop", "app").series();

    assertThat(rule(copy, told)).isEqualTo(Rule.COPY);
  }

  @Test
  void aRetryThatSucceedsIsOneGoodRequest() {
    var seen = source("shop", "app").series();
    var failedTry = destination("shop", "app").code("503").series();

    assertThat(rule(failedTry, seen)).isEqualTo(Rule.TOLD_BY_THE_CALLER);
    assertThat(rule(seen, failedTry)).isEqualTo(Rule.ANSWERED);
  }

  @Test
  void aLoadTestAimedAtTheCanaryIsToldApartFromUsers() {
    var test = source("tester", "app").series();
    var user = source("shop", "app").series();
    var userAtPrimary = source("shop", "app-primary").series();

    assertThat(rule(test, user, userAtPrimary)).isEqualTo(Rule.PAST_THE_WEIGHTS);
    assertThat(rule(user, test, userAtPrimary)).isEqualTo(Rule.ANSWERED);
  }

  @Test
  void whereNobodyReachesThePrimaryNobodyIsTakenForALoadTest() {
    assertThat(rule(source("shop", "app").series())).isEqualTo(Rule.ANSWERED);
  }

  @ParameterizedTest
  @CsvSource({"UH, app-canary, CANARY", "UH, app-primary, PRIMARY", "UF, app-canary, CANARY"})
  void whatNoPodSawBelongsToTheDestinationThatWasChosen(String flag, String service, Group group) {
    var series =
        source("shop", "unknown")
            .with("destination_service_name", service)
            .with("response_flags", flag)
            .code("503")
            .series();

    assertThat(APP.of(series)).contains(group);
    assertThat(rule(series, source("shop", "app-primary").series())).isEqualTo(Rule.SERVER_ERROR);
  }

  @Test
  void whatNoDestinationWasChosenForBelongsToNobody() {
    var missing =
        source("shop", "unknown")
            .with("destination_service_name", "app")
            .with("response_flags", "NC")
            .code("503")
            .series();

    assertThat(APP.of(missing)).isEmpty();
  }

  @Test
  void aWorkloadOfTheSameNameInAnotherNamespaceIsAnother() {
    assertThat(APP.of(source("shop", "app").with("destination_workload_namespace", "qa").series()))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "200, -, '', ANSWERED",
    "404, -, '', ANSWERED",
    "429, RL, '', ANSWERED",
    "200, -, 0, ANSWERED",
    "200, -, 5, ANSWERED",
    "200, -, 14, GRPC_FAILURE",
    "200, UC, '', BROKEN_OFF",
    "503, 'URX,UF', '', SERVER_ERROR",
    "504, 'URX,UT', '', SERVER_ERROR",
    "0, DR, '', NO_ANSWER",
    "503, FI, '', INJECTED",
    "200, DI, '', ANSWERED",
  })
  void codeFlagsAndGrpcStatusDecide(String code, String flags, String grpc, Rule expected) {
    var series =
        source("shop", "app")
            .code(code)
            .with("response_flags", flags)
            .with("grpc_response_status", grpc)
            .series();

    assertThat(rule(series)).isEqualTo(expected);
  }

  @Test
  void flaggersDefinitionTakesATimeoutForASuccess() {
    var timeout = destination("unknown", "app").code("0").with("response_flags", "DC").series();
    var callers = Callers.of(List.of(timeout), APP);

    assertThat(Definition.FLAGGER.of(timeout, Group.CANARY, callers)).isEqualTo(Outcome.GOOD);
    assertThat(Definition.TABLE.of(timeout, Group.CANARY, callers)).isEqualTo(Outcome.ERROR);
  }

  @Test
  void theDocumentedTableIsTheOneThatDecides() throws IOException {
    var rows =
        Arrays.stream(Rule.values())
            .map(rule ->
                "| %s | %s | %s |".formatted(rule.when(), rule.outcome().counts(), rule.meaning()))
            .collect(Collectors.joining("\n"));

    assertThat(Files.readString(PAGE)).contains("\n" + rows + "\n\n");
  }

  private static Rule rule(RequestSeries series, RequestSeries... others) {
    var all = new ArrayList<>(List.of(others));
    all.add(series);
    return Rule.of(series, APP.of(series).orElseThrow(), Callers.of(all, APP));
  }

  /// What the recorded entries of one request count as, those left out aside.
  private static List<String> outcomes(String request, boolean callerIsScraped) throws IOException {
    var entries = new ArrayList<RequestSeries>();
    for (var line : Files.readAllLines(RECORDED)) {
      var cells = line.split(",", -1);
      if (cells[0].equals(request) && (callerIsScraped || cells[1].equals("destination"))) {
        entries.add(
            (cells[1].equals("source") ? source("shop", cells[5]) : destination("shop", cells[5]))
                .code(cells[2])
                .with("response_flags", cells[3].replace('+', ','))
                .with("destination_service_name", cells[4])
                .series());
      }
    }
    assertThat(entries).isNotEmpty();
    var callers = Callers.of(entries, APP);
    return entries.stream()
        .filter(series -> APP.of(series).isPresent())
        .map(series -> Rule.of(series, APP.of(series).orElseThrow(), callers).outcome())
        .filter(outcome -> outcome != Outcome.LEFT_OUT)
        .map(outcome -> outcome == Outcome.ERROR ? "error" : "good")
        .toList();
  }
}
