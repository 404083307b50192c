package dev.sluice.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.playground.metrics.PrometheusServer;
import dev.sluice.playground.metrics.QueryApi;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.metrics.SeriesStore;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A team judges what its Prometheus has scraped of last week's releases: `prod/app`, five minutes
/// of history and five of a rollout at 10 %, scraped every 15 seconds.
@Timeout(120)
class JudgePastReleaseTest {
  private static final Map<String, String> TARGET =
      Map.of("job", "istio", "instance", "10.0.0.7:15020");

  /// Samples older than hours are not kept, neither by the embedded Prometheus nor by the real one.
  private final Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(600);

  private final Vertx vertx = Vertx.vertx();
  private final List<String> authorizations = new CopyOnWriteArrayList<>();
  private final Registry registry = new Registry();
  private final SeriesStore store = new SeriesStore();
  private final StringBuilder openMetrics = new StringBuilder();
  private HttpServer server;
  @TempDir private Path folder;

  @BeforeEach
  void serve() throws Exception {
    var api = new QueryApi(store);
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              authorizations.add(String.valueOf(request.getHeader("Authorization")));
              request.setExpectMultipart(true);
              request
                  .end()
                  .onSuccess(_ -> {
                    var form = new LinkedHashMap<String, List<String>>();
                    request
                        .formAttributes()
                        .forEach(e -> form.put(e.getKey(), List.of(e.getValue())));
                    var reply = api.answer(request.path(), form, Instant.now());
                    request
                        .response()
                        .setStatusCode(reply.status())
                        .end(Buffer.buffer(reply.body()));
                  });
            })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void end() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private record Run(int code, String out, String err) {}

  @Test
  void aGoodReleaseOfThePastIsSafe() throws IOException {
    release(0);

    var run = judge(url(), "-o", "json");

    assertThat(run.err()).isEmpty();
    assertThat(last(run).toString())
        .isEqualTo("{\"final\":\"safe\",\"canaryRequests\":2000,\"latency\":\"compared\"}");
  }

  @Test
  void aReleaseThatTimesOutIsRolledBackAlthoughFlaggerSeesOnlySuccesses() throws IOException {
    release(10);

    var run = judge(url(), "-o", "json", "--policy", "flagger");

    assertThat(last(run).path("final").asText()).isEqualTo("rollback");
    assertThat(last(run).path("flagger").path("verdict").asText()).isEqualTo("continue");
    var rollback = lines(run).get(lines(run).size() - 2);
    assertThat(rollback.path("t").asInt()).isLessThanOrEqualTo(60);
    assertThat(rollback.path("reason").asText()).contains("error rate 10% at the canary");
    assertThat(run.err())
        .isEqualTo(
            "sluice: of the canary 200 of 2000 requests failed, and"
                + " Flagger's request-success-rate sees 0 of 2000\n");
  }

  @Test
  void theRealPrometheusTellsTheSame() throws Exception {
    var path = System.getenv().getOrDefault("PATH", "");
    assumeTrue(
        on(path, "prometheus") && on(path, "promtool"), "skipped: no prometheus on the PATH");
    release(10);
    var text = Files.writeString(folder.resolve("scraped.txt"), openMetrics + "# EOF\n");
    var made =
        new ProcessBuilder(
                "promtool",
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                text.toString(),
                folder.resolve("world/data").toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("promtool.log").toFile())
            .start();
    assertThat(made.waitFor()).as(Files.readString(folder.resolve("promtool.log"))).isZero();

    try (var real =
        PrometheusServer.start(
            vertx,
            new Registry(),
            InstantSource.system(),
            PrometheusServer.Settings.in(folder.resolve("world"), 0))) {
      assertThat(real.description()).startsWith("prometheus ");
      assertThat(judge(real.url(), "-o", "json")).isEqualTo(judge(url(), "-o", "json"));
    }
  }

  @Test
  void aLoadTestIsSaidAndNotJudged() throws IOException {
    release(
        0,
        () ->
            registry.inc(
                "istio_requests_total", labels("source", "tester", "app", "500", "-"), 50));

    var run = judge(url(), "-o", "json");

    assertThat(last(run).path("final").asText()).isEqualTo("safe");
    assertThat(run.err())
        .contains("left out as no users' requests: 1000 sent to the canary directly\n");
  }

  @Test
  void theTokenComesFromAFileAndIsNeverShown() throws IOException {
    release(0);
    var token = Files.writeString(folder.resolve("token"), "s3cret\n");

    var run = judge(url(), "--token-file", token.toString());

    assertThat(authorizations).isNotEmpty().containsOnly("Bearer s3cret");
    assertThat(run.out() + run.err()).doesNotContain("s3cret");
    assertThat(run.code()).isZero();
  }

  @Test
  void aPrometheusThatKnowsNothingOfTheWorkloadsIsSaidInOneLine() {
    var run = judge(url());

    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "sluice: prometheus at "
                + url()
                + " has no istio_requests_total of prod/app or prod/app-primary after --start"
                + " (see ./sluice judge --help)\n");
  }

  @Test
  void aPrometheusThatDoesNotAnswerIsAFailureInOneLine() throws Exception {
    var away = url();
    server.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);

    var run = judge(away);

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).startsWith("sluice: prometheus at " + away + " does not answer: ");
    assertThat(run.err().lines()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--canary=app|--canary: 'app' is not written as NAMESPACE/WORKLOAD, such as shop/checkout",
        "--canary=prod/app\"}|--canary: 'prod/app\"}' is not written as NAMESPACE/WORKLOAD, such as shop/checkout",
        "--primary=prod/app|canary and primary are both prod/app",
        "--service=a/b|--service: 'a/b' is no name of a Service",
        "--start=yesterday|--start: 'yesterday' is no time such as 2026-11-21T10:00:00Z or 1795255200, in seconds since 1970",
        "--start=2100-01-01T00:00:00Z|--end must be after --start",
        "--end=5|--end must be after --start",
        "--history=80h|from the history before --start to --end are more than 3 days",
        "--from-prometheus=http://me:pw@p|--from-prometheus: credentials on a command line are seen by others; use --token-file or --login-file",
        "--from-prometheus=p:9090|--from-prometheus: 'p:9090' is not the address of a Prometheus; write it as http://HOST:PORT",
        "--replay=a.csv|--replay and --from-prometheus exclude each other",
        "--token-file=/none|--token-file: /none cannot be read: /none",
      })
  void whatCannotBeAskedIsRefusedInOneLine(String option, String why) {
    var run = judge(url(), option);

    assertThat(run.err()).contains(why);
    assertThat(run.err().lines()).hasSize(1);
    assertThat(run.code()).isEqualTo(2);
  }

  @Test
  void withoutASourceItIsSaidWhatThereIs() {
    assertThat(run(List.of("judge")).err())
        .isEqualTo(
            "sluice: say what to judge: --replay FILE or --from-prometheus URL"
                + " (see ./sluice judge --help)\n");
    assertThat(run(List.of("judge", "--replay", "a.csv", "--canary", "a/b")).err())
        .contains("--canary, --primary, --service, --start and --end need --from-prometheus");
    assertThat(run(List.of("judge", "--from-prometheus", url(), "--canary", "a/b")).err())
        .contains("--from-prometheus needs --primary too");
  }

  @Test
  void aReleaseThatIsStillToComeCannotBeJudged() {
    assertThat(judge(url(), "--start=2100-01-01T00:00:00Z", "--end=2100-01-01T01:00:00Z").err())
        .contains("--start is in the future");
  }

  private void release(int timeoutsOfAHundred) {
    release(timeoutsOfAHundred, () -> {});
  }

  /// A caller with a proxy of its own, so that both sides count. A timeout is `504 UT` for the
  /// caller and code 0 for the pod.
  private void release(int timeoutsOfAHundred, Runnable others) {
    for (int second = -300; second <= 300; second += 15) {
      requests("app-primary", 900, 1);
      if (second > 0) {
        requests("app", 100, timeoutsOfAHundred);
        others.run();
      }
      scrape(start.plusSeconds(second));
    }
  }

  private void requests(String workload, int count, int timeouts) {
    for (int i = 0; i < count; i++) {
      boolean late = i < timeouts;
      var took = late ? 400.0 : 3 + i % 90;
      var atSource = labels("source", "shop", workload, late ? "504" : "200", late ? "UT" : "-");
      var atPod = labels("destination", "shop", workload, late ? "0" : "200", late ? "DC" : "-");
      for (var labels : List.of(atSource, atPod)) {
        registry.inc("istio_requests_total", labels, 1);
        registry.observe("istio_request_duration_milliseconds", labels, took);
      }
    }
  }

  private static Map<String, String> labels(
      String reporter, String caller, String workload, String code, String flags) {
    return Map.of(
        "reporter", reporter,
        "source_workload", caller,
        "source_workload_namespace", "prod",
        "destination_workload", workload,
        "destination_workload_namespace", "prod",
        "destination_service_name", workload.equals("app") ? "app-canary" : workload,
        "destination_service_namespace", "prod",
        "response_code", code,
        "response_flags", flags);
  }

  private void scrape(Instant at) {
    store.scrape(registry, TARGET, at);
    var target =
        TARGET.entrySet().stream()
            .map(label -> label.getKey() + "=\"" + label.getValue() + "\"")
            .collect(Collectors.joining(",", "{", ","));
    registry
        .exposition()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(line ->
            openMetrics
                .append(line.replaceFirst("\\{", target))
                .append(' ')
                .append(at.getEpochSecond())
                .append('\n'));
  }

  private static boolean on(String path, String program) {
    return Arrays.stream(path.split(":"))
        .anyMatch(part -> Files.isExecutable(Path.of(part).resolve(program)));
  }

  private String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  /// Later options replace earlier ones of the same name.
  private Run judge(String url, String... options) {
    var all = new LinkedHashMap<String, String>();
    all.put("--from-prometheus", url);
    all.put("--canary", "prod/app");
    all.put("--primary", "prod/app-primary");
    all.put("--start", start.toString());
    all.put("--end", String.valueOf(start.plusSeconds(301).getEpochSecond()));
    all.put("--history", "5m");
    var args = new ArrayList<>(List.of("judge"));
    for (var option : options) {
      all.remove(option.replaceFirst("=.*", ""));
    }
    all.forEach((name, value) -> args.add(name + "=" + value));
    args.addAll(List.of(options));
    return run(args);
  }

  private static List<JsonNode> lines(Run run) throws IOException {
    var nodes = new ArrayList<JsonNode>();
    for (var line : run.out().lines().toList()) {
      nodes.add(new ObjectMapper().readTree(line));
    }
    return nodes;
  }

  private static JsonNode last(Run run) throws IOException {
    return lines(run).getLast();
  }

  private static Run run(List<String> args) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(out, true), new PrintWriter(err, true), args.toArray(String[]::new));
    return new Run(
        code,
        out.toString().replace(System.lineSeparator(), "\n"),
        err.toString().replace(System.lineSeparator(), "\n"));
  }
}
