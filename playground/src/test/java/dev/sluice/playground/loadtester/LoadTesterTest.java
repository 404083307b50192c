package dev.sluice.playground.loadtester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.network.DataPlane;
import dev.sluice.playground.network.ExternalServices;
import dev.sluice.playground.network.MeshSnapshot;
import dev.sluice.playground.network.RouteTables;
import dev.sluice.playground.network.Telemetry;
import dev.sluice.playground.sample.Behaviour;
import dev.sluice.playground.sample.PodFacts;
import dev.sluice.playground.sample.PodServers;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The load tester in front of the real network and a real pod of the sample app.
class LoadTesterTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final Registry registry = new Registry();
  private final RouteTables tables = new RouteTables();
  private final PodServers pods = new PodServers(vertx);
  private final DataPlane network =
      DataPlane.start(vertx, tables, new Telemetry(registry), pods, new ExternalServices(), 0, 0);
  private final HttpClient client = HttpClient.newHttpClient();
  private LoadTester tester;

  LoadTesterTest() throws IOException {
    tables.follow(
        MeshSnapshot.of(
            List.of(
                yaml(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: myapp-canary, namespace: production}
                    spec: {selector: {app: myapp}, ports: [{name: http, port: 80, targetPort: 8080}]}
                    """),
                yaml(
                    """
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: myapp-1, namespace: production, labels: {app: myapp}}
                    status: {podIP: 10.244.0.9, conditions: [{type: Ready, status: 'True'}]}
                    """))));
    pods.run(
        new PodFacts(
            "uid",
            "production",
            "myapp-1",
            "node",
            "10.244.0.9",
            "myapp:1.0.0",
            Set.of(),
            Map.of("app", "myapp"),
            Behaviour.DEFAULT));
  }

  @BeforeEach
  void start() {
    tester = tester(Duration.ofMinutes(1));
  }

  @AfterEach
  void close() {
    tester.close();
    network.close();
    pods.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void theAcceptanceTestOfTheManifestPasses() {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "this machine has no curl");
    var seen = task("bash", "curl -sd 'test' http://myapp-canary:80/token | grep token", Map.of());
    assertThat(seen.statusCode()).as(seen.body()).isEqualTo(200);
    assertThat(registry.exposition())
        .contains("source_workload=\"flagger-loadtester\"", "destination_workload=\"myapp-1\"");
    var printed =
        task("bash", "curl -s http://myapp-canary/token", Map.of("returnCmdOutput", "true"));
    assertThat(printed.body()).contains("\"token\":");
  }

  @Test
  void aFailingCommandIs500WithItsOutput() {
    var seen = task("bash", "echo out; echo err >&2; exit 3", Map.of());
    assertThat(seen.statusCode()).isEqualTo(500);
    assertThat(seen.body())
        .startsWith("command echo out; echo err >&2; exit 3 failed: out\nerr: exit status 3");
    assertThat(task("bash", "no-such-program", Map.of()).body()).contains("program is missing");
  }

  @Test
  void commandsGetNothingOfThisProcessesEnvironment() {
    var seen = task("bash", "env | cut -d= -f1 | sort", Map.of("returnCmdOutput", "true"));
    assertThat(seen.body().lines())
        .containsOnly(
            "HOME",
            "LANG",
            "PATH",
            "PWD",
            "SHLVL",
            "_",
            "all_proxy",
            "http_proxy",
            "https_proxy",
            "no_proxy");
  }

  @Test
  void longOutputIsCutAndDoesNotHoldUpTheCommand() {
    var seen =
        task("bash", "head -c 3000000 /dev/zero | tr '\\0' x", Map.of("returnCmdOutput", "true"));
    assertThat(seen.statusCode()).isEqualTo(200);
    assertThat(seen.body()).hasSize(64 * 1024);
  }

  @Test
  void aCommandThatTakesTooLongIsEndedWithEverythingItStarted() throws IOException {
    tester.close();
    tester = tester(Duration.ofMillis(300));
    var seen = task("bash", "sleep 987 & echo $! > child; wait", Map.of());
    assertThat(seen.statusCode()).isEqualTo(500);
    assertThat(seen.body()).contains("it took longer than");
    var child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
    eventually(() -> ProcessHandle.of(child).map(p -> !p.isAlive()).orElse(true));
  }

  @Test
  void aLoadTestRunsBesideItsCallerOnceAndEndsByItself() {
    var command = "hey -z 900ms -q 50 -c 2 http://myapp-canary.production:80/";
    assertThat(task("cmd", command, Map.of()).statusCode()).isEqualTo(202);
    assertThat(task("cmd", command, Map.of()).statusCode()).isEqualTo(202);
    assertThat(tester.running()).isEqualTo(1);
    eventually(() -> tester.running() == 0);
    // 50 per second and worker at most: two of them, not four.
    assertThat(requests()).isBetween(3L, 100L);
  }

  @Test
  void aLoadTestOfSomeRequestsSendsExactlyThese() {
    var seen =
        task(
            "bash",
            "hey -n 30 -c 3 -m POST -d body http://myapp-canary/status/418",
            Map.of("returnCmdOutput", "true"));
    assertThat(seen.statusCode()).isEqualTo(200);
    assertThat(seen.body()).startsWith("requests: 30 in ").contains("[418]: 30");
    assertThat(requests()).isEqualTo(30);
  }

  @Test
  void aLoadTestIsEndedByTheTimeoutOfTasks() {
    tester.close();
    tester = tester(Duration.ofMillis(400));
    var seen =
        task(
            "bash", "hey -z 1h -q 20 -c 1 http://myapp-canary/", Map.of("returnCmdOutput", "true"));
    assertThat(seen.body()).startsWith("requests: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{} | metadata not found in payload",
        "nonsense | the payload is not JSON",
        "[] | the payload must be a JSON object",
        "{'name':'a','namespace':'b','metadata':{'type':'helm','cmd':'x'}} | metadata.type 'helm'"
            + " is not known to the playground's load tester; known: bash, cmd",
        "{'name':'a','namespace':'b','metadata':{'type':'cmd'}} | metadata.cmd must be a command",
        "{'name':'a','namespace':'$(x)','metadata':{'cmd':'x'}} | namespace in the payload must be"
            + " a Kubernetes name",
        "{'name':'a','namespace':'b','metadata':{'cmd':'hey -x y http://a/'}} | flag -x of hey is"
            + " not supported here",
      })
  void aTaskThatCannotBeRunIs400WithTheReason(String payload, String why) {
    var seen = post("/", payload.replace('\'', '"'));
    assertThat(seen.statusCode()).isEqualTo(400);
    assertThat(seen.body()).contains(why);
  }

  @Test
  void gatesAreClosedUntilSomebodyOpensThem() {
    var canary = "{\"name\":\"myapp\",\"namespace\":\"production\"}";
    assertThat(post("/gate/check", canary).statusCode()).isEqualTo(403);
    assertThat(post("/gate/open", canary).statusCode()).isEqualTo(202);
    assertThat(post("/gate/check", canary).body()).isEqualTo("Approved");
    assertThat(post("/rollback/check", canary).statusCode()).isEqualTo(403);
    assertThat(post("/gate/check", canary.replace("myapp", "other")).statusCode()).isEqualTo(403);
    assertThat(post("/gate/close", canary).statusCode()).isEqualTo(202);
    assertThat(post("/gate/check", canary).body()).isEqualTo("Forbidden");
    assertThat(post("/rollback/open", canary).statusCode()).isEqualTo(202);
    assertThat(post("/rollback/check", canary).statusCode()).isEqualTo(200);
    assertThat(post("/gate/approve", "").statusCode()).isEqualTo(200);
    assertThat(post("/gate/halt", "").statusCode()).isEqualTo(403);
  }

  @Test
  void webPagesCannotRunCommands() {
    var payload =
        "{\"name\":\"a\",\"namespace\":\"b\",\"metadata\":{\"type\":\"bash\",\"cmd\":\"id\"}}";
    var asForm = send("/", payload, "content-type", "text/plain");
    assertThat(asForm.statusCode()).isEqualTo(415);
    var fromPage =
        send("/", payload, "content-type", "application/json", "sec-fetch-site", "cross-site");
    assertThat(fromPage.statusCode()).isEqualTo(403);
  }

  private LoadTester tester(Duration taskTimeout) {
    var access = new ClusterAccess(network.proxyPort());
    return LoadTester.start(vertx, access, folder, taskTimeout, 0);
  }

  private HttpResponse<String> task(String type, String command, Map<String, String> more) {
    var json = new ObjectMapper().createObjectNode();
    json.put("name", "myapp").put("namespace", "production").put("phase", "Progressing");
    var metadata = json.putObject("metadata").put("type", type).put("cmd", command);
    more.forEach(metadata::put);
    return post("/", json.toString());
  }

  private HttpResponse<String> post(String path, String payload) {
    return send(path, payload, "content-type", "application/json");
  }

  private HttpResponse<String> send(String path, String payload, String... headers) {
    var uri = URI.create("http://127.0.0.1:" + tester.address().getPort() + path);
    var request =
        HttpRequest.newBuilder(uri)
            .headers(headers)
            .timeout(Duration.ofSeconds(30))
            .POST(HttpRequest.BodyPublishers.ofString(payload))
            .build();
    return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();
  }

  /// Requests that the callers' side counted.
  private long requests() {
    return registry
        .exposition()
        .lines()
        .filter(l -> l.startsWith("istio_requests_total{") && l.contains("reporter=\"source\""))
        .mapToLong(l -> (long) Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static void eventually(BooleanSupplier holds) {
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("did not come true in 20 s").isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private static JsonNode yaml(String text) throws IOException {
    return YAML.readTree(text);
  }
}
