package dev.sluice.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.controller.http.Http.Proxy;
import dev.sluice.controller.http.Http.Request;
import dev.sluice.controller.http.Http.Response;
import dev.sluice.controller.http.Http.Retries;
import dev.sluice.controller.http.HttpFailure.Cause;
import dev.sluice.controller.http.ResilientHttp.Limits;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PfxOptions;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ResilientHttpTest {
  private static final Duration SECONDS = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Retries QUICK = new Retries(3, Duration.ofMillis(10), Duration.ofMillis(50));

  private Vertx vertx;
  private ResilientHttp http;

  @BeforeAll
  void start() {
    vertx = Vertx.vertx();
  }

  @org.junit.jupiter.api.BeforeEach
  void open() {
    http = ResilientHttp.over(vertx, new Limits(4, 4, 4, Duration.ofMillis(400)));
  }

  @AfterEach
  void close() {
    http.close();
  }

  @AfterAll
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static void ok(HttpServerRequest request) {
    request.response().end("ok");
  }

  private static Request get(URI uri) {
    return Request.get(uri, SECONDS, 1000);
  }

  private static URI nobody() throws Exception {
    try (var socket = new ServerSocket(0)) {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/secret?key=hidden");
    }
  }

  @Test
  void theWholeAnswerComesBack() throws Exception {
    try (var server =
        new LocalServer(
            vertx,
            request ->
                request.response().setStatusCode(418).putHeader("X-Kind", "tea").end("short"))) {
      Response answer =
          http.send(
              Request.postJson(
                      server.uri("/pot?a=b"), "{}".getBytes(StandardCharsets.UTF_8), SECONDS, 1000)
                  .with(Map.of("x-a", List.of("1"), "content-type", List.of("application/json"))));

      assertThat(answer.status()).isEqualTo(418);
      assertThat(answer.success()).isFalse();
      assertThat(answer.header("X-Kind")).contains("tea");
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo("short");
      LocalServer.Seen seen = server.seen().getFirst();
      assertThat(seen.method() + " " + seen.uri() + " " + seen.body())
          .isEqualTo("POST /pot?a=b {}");
      assertThat(seen.headers())
          .containsEntry("x-a", "1")
          .containsEntry("content-type", "application/json");
    }
  }

  @Test
  void noAnswerIsLostAmongManyCallers() throws Exception {
    var answers = new AtomicInteger();
    var failures = new ConcurrentLinkedQueue<Throwable>();
    try (var wide = ResilientHttp.over(vertx, Limits.DEFAULT);
        var server =
            new LocalServer(vertx, request -> request.response().setStatusCode(500).end())) {
      try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < 50; i++) {
          callers.execute(() -> {
            try {
              for (int call = 0; call < 20; call++) {
                answers.addAndGet(wide.send(get(server.uri("/"))).status() / 500);
              }
            } catch (HttpFailure | InterruptedException e) {
              failures.add(e);
            }
          });
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(answers).hasValue(1000);
  }

  @Test
  void anAnswerThatIsTooLongIsNotRead() throws Exception {
    try (var server = new LocalServer(vertx, request -> request.response().end("x".repeat(5000)))) {
      assertThatThrownBy(() -> http.send(Request.get(server.uri("/"), SECONDS, 4000)))
          .isInstanceOfSatisfying(
              HttpFailure.class, failure -> assertThat(failure.kind()).isEqualTo(Cause.TOO_LONG))
          .hasMessageEndingWith("answered with more than 4000 bytes");
    }
  }

  @Test
  void whoDoesNotAnswerInTimeIsNamedWithoutThePath() throws Exception {
    try (var server = new LocalServer(vertx, _ -> {})) {
      assertThatThrownBy(
              () -> http.send(Request.get(server.uri("/services/T0/B0/secret"), SHORT, 10)))
          .isInstanceOf(HttpFailure.class)
          .hasMessage(server.uri("") + " did not answer within 300 ms");
    }
  }

  @Test
  void whoIsNotThereIsNamedWithoutThePath() throws Exception {
    URI uri = nobody();

    assertThatThrownBy(() -> http.send(get(uri)))
        .isInstanceOf(HttpFailure.class)
        .hasMessage("http://127.0.0.1:" + uri.getPort() + " did not answer: connection refused");
  }

  @Test
  void anAnswerThatBreaksOffIsNoAnswer() throws Exception {
    try (var server =
        new LocalServer(
            vertx,
            request -> {
              request.response().putHeader("content-length", "100").write("half");
              var _ = request.connection().close();
            })) {
      assertThatThrownBy(() -> http.send(get(server.uri("/"))))
          .isInstanceOf(HttpFailure.class)
          .hasMessageContaining("did not answer: the connection was lost");
    }
  }

  @Test
  void redirectsAreAnswersAndNotFollowed() throws Exception {
    try (var server =
        new LocalServer(
            vertx,
            request ->
                request.response().setStatusCode(302).putHeader("location", "/other").end())) {
      assertThat(http.send(get(server.uri("/"))).status()).isEqualTo(302);
      assertThat(server.seen()).hasSize(1);
    }
  }

  @Test
  void aFailureIsTriedAgainOnlyWhenAsked() throws Exception {
    var calls = new AtomicInteger();
    try (var server =
        new LocalServer(
            vertx,
            request ->
                request.response().setStatusCode(calls.incrementAndGet() < 3 ? 503 : 200).end())) {
      assertThat(http.send(get(server.uri("/"))).status()).isEqualTo(503);
      calls.set(0);
      assertThat(http.send(get(server.uri("/")).with(QUICK)).status()).isEqualTo(200);
      assertThat(server.seen()).hasSize(4);
    }
  }

  @Test
  void theLastAnswerIsGivenWhenTriesAreUsedUp() throws Exception {
    try (var server =
        new LocalServer(vertx, request -> request.response().setStatusCode(500).end("why"))) {
      Response answer = http.send(get(server.uri("/")).with(QUICK));

      assertThat(answer.excerpt(10)).isEqualTo("why");
      assertThat(server.seen()).hasSize(4);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 5000, 1000", "3600, 300, 300"})
  void whoAsksForTimeGetsItUpToTheLongestWait(int retryAfter, int longest, int least)
      throws Exception {
    var asked = new AtomicInteger();
    try (var server =
        new LocalServer(
            vertx,
            request -> {
              var busy = asked.incrementAndGet() == 1;
              request
                  .response()
                  .setStatusCode(busy ? 429 : 200)
                  .putHeader("retry-after", String.valueOf(retryAfter))
                  .end();
            })) {
      var patient = new Retries(1, Duration.ofMillis(1), Duration.ofMillis(longest));
      var begin = System.nanoTime();

      var answer = http.send(Request.get(server.uri("/"), SECONDS, 100).with(patient));

      assertThat(answer.status()).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isBetween(Duration.ofMillis(least), Duration.ofSeconds(30));
    }
  }

  @Test
  void whatTheServerWillNeverDoIsNotTriedAgain() throws Exception {
    try (var server =
        new LocalServer(vertx, request -> request.response().setStatusCode(501).end())) {
      assertThat(http.send(get(server.uri("/")).with(QUICK)).status()).isEqualTo(501);
      assertThat(server.seen()).hasSize(1);
    }
  }

  @Test
  void aHostThatDoesNotAnswerIsLeftAloneForAWhileAndThenAskedAgain() throws Exception {
    URI host = nobody();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> http.send(get(host))).hasMessageContaining("connection refused");
    }

    try (var server =
            new LocalServer(
                vertx, new HttpServerOptions().setPort(host.getPort()), ResilientHttpTest::ok);
        var other = new LocalServer(vertx, ResilientHttpTest::ok)) {
      assertThatThrownBy(() -> http.send(get(host)))
          .isInstanceOfSatisfying(
              HttpFailure.class, failure -> assertThat(failure.kind()).isEqualTo(Cause.LEFT_ALONE));
      assertThat(server.seen()).isEmpty();
      assertThat(http.send(get(other.uri("/"))).success()).isTrue();

      var patient = new Retries(10, Duration.ofMillis(100), Duration.ofMillis(100));
      assertThat(http.send(get(host).with(patient)).success()).isTrue();
    }
  }

  @Test
  void failingAnswersDoNotCloseAHost() throws Exception {
    try (var server =
        new LocalServer(vertx, request -> request.response().setStatusCode(500).end())) {
      for (int i = 0; i < 10; i++) {
        assertThat(http.send(get(server.uri("/"))).status()).isEqualTo(500);
      }
    }
  }

  @Test
  void waitingForADeadHostHoldsUpNobodyElse() throws Exception {
    URI dead = nobody();
    var waiting = new CountDownLatch(1);
    try (var one = ResilientHttp.over(vertx, new Limits(1, 1, 100, SECONDS));
        var server = new LocalServer(vertx, ResilientHttpTest::ok)) {
      var slow = new Retries(5, SECONDS, SECONDS);
      Thread stuck =
          Thread.ofVirtual()
              .start(() -> {
                waiting.countDown();
                try {
                  one.send(get(dead).with(slow));
                } catch (HttpFailure | InterruptedException _) {
                  // ends with the test
                }
              });
      waiting.await();

      assertThat(one.send(get(server.uri("/"))).success()).isTrue();

      assertThat(stuck.isAlive()).isTrue();
      stuck.interrupt();
      assertThat(stuck.join(Duration.ofSeconds(5))).isTrue();
    }
  }

  @Test
  void anInterruptEndsTheWaitForAnotherTry() throws Exception {
    URI dead = nobody();
    var ended = new CompletableFuture<Throwable>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                http.send(
                    get(dead).with(new Retries(5, Duration.ofMinutes(1), Duration.ofMinutes(1))));
              } catch (HttpFailure | InterruptedException | RuntimeException e) {
                ended.complete(e);
              }
            });
    while (caller.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    caller.interrupt();

    assertThat(ended.get(5, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
  }

  @Test
  void aProxyIsToldOnWhoseBehalf() throws Exception {
    try (var proxy = new LocalServer(vertx, ResilientHttpTest::ok)) {
      Optional<Proxy> way = Optional.of(Proxy.at(proxy.uri("")).onBehalfOf("production", ""));

      assertThat(http.send(get(URI.create("http://myapp-canary:80/token")).with(way)).success())
          .isTrue();

      LocalServer.Seen seen = proxy.seen().getFirst();
      assertThat(seen.uri()).isEqualTo("http://myapp-canary/token");
      assertThat(seen.headers()).containsEntry("proxy-authorization", "Basic cHJvZHVjdGlvbjo=");
    }
  }

  @Test
  void aUserInTheAddressBecomesBasicCredentials() throws Exception {
    try (var server = new LocalServer(vertx, ResilientHttpTest::ok)) {
      http.send(get(URI.create("http://me:pass@127.0.0.1:" + server.uri("").getPort() + "/")));

      assertThat(server.seen().getFirst().headers())
          .containsEntry("authorization", "Basic bWU6cGFzcw==");
    }
  }

  @Test
  void certificatesAreVerifiedUnlessToldOtherwise(@TempDir Path dir) throws Exception {
    Path store = dir.resolve("server.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .start();
    assertThat(keytool.waitFor()).isZero();
    var options =
        new HttpServerOptions()
            .setPort(0)
            .setSsl(true)
            .setKeyCertOptions(new PfxOptions().setPath(store.toString()).setPassword("changeit"));
    try (var server = new LocalServer(vertx, options, ResilientHttpTest::ok)) {
      assertThatThrownBy(() -> http.send(get(server.uri("/"))))
          .hasMessageEndingWith("its TLS certificate or handshake was not accepted");
      assertThat(http.send(get(server.uri("/")).verifyTls(false)).success()).isTrue();
    }
  }

  @Test
  void whatCannotBeSentIsSaid() {
    assertThatThrownBy(() -> http.send(get(URI.create("ftp://host/"))))
        .isInstanceOfSatisfying(
            HttpFailure.class, failure -> assertThat(failure.kind()).isEqualTo(Cause.INVALID));
    assertThatThrownBy(
            () -> http.send(get(URI.create("http://h/")).with(Map.of("a", List.of("b\r\nc: d")))))
        .hasMessage("header a holds a line break");
  }

  @Test
  void nothingSecretIsPrinted() {
    Request request =
        get(URI.create("https://me:pass@hooks.example.com:8443/T0/secret?k=v"))
            .with(Optional.of(Proxy.at(URI.create("http://u:p@proxy:3128"))));

    assertThat(request).hasToString("GET https://hooks.example.com:8443");
    assertThat(request.proxy().orElseThrow()).hasToString("proxy:3128");
  }

  @Test
  void aSlowHostHoldsUpNobodyElse() throws Exception {
    var asked = new CountDownLatch(2);
    var held = new ConcurrentLinkedQueue<HttpServerRequest>();
    try (var narrow = ResilientHttp.over(vertx, new Limits(4, 2, 20, SHORT));
        var slow =
            new LocalServer(
                vertx,
                request -> {
                  held.add(request);
                  asked.countDown();
                });
        var quick = new LocalServer(vertx, ResilientHttpTest::ok);
        var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        var _ = callers.submit(() -> narrow.send(get(slow.uri("/"))));
      }
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

      assertThat(narrow.send(get(quick.uri("/"))).status()).isEqualTo(200);

      assertThat(held).as("the slow host has as many as one host may").hasSize(2);
      callers.shutdownNow();
    }
  }
}
