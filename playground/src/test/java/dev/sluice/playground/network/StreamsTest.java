package dev.sluice.playground.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.network.RawPod.Line;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Bodies and connections as bytes on real sockets, both sides spoken by hand.
@Timeout(60)
class StreamsTest {
  private static final String TO_CANARY = "[{route: [{destination: {host: app-canary}}]%s}]";
  private static final String OK = "HTTP/1.1 200 OK\ncontent-length: 2\n\nok";

  private final Vertx vertx = Vertx.vertx();
  private final Registry registry = new Registry();
  private final RouteTables tables = new RouteTables();
  private @Nullable RawPod pod;
  private @Nullable DataPlane plane;

  @AfterEach
  void close() {
    if (plane != null) {
      plane.close();
    }
    if (pod != null) {
      pod.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void anAnswerBeginsBeforeTheRequestHasEnded() throws IOException {
    try (var line =
        calls(
            TO_CANARY.formatted(""),
            theirs -> {
              theirs.head();
              theirs.say("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n");
              for (var word = theirs.chunk(); !word.isEmpty(); word = theirs.chunk()) {
                theirs.say("%x\n%s\n".formatted(word.length() + 1, word + "!"));
              }
              theirs.say("0\n\n");
            })) {
      line.say(
          "POST http://app.prod/talk HTTP/1.1\nhost: app.prod\ntransfer-encoding: chunked\n\n");
      line.say("2\nhi\n");
      assertThat(line.head().getFirst()).isEqualTo("HTTP/1.1 200 OK");
      assertThat(line.chunk()).isEqualTo("hi!");
      line.say("3\nyou\n");
      assertThat(line.chunk()).isEqualTo("you!");
      line.say("0\n\n");
      assertThat(line.chunk()).isEmpty();
    }
  }

  @Test
  void aPodThatDoesNotReadHoldsTheCallerBack() throws IOException {
    var held = new CountDownLatch(1);
    try (var line =
            calls(
                TO_CANARY.formatted(""),
                theirs -> {
                  theirs.head();
                  await(held);
                });
        var channel = SocketChannel.open(line.socket().getRemoteSocketAddress());
        var selector = Selector.open()) {
      channel.write(
          StandardCharsets.UTF_8.encode(
              "POST http://app.prod/ HTTP/1.1\r\nhost: app.prod\r\ncontent-length: 1000000000\r\n\r\n"));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_WRITE);
      var sent = 0L;
      var chunk = ByteBuffer.allocate(1 << 20);
      while (selector.select(700) > 0 && sent < 200_000_000) {
        selector.selectedKeys().clear();
        sent += channel.write(chunk.clear());
      }
      // What sockets hold, and what is kept for another try.
      assertThat(sent).isBetween(100_000L, 40_000_000L);
    } finally {
      held.countDown();
    }
  }

  @Test
  void aCallerThatDoesNotReadHoldsThePodBack() throws IOException {
    var sent = new CompletableFuture<Long>();
    try (var line =
        calls(
            TO_CANARY.formatted(""),
            theirs -> {
              theirs.head();
              theirs.say("HTTP/1.1 200 OK\ncontent-length: 1000000000\n\n");
              sent.complete(writtenUntilStuck(theirs));
            })) {
      line.say("GET http://app.prod/ HTTP/1.1\nhost: app.prod\n\n");
      line.head();
      assertThat(sent.orTimeout(30, TimeUnit.SECONDS).join()).isBetween(100_000L, 40_000_000L);
    }
  }

  /// Writes until a write has waited for a second.
  private static long writtenUntilStuck(Line theirs) {
    var written = new AtomicLong();
    var writer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                var chunk = new byte[65_536];
                while (written.get() < 200_000_000) {
                  theirs.out().write(chunk);
                  written.addAndGet(chunk.length);
                }
              } catch (IOException e) {
                // The test is over.
              }
            });
    var before = -1L;
    try {
      while (written.get() != before && !writer.join(Duration.ofMillis(700))) {
        before = written.get();
        writer.join(Duration.ofMillis(700));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return written.get();
  }

  @Test
  void largeBodiesGoBothWaysWithLittleMemory() throws IOException {
    var size = 300_000_000;
    try (var line =
        calls(
            TO_CANARY.formatted(""),
            theirs -> {
              theirs.head();
              theirs.in().skipNBytes(size);
              theirs.say("HTTP/1.1 200 OK\ncontent-length: %d\n\n".formatted(size));
              write(theirs, size);
            })) {
      System.gc();
      var before = used();
      line.say(
          "POST http://app.prod/ HTTP/1.1\nhost: app.prod\ncontent-length: %d\n\n".formatted(size));
      write(line, size);
      line.head();
      line.in().skipNBytes(size);
      System.gc();
      assertThat(used() - before).isLessThan(50_000_000);
    }
    awaitMetric("istio_request_bytes_sum", "reporter=\"source\"");
    assertThat(metric("istio_request_bytes_sum", "reporter=\"source\"")).isGreaterThan(size);
    assertThat(metric("istio_response_bytes_sum", "reporter=\"source\"")).isGreaterThan(size);
  }

  private static void write(Line line, int size) throws IOException {
    var chunk = new byte[100_000];
    for (var sent = 0; sent < size; sent += chunk.length) {
      line.out().write(chunk);
    }
  }

  private static long used() {
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void aShortBodyIsSentAgainAndALongOneIsNot() throws IOException {
    var tries = new AtomicInteger();
    var rule = TO_CANARY.formatted(", retries: {attempts: 1, retryOn: 5xx}");
    try (var line =
        calls(
            rule,
            theirs -> {
              var head = String.join("\n", theirs.head());
              var length =
                  Integer.parseInt(head.replaceAll("(?s).*content-length: ([0-9]+).*", "$1"));
              var body = theirs.bytes(length);
              var status = tries.incrementAndGet() % 2 == 1 ? "503 Busy" : "200 OK";
              theirs.say(
                  "HTTP/1.1 %s\nconnection: close\ncontent-length: %d\n\n%s"
                      .formatted(status, Math.min(5, body.length()), body.substring(0, 5)));
            })) {
      line.say("POST http://app.prod/ HTTP/1.1\nhost: app.prod\ncontent-length: 5\n\nagain");
      assertThat(line.head().getFirst()).isEqualTo("HTTP/1.1 200 OK");
      assertThat(line.bytes(5)).isEqualTo("again");
      assertThat(tries).hasValue(2);

      line.say("POST http://app.prod/ HTTP/1.1\nhost: app.prod\ncontent-length: 2000000\n\n");
      write(line, 2_000_000);
      assertThat(line.head().getFirst()).startsWith("HTTP/1.1 503");
      assertThat(tries).hasValue(3);
    }
  }

  @Test
  void aCallerThatAsksFirstIsToldToGoOn() throws IOException {
    try (var line =
        calls(
            TO_CANARY.formatted(""),
            theirs -> {
              theirs.head();
              theirs.bytes(4);
              theirs.say(OK);
            })) {
      line.say(
          "POST http://app.prod/ HTTP/1.1\nhost: app.prod\nexpect: 100-continue\ncontent-length: 4\n\n");
      assertThat(line.head().getFirst()).isEqualTo("HTTP/1.1 100 Continue");
      line.say("body");
      assertThat(line.head().getFirst()).isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @Test
  void requestsInARowOnOneConnectionAreAnsweredInOrder() throws IOException {
    try (var line =
        calls(
            TO_CANARY.formatted(""),
            theirs -> {
              while (true) {
                var path = theirs.head().getFirst().split(" ", -1)[1];
                theirs.say(
                    "HTTP/1.1 200 OK\ncontent-length: %d\n\n%s".formatted(path.length(), path));
              }
            })) {
      var request = "GET http://app.prod/%s HTTP/1.1\nhost: app.prod\n\n";
      line.say(request.formatted("a") + request.formatted("bb") + request.formatted("ccc"));
      for (var path : new String[] {"/a", "/bb", "/ccc"}) {
        assertThat(line.head().getFirst()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(line.bytes(path.length())).isEqualTo(path);
      }
    }
  }

  @Test
  void aWebSocketPassesBothWays() throws IOException {
    try (var line =
        calls(
            TO_CANARY.formatted(""),
            theirs -> {
              var head = String.join("\n", theirs.head()).toLowerCase(Locale.ROOT);
              assertThat(head).contains("upgrade: websocket", "sec-websocket-key: abc");
              theirs.say(
                  """
                  HTTP/1.1 101 Switching Protocols
                  connection: Upgrade
                  upgrade: websocket
                  sec-websocket-accept: xyz

                  """);
              for (var word = theirs.bytes(4); !word.isEmpty(); word = theirs.bytes(4)) {
                theirs.say(word.toUpperCase(Locale.ROOT));
              }
            })) {
      line.say(
          """
          GET http://app.prod/ws HTTP/1.1
          host: app.prod
          connection: Upgrade
          upgrade: websocket
          sec-websocket-key: abc

          """);
      var head = line.head();
      assertThat(head.getFirst()).startsWith("HTTP/1.1 101");
      assertThat(String.join("\n", head)).contains("sec-websocket-accept: xyz");
      line.say("ping");
      assertThat(line.bytes(4)).isEqualTo("PING");
      line.say("pong");
      assertThat(line.bytes(4)).isEqualTo("PONG");
    }
    awaitMetric("istio_requests_total", "response_code=\"101\"", "reporter=\"source\"");
  }

  @Test
  void aPodMayRefuseAnUpgrade() throws IOException {
    try (var line =
        calls(
            TO_CANARY.formatted(""),
            theirs -> {
              theirs.head();
              theirs.say("HTTP/1.1 403 No\ncontent-length: 2\n\nno");
            })) {
      line.say(
          "GET http://app.prod/ws HTTP/1.1\nhost: app.prod\nconnection: Upgrade\nupgrade: websocket\n\n");
      assertThat(line.head().getFirst()).startsWith("HTTP/1.1 403");
      assertThat(line.bytes(2)).isEqualTo("no");
    }
  }

  @Test
  void aCallerThatLeavesTakesTheRequestBack() throws IOException {
    var there = new CountDownLatch(1);
    var gone = new CompletableFuture<Boolean>();
    var line =
        calls(
            TO_CANARY.formatted(""),
            theirs -> {
              theirs.head();
              there.countDown();
              gone.complete(theirs.hungUp());
            });
    line.say("GET http://app.prod/ HTTP/1.1\nhost: app.prod\n\n");
    await(there);
    line.close();

    assertThat(gone.orTimeout(5, TimeUnit.SECONDS).join()).isTrue();
    awaitMetric("istio_requests_total", "response_code=\"0\"", "response_flags=\"DC\"");
  }

  @Test
  void aSlowPodSlowsNobodyElse() throws IOException {
    var held = new CountDownLatch(1);
    var inside = new CountDownLatch(20);
    try (var quick =
        calls(
            TO_CANARY.formatted(""),
            theirs -> {
              while (true) {
                if (theirs.head().getFirst().contains("/slow")) {
                  inside.countDown();
                  await(held);
                }
                theirs.say(OK);
              }
            })) {
      var slow = new ArrayList<Line>();
      for (var i = 0; i < 20; i++) {
        slow.add(line().say("GET http://app.prod/slow HTTP/1.1\nhost: app.prod\n\n"));
      }
      await(inside);
      quick.say("GET http://app.prod/quick HTTP/1.1\nhost: app.prod\n\n");
      assertThat(quick.head().getFirst()).isEqualTo("HTTP/1.1 200 OK");
      held.countDown();
      for (var one : slow) {
        assertThat(one.head().getFirst()).isEqualTo("HTTP/1.1 200 OK");
        one.close();
      }
    } finally {
      held.countDown();
    }
  }

  @Test
  void beyondThePoolRequestsWaitAndBeyondThoseTheyAreRefused() throws IOException {
    var held = new CountDownLatch(1);
    var inside = new CountDownLatch(1);
    try (var first =
        calls(
            TO_CANARY.formatted(""),
            """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: canary, namespace: prod}
            spec:
              host: app-canary
              trafficPolicy:
                connectionPool: {tcp: {maxConnections: 1}, http: {http1MaxPendingRequests: 1}}
            """,
            theirs -> {
              while (true) {
                theirs.head();
                inside.countDown();
                await(held);
                theirs.say(OK);
              }
            })) {
      var request = "GET http://app.prod/ HTTP/1.1\nhost: app.prod\n\n";
      first.say(request);
      await(inside);
      var others = new ArrayList<Line>();
      for (var i = 0; i < 3; i++) {
        others.add(line().say(request));
      }
      var refused = new AtomicInteger();
      var last = new ArrayList<Line>();
      for (var other : others) {
        // Those that are refused hear it at once.
        other.socket().setSoTimeout(1000);
        try {
          var head = String.join("\n", other.head());
          assertThat(head).startsWith("HTTP/1.1 503").contains("x-envoy-overloaded: true");
          refused.incrementAndGet();
        } catch (SocketTimeoutException e) {
          last.add(other);
        }
      }
      assertThat(refused).hasValue(2);
      held.countDown();
      assertThat(first.head().getFirst()).isEqualTo("HTTP/1.1 200 OK");
      last.getFirst().socket().setSoTimeout(10_000);
      assertThat(last.getFirst().head().getFirst()).isEqualTo("HTTP/1.1 200 OK");
      awaitMetric("istio_requests_total", "response_flags=\"UO\"");
    } finally {
      held.countDown();
    }
  }

  @Test
  void anAnswerThatTakesLongerThanItsTimeIsCutOff() throws IOException {
    var held = new CountDownLatch(1);
    try (var line =
        calls(
            TO_CANARY.formatted(", timeout: 0.3s"),
            theirs -> {
              theirs.head();
              theirs.say("HTTP/1.1 200 OK\ncontent-length: 10\n\nhalf");
              await(held);
            })) {
      line.say("GET http://app.prod/ HTTP/1.1\nhost: app.prod\n\n");
      line.head();
      assertThat(line.bytes(4)).isEqualTo("half");
      assertThat(line.hungUp()).isTrue();
      awaitMetric("istio_requests_total", "response_code=\"200\"", "response_flags=\"UT\"");
    } finally {
      held.countDown();
    }
  }

  @Test
  void headsHaveLimits() throws IOException {
    try (var line = calls(TO_CANARY.formatted(""), theirs -> theirs.say(OK))) {
      line.say("GET http://app.prod/ HTTP/1.1\nhost: app.prod\nx: " + "a".repeat(100_000) + "\n\n");
      assertThat(line.head().getFirst()).startsWith("HTTP/1.1 431");
    }
    try (var line = line()) {
      line.say("GET http://app.prod/ HTTP/1.1\nhost: app.prod\n" + "x: a\n".repeat(120) + "\n");
      assertThat(line.head().getFirst()).startsWith("HTTP/1.1 431");
    }
  }

  private Line calls(String http, RawPod.Behaviour behaviour) {
    return calls(http, "", behaviour);
  }

  /// A connection to the proxy of callers in namespace prod.
  private Line calls(String http, String more, RawPod.Behaviour behaviour) {
    var mesh = Mesh.withCanary().route(http);
    tables.follow((more.isEmpty() ? mesh : mesh.put(more)).snapshot());
    pod = new RawPod(behaviour);
    plane =
        DataPlane.start(vertx, tables, new Telemetry(registry), pod, new ExternalServices(), 0, 0);
    return line();
  }

  private Line line() {
    return Line.to(Objects.requireNonNull(plane).proxyPort());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitMetric(String name, String... labels) {
    var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    while (metric(name, labels) == 0 && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(metric(name, labels)).as(registry.exposition()).isPositive();
  }

  /// The sum over all series with these labels.
  private double metric(String name, String... labels) {
    return registry
        .exposition()
        .lines()
        .filter(l -> l.startsWith(name + "{"))
        .filter(l -> List.of(labels).stream().allMatch(l::contains))
        .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
        .sum();
  }
}
