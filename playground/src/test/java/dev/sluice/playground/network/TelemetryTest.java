package dev.sluice.playground.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.network.VirtualNetwork.Pods;
import dev.sluice.playground.network.VirtualNetwork.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Who counts what: the caller's sidecar and the pod's do not see the same.
class TelemetryTest {
  private static final Duration QUICK = Duration.ofMillis(3);
  private static final String TO_CANARY = "[{route: [{destination: {host: app-canary}}]%s}]";

  private final Registry registry = new Registry();
  private final RouteTables tables = new RouteTables();
  private final Telemetry telemetry = new Telemetry(registry);
  private final VirtualNetwork network = new VirtualNetwork(tables, telemetry);

  @Test
  void anAnswerCountsOnBothSides() {
    send(TO_CANARY.formatted(""), "/", answers(200));
    assertThat(counted("source")).containsExactly("1 x 200 - app-canary by app");
    assertThat(counted("destination")).containsExactly("1 x 200 - app-canary by app");
  }

  @Test
  void aFailureThatARetryHidesIsSeenByThePodsSideOnly() {
    var tries = new AtomicInteger();
    Pods flaky = (_, _) -> Reply.Answered.with(tries.incrementAndGet() == 1 ? 503 : 200, QUICK);
    send(TO_CANARY.formatted(", retries: {attempts: 2, retryOn: 5xx}"), "/", flaky);
    assertThat(counted("source")).containsExactly("1 x 200 - app-canary by app");
    assertThat(counted("destination"))
        .containsExactly("1 x 200 - app-canary by app", "1 x 503 - app-canary by app");
  }

  @Test
  void retriesUsedUpCountOncePerTryAtThePod() {
    send(TO_CANARY.formatted(", retries: {attempts: 2, retryOn: 5xx}"), "/", answers(503));
    assertThat(counted("source")).containsExactly("1 x 503 URX app-canary by app");
    assertThat(counted("destination")).containsExactly("3 x 503 - app-canary by app");
  }

  @Test
  void aTimeoutIs504AtTheCallerAndZeroAtThePod() {
    Pods slow = (_, _) -> Reply.Answered.with(200, Duration.ofSeconds(2));
    send(TO_CANARY.formatted(", timeout: 1s"), "/", slow);
    assertThat(counted("source")).containsExactly("1 x 504 UT app-canary by app");
    assertThat(counted("destination")).containsExactly("1 x 0 DC app-canary by app");
  }

  @Test
  void tooSlowTriesAreZeroAtThePodEachTime() {
    Pods slow = (_, _) -> Reply.Answered.with(200, Duration.ofSeconds(2));
    var retries = ", retries: {attempts: 2, perTryTimeout: 1s, retryOn: 5xx}";
    send(TO_CANARY.formatted(retries), "/", slow);
    assertThat(counted("source")).containsExactly("1 x 504 URX,UT app-canary by app");
    assertThat(counted("destination")).containsExactly("3 x 0 DC app-canary by app");
  }

  @Test
  void anAppThatClosesTheConnectionIsAStatusForTheCaller() {
    send(TO_CANARY.formatted(""), "/", (_, _) -> new Reply.Closed(QUICK));
    assertThat(counted("source")).containsExactly("1 x 503 - app-canary by app");
    assertThat(counted("destination")).containsExactly("1 x 503 UC app-canary by app");
  }

  @Test
  void anAppThatIsDownBehindItsSidecarIsNotRetried() {
    send(TO_CANARY.formatted(""), "/", (_, _) -> new Reply.Down());
    assertThat(counted("source")).containsExactly("1 x 503 - app-canary by app");
    assertThat(counted("destination")).containsExactly("1 x 503 URX,UF app-canary by app");
  }

  @Test
  void gRpcIsCountedWithItsOwnStatus() {
    tables.follow(Mesh.withCanary().route(TO_CANARY.formatted("")).snapshot());
    var request =
        new RequestHead("POST", "app", "/", Headers.of("content-type", "application/grpc"));
    network.send(
        Mesh.CLIENT,
        80,
        request,
        Instant.EPOCH,
        (_, _) -> new Reply.Answered(200, Headers.of("grpc-status", "5"), QUICK),
        new Random(1));
    assertThat(registry.exposition().lines().filter(l -> l.startsWith("istio_requests_total")))
        .anySatisfy(l ->
            assertThat(l)
                .contains("reporter=\"source\"", "request_protocol=\"grpc\"")
                .contains("grpc_response_status=\"5\""));
  }

