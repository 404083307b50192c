package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Many clients at once, and clients who do not do their part. Sockets, so that a test says what a
/// client reads.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class CrowdedFrontTest {
  private static final String MAPS = "/api/v1/namespaces/default/configmaps";
  private static final int BIG_BYTES = 200_000;

  private final Vertx vertx = Vertx.vertx();
  private HttpFront front;
  private final List<Socket> sockets = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    front =
        HttpFront.start(
            vertx, new KubernetesApi(InstantSource.system(), new Random(7), Users.EVERYBODY), 0);
  }

  @AfterEach
  void stop() throws Exception {
    for (var socket : sockets) {
      socket.close();
    }
    front.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
  }

  private Socket connect() throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(16 * 1024);
    socket.setSoTimeout(60_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), front.port()));
    sockets.add(socket);
    return socket;
  }

  private static void send(Socket to, String method, String path, String body) throws IOException {
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    to.getOutputStream()
        .write(
            "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/%s\r\nContent-Length: %d\r\n\r\n"
                .formatted(
                    method,
                    path,
                    method.equals("PATCH") ? "merge-patch+json" : "json",
                    bytes.length)
                .getBytes(StandardCharsets.US_ASCII));
    to.getOutputStream().write(bytes);
  }

  /// Reads one answer of a kept connection.
  ///
  /// @return its status
  private static int status(Socket from) throws IOException {
    var in = from.getInputStream();
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      assertThat(next).as("the connection ended after %s", head).isNotNegative();
      head.append((char) next);
    }
    var length = head.toString().toLowerCase(Locale.ROOT).split("content-length: ", 2);
    in.skipNBytes(Integer.parseInt(length[1].lines().findFirst().orElseThrow()));
    return Integer.parseInt(head.substring(9, 12));
  }

  private static int call(Socket over, String method, String path, String body) throws IOException {
    send(over, method, path, body);
    return status(over);
  }

  private Socket watch(String name) throws IOException {
    var socket = connect();
    send(socket, "GET", MAPS + "?watch=true&fieldSelector=metadata.name%3D" + name, "");
    return socket;
  }

  /// Completes with how many frames came until one that says so.
  private static CompletableFuture<Integer> framesUntil(Socket watch, String sign) {
    var done = new CompletableFuture<Integer>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            var lines =
                new BufferedReader(
                    new InputStreamReader(watch.getInputStream(), StandardCharsets.UTF_8));
            int frames = 0;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
              frames += line.startsWith("{\"type\"") ? 1 : 0;
              if (line.contains(sign)) {
                done.complete(frames);
              }
            }
            done.complete(-1);
          } catch (IOException e) {
            done.completeExceptionally(new UncheckedIOException(e));
          }
        });
    return done;
  }

  @Test
  void aWatcherWhoNeverReadsSlowsNobodyAndIsCutOff() throws Exception {
    var writer = connect();
    assertThat(call(writer, "POST", MAPS, "{\"metadata\": {\"name\": \"big\"}}")).isEqualTo(201);
    assertThat(call(writer, "POST", MAPS, "{\"metadata\": {\"name\": \"small\"}}")).isEqualTo(201);
    var deaf = watch("big");
    var hears = framesUntil(watch("big"), "\"n\":\"the last\"");
    var others = new ArrayList<CompletableFuture<Integer>>();
    for (int i = 0; i < 48; i++) {
      others.add(framesUntil(watch("small"), "\"n\":\"the last\""));
    }
    var body = "x".repeat(BIG_BYTES);

    // Much more than the 32 MiB that may wait, as the system's buffers take some.
    int writes = 260;
    for (int i = 1; i <= writes; i++) {
      var n = i == writes ? "the last" : "" + i;
      assertThat(
              call(
                  writer,
                  "PATCH",
                  MAPS + "/big",
                  "{\"data\":{\"b\":\"%s\",\"n\":\"%s\"}}".formatted(body, n)))
          .isEqualTo(200);
    }
    assertThat(call(writer, "PATCH", MAPS + "/small", "{\"data\":{\"n\":\"the last\"}}"))
        .isEqualTo(200);

    assertThat(hears.get(60, TimeUnit.SECONDS)).isEqualTo(writes + 1);
    for (var other : others) {
      assertThat(other.get(60, TimeUnit.SECONDS)).isEqualTo(2);
    }
    // When it reads at last, its watch ends early, and it has to begin anew.
    assertThat(bytes(deaf.getInputStream())).isLessThan((long) writes * BIG_BYTES);
  }

  /// How many bytes come until the last chunk.
  private static long bytes(InputStream in) throws IOException {
    long all = 0;
    var end = "\r\n0\r\n\r\n";
    var tail = "";
    var buffer = new byte[1 << 16];
    while (!tail.endsWith(end)) {
      int some = in.read(buffer);
      if (some < 0) {
        return all;
      }
      all += some;
      var text =
          tail
              + new String(
                  buffer, Math.max(0, some - 8), Math.min(some, 8), StandardCharsets.ISO_8859_1);
      tail = text.substring(Math.max(0, text.length() - 8));
    }
    return all;
  }

  @Test
  void twoHundredConnectionsAreServedAndKept() throws Exception {
    var all = new ArrayList<Socket>();
    for (int i = 0; i < 200; i++) {
      all.add(connect());
    }
    for (int round = 0; round < 3; round++) {
      // All ask before any reads its answer.
      for (int i = 0; i < all.size(); i++) {
        send(
            all.get(i),
            "POST",
            MAPS,
            "{\"metadata\": {\"name\": \"m-%d-%d\"}}".formatted(round, i));
      }
      for (var each : all) {
        assertThat(status(each)).isEqualTo(201);
      }
    }
  }

  @Test
  void aBodyThatIsTooLargeIsRefusedAndOthersGoOn() throws Exception {
    var other = connect();
    var value = "x".repeat(2_900_000);
    assertThat(
            call(
                connect(),
                "POST",
                MAPS,
                "{\"metadata\": {\"name\": \"large\"}, \"data\": {\"v\": \"%s\"}}"
                    .formatted(value)))
        .isEqualTo(422);
    var big = connect();
    var answer =
        CompletableFuture.supplyAsync(() -> {
          try {
            return status(big);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    try {
      send(big, "POST", MAPS, "{\"data\": {\"v\": \"%s\"}}".formatted("x".repeat(4_000_000)));
    } catch (IOException e) {
      // The server does not read to the end.
    }
    assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(413);
    assertThat(call(other, "GET", MAPS, "")).isEqualTo(200);
  }
}
