package dev.sluice.playground.network;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.network.VirtualNetwork.Reply;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DataPlaneTest {
  private static final Endpoint CANARY =
      new Endpoint("10.244.0.2", 8080, "app-6f5", "prod", "app", Map.of("app", "app"));
  private static final Endpoint PRIMARY =
      new Endpoint(
          "10.244.0.1", 8080, "primary-6f5", "prod", "app-primary", Map.of("app", "app-primary"));
  private static final String TO_CANARY = "[{route: [{destination: {host: app-canary}}]%s}]";

  private final Vertx vertx = Vertx.vertx();
  private final Registry registry = new Registry();
  private final RouteTables tables = new RouteTables();
  private final ExternalServices external = new ExternalServices();
  private final AtomicInteger calls = new AtomicInteger();
  private volatile VirtualNetwork.Pods behaviour =
      (_, _) -> Reply.Answered.with(200, Duration.ZERO);
  private final TestPods pods =
      new TestPods(vertx, (pod, request) -> behaviour.answer(pod, request))
          .run(CANARY)
          .run(PRIMARY);
  private final DataPlane plane =
      DataPlane.start(vertx, tables, new Telemetry(registry), pods, external, 0, 0);
  private final HttpCaller caller = new HttpCaller(vertx);

  @AfterEach
  void close() {
    plane.close();
    pods.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void aBareNameMeansTheCallersNamespaceAndFollowsTheSplit() {
    follow(Mesh.withCanary().split(0, 100));
    assertThat(get("prod", "http://app/x?y=1").body()).isEqualTo("app-6f5\n");
    assertThat(get("prod", "http://app-primary/").body()).isEqualTo("primary-6f5\n");
    assertThat(get("other", "http://app.prod/").body()).isEqualTo("app-6f5\n");
    assertThat(get("other", "http://app.prod.svc.cluster.local:80").body()).isEqualTo("app-6f5\n");
    assertThat(get("other", "http://app/").status()).isEqualTo(502);
    assertThat(pods.arrived().getFirst().request().target()).isEqualTo("/x?y=1");
    assertThat(pods.arrived().getFirst().request().authority()).isEqualTo("app");
    assertThat(pods.arrived().getFirst().request().headers().first("proxy-authorization"))
        .isEmpty();
  }

  @Test
  void nothingLeavesTheMachine() {
    follow(Mesh.withCanary());
    for (var url :
        List.of(
            "http://example.com/",
            "http://127.0.0.1:" + plane.proxyPort() + "/",
            "http://localhost/",
            "http://169.254.169.254/latest",
            "http://[::1]/",
            "http://app.prod:9999/")) {
      var seen = get("prod", url);
      assertThat(seen.status()).as(url).isEqualTo(502);
      assertThat(seen.body())
          .as(url)
          .contains("is not in the cluster", "never leaves this machine");
    }
  }

  @Test
  void theProxySaysWhatItIs() {
    assertThat(direct(plane.proxyPort(), "GET", "/x", "host", "app").body())
        .contains("an HTTP proxy", "curl -x http://127.0.0.1:" + plane.proxyPort());
    var tunnel = direct(plane.proxyPort(), "CONNECT", "example.com:443", "host", "example.com:443");
    assertThat(tunnel.status()).isEqualTo(405);
    assertThat(tunnel.body()).contains("use an http:// address");
    var refused =
        direct(
            plane.proxyPort(),
            "GET",
            "http://app/",
            "host",
            "app",
            "proxy-authorization",
            "Bearer x");
    assertThat(refused.status()).isEqualTo(407);
    assertThat(refused.body()).contains("NAMESPACE:WORKLOAD");
  }

  @Test
  void sourceLabelsComeWithTheCredentials() {
    follow(
        Mesh.withCanary()
            .route(
                """
                [{match: [{sourceLabels: {app: shop, version: v2}}], \
                route: [{destination: {host: app-canary}}]}, \
                {route: [{destination: {host: app-primary}}]}]\
                """));
    assertThat(get("prod", "app=shop,version=v2", "http://app/").body()).isEqualTo("app-6f5\n");
    assertThat(get("prod", "shop", "http://app/").body()).isEqualTo("primary-6f5\n");
    assertThat(registry.exposition())
        .contains("source_version=\"v2\"", "source_workload=\"shop\"")
        .contains("reporter=\"destination\"");
  }

  @Test
  void theGatewayServesHostsOfGatewayObjectsOnly() {
    follow(
        Mesh.withCanary()
            .put(
                """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: app-gateway, namespace: prod}
                spec:
                  selector: {istio: ingressgateway}
                  servers: [{port: {number: 80, protocol: HTTP}, hosts: [app.example.com]}]
                """)
            .put(
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: app, namespace: prod}
                spec:
                  hosts: [app.example.com]
                  gateways: [app-gateway]
                  http: [{route: [{destination: {host: app-canary}}]}]
                """));
    var port = plane.gatewayPort();
    var host = "app.example.com:" + port;
    assertThat(direct(port, "GET", "/", "host", host).body()).isEqualTo("app-6f5\n");
    assertThat(direct(port, "GET", "/", "host", "app.prod").status()).isEqualTo(404);
    assertThat(get("prod", "http://app.example.com/").status()).isEqualTo(502);
  }

  @Test
  void whatRunsBesideTheClusterAnswersUnderItsName() {
    var beside = vertx.createHttpServer();
    beside.requestHandler(r -> r.body().onSuccess(b -> r.response().end(r.method() + r.uri() + b)));
    beside.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    external.register(
        "prometheus",
        "istio-system",
        9090,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), beside.actualPort()));
    assertThat(get("prod", "http://prometheus.istio-system:9090/api?q=1").body())
        .isEqualTo("GET/api?q=1");
    assertThat(post("istio-system", "http://prometheus:9090/x", "hi").body()).isEqualTo("POST/xhi");
    assertThat(get("prod", "http://prometheus.istio-system/").status()).isEqualTo(502);
    beside.close().toCompletionStage().toCompletableFuture().join();
    var down = get("prod", "http://prometheus.istio-system:9090/");
    assertThat(down.status()).isEqualTo(503);
    assertThat(down.body()).startsWith("prometheus.istio-system does not answer");
  }

  @Test
  void aRetryHidesAFailureAndRepeatsTheBody() {
    behaviour =
        (_, _) -> Reply.Answered.with(calls.incrementAndGet() < 3 ? 503 : 200, Duration.ZERO);
    follow(Mesh.withCanary().route(TO_CANARY.formatted(", retries: {attempts: 2, retryOn: 5xx}")));
    assertThat(post("prod", "http://app/", "hello").status()).isEqualTo(200);
    assertThat(pods.bodies()).containsExactly("hello", "hello", "hello");
    assertThat(counted())
        .containsExactly("destination 200 - 1", "destination 503 - 2", "source 200 - 1");
  }

  @Test
  void aTimeoutIsAnsweredInTimeAndSeenFromTwoSides() {
    behaviour = (_, _) -> Reply.Answered.with(200, Duration.ofSeconds(30));
    follow(Mesh.withCanary().route(TO_CANARY.formatted(", timeout: 200ms")));
    var start = System.nanoTime();
    var seen = get("prod", "http://app/");
    assertThat(seen.status()).isEqualTo(504);
    assertThat(seen.body()).isEqualTo("upstream request timeout");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(counted()).containsExactly("destination 0 DC 1", "source 504 UT 1");
  }

  @Test
  void aPodWhoseAppIsDownIsAStatusOfItsSidecar() {
    pods.stop(CANARY);
    follow(Mesh.withCanary().split(0, 100));
    assertThat(get("prod", "http://app/").status()).isEqualTo(503);
    assertThat(counted()).containsExactly("destination 503 URX,UF 1", "source 503 - 1");
  }

  @Test
  void anAppThatHangsUpIsAStatusOfItsSidecar() {
    behaviour = (_, _) -> new Reply.Closed(Duration.ZERO);
    follow(Mesh.withCanary().split(0, 100));
    assertThat(get("prod", "http://app/").status()).isEqualTo(503);
    assertThat(counted()).containsExactly("destination 503 UC 1", "source 503 - 1");
  }

  @Test
  void aCallerWhoGivesUpCountsAsNoAnswerOnBothSides() throws InterruptedException, IOException {
    var reached = new CountDownLatch(1);
    behaviour =
        (_, _) -> {
          reached.countDown();
          return Reply.Answered.with(200, Duration.ofSeconds(30));
        };
    follow(Mesh.withCanary().split(0, 100));
    var pending = new Socket(InetAddress.getLoopbackAddress(), plane.proxyPort());
    pending
        .getOutputStream()
        .write("GET http://app.prod/ HTTP/1.1\r\nHost: app.prod\r\n\r\n".getBytes(US_ASCII));
    assertThat(reached.await(10, TimeUnit.SECONDS)).isTrue();
    pending.close();
    eventually(() -> counted().equals(List.of("destination 0 DC 1", "source 0 DC 1")));
  }

  @Test
  void aMirroredCopyReachesItsPodAndCountsThereOnly() {
    follow(
        Mesh.withCanary()
            .route("[{route: [{destination: {host: app-primary}}], mirror: {host: app-canary}}]"));
    assertThat(post("prod", "http://app/x", "hello").body()).isEqualTo("primary-6f5\n");
    eventually(() -> pods.bodies().equals(List.of("hello", "hello")));
    var seen = List.of("destination 200 - 1", "destination 200 - 1", "source 200 - 1");
    eventually(() -> counted().equals(seen));
  }

  @Test
  void aLargeBodyStreamsThroughBothWays() {
    var big = "0123456789abcdef".repeat(512 * 1024);
    follow(Mesh.withCanary().split(0, 100));
    assertThat(post("prod", "http://app/", big).status()).isEqualTo(200);
    assertThat(pods.bodies()).singleElement().asString().hasSameSizeAs(big);
    assertThat(registry.exposition().lines().filter(l -> l.startsWith("istio_request_bytes_sum")))
        .isNotEmpty()
        .allSatisfy(l ->
            assertThat(Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
                .as("body and head")
                .isBetween(8_388_608.0 + 50, 8_388_608.0 + 500));
  }

  @Test
  void anInjectedFaultNeverReachesAPod() {
    follow(
        Mesh.withCanary()
            .route(
                TO_CANARY.formatted(
                    ", fault: {abort: {httpStatus: 418, percentage: {value: 100}}}")));
    assertThat(get("prod", "http://app/").status()).isEqualTo(418);
    assertThat(pods.arrived()).isEmpty();
    assertThat(counted()).containsExactly("source 418 FI 1");
  }

  @Test
  void aPortInUseIsNamed() {
    org.assertj.core.api.Assertions.assertThatThrownBy(() ->
            DataPlane.start(
                vertx, tables, new Telemetry(registry), pods, external, plane.proxyPort(), 0))
        .hasMessageContaining("cannot open port " + plane.proxyPort() + " for the network's proxy");
  }

  private void follow(Mesh mesh) {
    tables.follow(MeshSnapshot.of(mesh.objects(), new MeshSnapshot.Settings(true, false, false)));
  }

  private HttpCaller.Answer get(String namespace, String url) {
    return get(namespace, "client", url);
  }

  private HttpCaller.Answer get(String namespace, String who, String url) {
    return caller.viaProxy(plane.proxyPort(), namespace, who, "GET", url, Headers.NONE, "");
  }

  private HttpCaller.Answer post(String namespace, String url, String body) {
    return caller.viaProxy(plane.proxyPort(), namespace, "client", "POST", url, Headers.NONE, body);
  }

  private HttpCaller.Answer direct(int port, String method, String uri, String... headers) {
    return caller.call(port, method, uri, Headers.of(headers), "");
  }

  /// `reporter code flags count`, sorted.
  private List<String> counted() {
    return registry
        .exposition()
        .lines()
        .filter(l -> l.startsWith("istio_requests_total{"))
        .map(l ->
            l.replaceAll(
                ".*reporter=\"(\\w+)\".*response_code=\"(\\d+)\","
                    + "response_flags=\"([^\"]+)\".*} ([0-9]+)$",
                "$1 $2 $3 $4"))
        .sorted()
        .toList();
  }

  private static void eventually(java.util.function.BooleanSupplier holds) {
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).as("did not come true in 10 s").isLessThan(end);
      Thread.onSpinWait();
    }
  }
}