  @Test
  void sizesHoldTheHeads() {
    send(TO_CANARY.formatted(""), "/abc", answers(1));
    for (var name : List.of("istio_request_bytes_sum", "istio_response_bytes_sum")) {
      assertThat(registry.exposition().lines().filter(l -> l.startsWith(name)))
          .isNotEmpty()
          .allSatisfy(l ->
              assertThat(Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
                  .isGreaterThan(10));
    }
  }

  @Test
  void aPodThatIsGoneIsSeenByTheCallerOnly() {
    send(TO_CANARY.formatted(""), "/", (_, _) -> new Reply.Gone());
    assertThat(counted("source")).containsExactly("1 x 503 URX,UF app-canary by app");
    assertThat(counted("destination")).isEmpty();
  }

  @Test
  void whatNoPodSawExistsAtTheCallerOnly() {
    send("[{match: [{uri: {prefix: /a}}], route: [{destination: {host: app}}]}]", "/b", answers(1));
    send("[{route: [{destination: {host: missing}}]}]", "/", answers(1));
    send(
        "[{fault: {abort: {httpStatus: 555, percentage: {value: 100}}},"
            + " route: [{destination: {host: app-canary}}]}]",
        "/",
        answers(1));
    assertThat(counted("source"))
        .containsExactly(
            "1 x 404 NR app by unknown",
            "1 x 503 NC app by unknown",
            "1 x 555 FI app-canary by unknown");
    assertThat(counted("destination")).isEmpty();
  }

  @Test
  void aServiceWithoutReadyPodsFailsAtTheCaller() {
    var mesh = Mesh.withCanary().route(TO_CANARY.formatted(""));
    tables.follow(mesh.without("app-6f5-10.244.0.2", "Pod").snapshot());
    send("/", answers(200));
    assertThat(counted("source")).containsExactly("1 x 503 UH app-canary by unknown");
    assertThat(counted("destination")).isEmpty();
  }

  @Test
  void aMirroredCopyCountsAtThePodOnly() {
    send(
        "[{route: [{destination: {host: app-primary}}], mirror: {host: app-canary}}]",
        "/",
        answers(200));
    assertThat(counted("source")).containsExactly("1 x 200 - app-primary by app-primary");
    assertThat(counted("destination"))
        .containsExactly("1 x 200 - app by app-primary", "1 x 200 - app-canary by app");
  }

  @Test
  void anInjectedDelayIsMarkedAtTheCallerAndLastsThereOnly() {
    send(
        "[{fault: {delay: {fixedDelay: 7s, percentage: {value: 100}}},"
            + " route: [{destination: {host: app-canary}}]}]",
        "/",
        answers(200));
    assertThat(counted("source")).containsExactly("1 x 200 DI app-canary by app");
    assertThat(counted("destination")).containsExactly("1 x 200 - app-canary by app");
    assertThat(lines("istio_request_duration_milliseconds_sum", "source"))
        .singleElement()
        .asString()
        .endsWith(" 7003");
    assertThat(lines("istio_request_duration_milliseconds_sum", "destination"))
        .singleElement()
        .asString()
        .endsWith(" 3");
  }

  @Test
  void aGatewayReportsAsSource() {
    tables.follow(
        Mesh.withCanary()
            .put(
                """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: public, namespace: prod}
                spec:
                  selector: {istio: ingressgateway}
                  servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]
                """)
            .put(
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: app, namespace: prod}
                spec:
                  hosts: [app.example.com]
                  gateways: [public]
                  http: [{route: [{destination: {host: app-canary}}]}]
                """)
            .snapshot());
    for (var host : List.of("app.example.com", "other.example.com")) {
      network.send(
          Caller.Gateway.INGRESS,
          80,
          RequestHead.get(host, "/"),
          Instant.EPOCH,
          answers(200),
          new Random(1));
    }
    assertThat(lines("istio_requests_total", "source"))
        .hasSize(2)
        .allSatisfy(l -> assertThat(l).contains("source_workload=\"istio-ingressgateway\""))
        .anySatisfy(l ->
            assertThat(l).contains("destination_service=\"app-canary.prod.svc.cluster.local\""))
        .anySatisfy(l ->
            assertThat(l).contains("destination_service=\"unknown\"", "response_code=\"404\""));
  }

  @Test
  void everySeriesHasTheLabelsOfIstio() {
    send(TO_CANARY.formatted(""), "/", answers(200));
    assertThat(lines("istio_requests_total", "source"))
        .containsExactly(
            "istio_requests_total{connection_security_policy=\"unknown\","
                + "destination_app=\"app\",destination_canonical_revision=\"latest\","
                + "destination_canonical_service=\"app\",destination_cluster=\"Kubernetes\","
                + "destination_principal=\"unknown\","
                + "destination_service=\"app-canary.prod.svc.cluster.local\","
                + "destination_service_name=\"app-canary\","
                + "destination_service_namespace=\"prod\",destination_version=\"unknown\","
                + "destination_workload=\"app\",destination_workload_namespace=\"prod\","
                + "reporter=\"source\",request_protocol=\"http\",response_code=\"200\","
                + "response_flags=\"-\",source_app=\"client\","
                + "source_canonical_revision=\"v1\",source_canonical_service=\"client\","
                + "source_cluster=\"Kubernetes\",source_principal=\"unknown\","
                + "source_version=\"v1\",source_workload=\"client\","
                + "source_workload_namespace=\"prod\"} 1");
    assertThat(telemetry.stats().snapshot())
        .containsEntry(
            new TrafficStats.Way("app", "app-canary.prod.svc.cluster.local", 200, ""), 1L);
  }

  private void send(String http, String path, Pods pods) {
    tables.follow(Mesh.withCanary().route(http).snapshot());
    send(path, pods);
  }

  private void send(String path, Pods pods) {
    network.simulate(
        Mesh.CLIENT,
        80,
        RequestHead.get("app", path),
        1,
        Instant.EPOCH,
        Duration.ofSeconds(1),
        pods,
        new Random(1));
  }

  private static Pods answers(int status) {
    return (_, _) -> Reply.Answered.with(status, QUICK);
  }

  /// `count x code flags service by workload`, sorted.
  private List<String> counted(String reporter) {
    return lines("istio_requests_total", reporter).stream()
        .map(line ->
            line.substring(line.lastIndexOf(' ') + 1)
                + " x "
                + label(line, "response_code")
                + " "
                + label(line, "response_flags")
                + " "
                + label(line, "destination_service_name")
                + " by "
                + label(line, "destination_workload"))
        .sorted()
        .toList();
  }

  private List<String> lines(String metric, String reporter) {
    return registry
        .exposition()
        .lines()
        .filter(l -> l.startsWith(metric + "{") && l.contains("reporter=\"" + reporter + "\""))
        .collect(Collectors.toList());
  }

  private static String label(String line, String name) {
    var start = line.indexOf(name + "=\"") + name.length() + 2;
    return line.substring(start, line.indexOf('"', start));
  }
}
