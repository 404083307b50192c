package dev.sluice.playground.api;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Carries HTTP to an [ApiServer] and back, on the loopback address only: plain requests, chunked
/// watches, watches over WebSocket. Each request runs on its own virtual thread.
public final class HttpFront implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpFront.class);

  /// The real server's limit for a request body.
  private static final int MOST_BODY_BYTES = 3 * 1024 * 1024;

  /// What kubectl speaks inside a WebSocket to forward ports.
  public static final String SPDY_TUNNEL = "SPDY/3.1+portforward.k8s.io";

  /// What older clients and fabric8's speak for that.
  public static final String CHANNELS = "v4.channel.k8s.io";

  private final Vertx vertx;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ApiServer api;
  private final Optional<SideDoor> side;
  private final FrameBytes frames = new FrameBytes();
  private volatile boolean failing;

  private HttpFront(Vertx vertx, ApiServer api, Optional<SideDoor> side) {
    this.vertx = vertx;
    this.api = api;
    this.side = side;
    this.server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setHost("127.0.0.1")
                .setMaxFormAttributeSize(-1)
                .setMaxInitialLineLength(65_536)
                .setMaxHeaderSize(65_536)
                .setWebSocketSubProtocols(List.of(SPDY_TUNNEL, CHANNELS))
                .setRegisterWebSocketWriteHandlers(false));
  }

  /// Starts to listen.
  ///
  /// @param port 0 for any free one
  /// @throws IOException when the port cannot be had
  public static HttpFront start(Vertx vertx, ApiServer api, int port) throws IOException {
    return start(vertx, api, port, Optional.empty());
  }

  /// Starts to listen.
  ///
  /// @param port 0 for any free one
  /// @param side answers what it takes, in place of the API server
  /// @throws IOException when the port cannot be had
  public static HttpFront start(Vertx vertx, ApiServer api, int port, Optional<SideDoor> side)
      throws IOException {
    var front = new HttpFront(vertx, api, side);
    front.server.requestHandler(front::request);
    try {
      front.server.listen(port).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      front.threads.shutdownNow();
      throw new IOException("cannot listen on 127.0.0.1:" + port, e);
    } catch (InterruptedException e) {
      front.threads.shutdownNow();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting to listen", e);
    }
    return front;
  }

  /// Whether from now on every call is answered with 500; watches that are open go on.
  public void fail(boolean always) {
    failing = always;
  }

  public int port() {
    return server.actualPort();
  }

  /// Such as `http://127.0.0.1:41873`, without a slash at the end.
  public String url() {
    return "http://127.0.0.1:" + port();
  }

  /// Stops listening and ends every watch. The Vert.x instance stays.
  @Override
  public void close() {
    try {
      server.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().setCause(e).log("could not close the API server's port");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    threads.shutdownNow();
  }

  private void request(HttpServerRequest request) {
    var context = vertx.getOrCreateContext();
    if (failing) {
      answer(context, request, failed(new IllegalStateException("out of order on purpose")));
      return;
    }
    request.pause();
    if (Watches.asks(request.method().name(), request.path(), request.query())) {
      threads.execute(() -> watch(context, request, call(request, new byte[0])));
      return;
    }
    var path = Decoded.path(String.valueOf(request.path()));
    var taken = side.filter(door -> door.takes(path));
    if (taken.isPresent()) {
      threads.execute(() -> taken.get().serve(context, request, call(request, new byte[0])));
      return;
    }
    request.resume();
    var body = new BoundedBody(MOST_BODY_BYTES);
    request.handler(chunk -> {
      if (!body.add(chunk)) {
        request.pause();
        answer(context, request, tooLarge());
        context.runOnContext(_ -> request.connection().close());
      }
    });
    request.endHandler(
        _ -> threads.execute(() -> serve(context, request, call(request, body.bytes()))));
  }

  private void serve(Context context, HttpServerRequest request, Call call) {
    Answer answer;
    try {
      answer = api.handle(call);
    } catch (RuntimeException | Error e) {
      // Even a defect must end in an answer, or the client waits for ever.
      LOG.atError()
          .addKeyValue("method", call.method())
          .addKeyValue("path", call.path())
          .setCause(e)
          .log("a call failed inside the API server");
      answer = failed(e);
    }
    answer(context, request, answer);
  }

  private static Answer failed(Throwable e) {
    return new Answer(
        500,
        "application/json",
        Bodies.write(Refusal.internal("internal error: " + e).status(), Media.Encoding.JSON, false),
        Map.of());
  }

  private static Answer tooLarge() {
    return new Answer(
        413,
        "application/json",
        Bodies.write(
            new Refusal(
                    413,
                    "RequestEntityTooLarge",
                    "Request entity too large: limit is " + MOST_BODY_BYTES,
                    Refusal.Details.ABSENT)
                .status(),
            Media.Encoding.JSON,
            false),
        Map.of());
  }

  /// Sends an answer, unless there was one already; on any thread.
  public static void answer(Context context, HttpServerRequest request, Answer answer) {
    context.runOnContext(_ -> {
      var response = request.response();
      if (response.ended() || response.closed()) {
        return;
      }
      response.setStatusCode(answer.status());
      response.putHeader("Content-Type", answer.contentType());
      response.putHeader("Cache-Control", "no-cache, private");
      for (var header : answer.headers().entrySet()) {
        Iterable<String> lines = List.of(header.getValue().split("\n", -1));
        response.putHeader(header.getKey(), lines);
      }
      response.end(Buffer.buffer(answer.body()));
    });
  }

  private void watch(Context context, HttpServerRequest request, Call call) {
    var websocket = call.header("upgrade").map(u -> u.equalsIgnoreCase("websocket")).orElse(false);
    if (websocket && call.header("origin").isEmpty()) {
      answer(
          context,
          request,
          new Answer(
              403, "text/plain; charset=utf-8", "".getBytes(StandardCharsets.UTF_8), Map.of()));
      return;
    }
    var stream = new WatchStream(context, seconds(call), frames);
    Watching watching;
    try {
      var started = api.watch(call, stream::frame);
      watching = started instanceof Watching own ? own : plain(started);
    } catch (CallRefused refused) {
      answer(context, request, refused.answer());
      return;
    } catch (RuntimeException | Error e) {
      LOG.atError().addKeyValue("path", call.path()).setCause(e).log("a watch could not start");
      answer(context, request, failed(e));
      return;
    }
    context.runOnContext(_ -> {
      if (websocket) {
        request
            .toWebSocket()
            .onSuccess(socket -> stream.over(new Socket(socket), watching))
            .onFailure(_ -> threads.execute(watching::close));
        request.resume();
      } else {
        request.resume();
        stream.over(new Chunks(request, watching.contentType()), watching);
      }
    });
  }

  private static Watching plain(AutoCloseable started) {
    return new Watching() {
      @Override
      public void bookmark() {}

      @Override
      public String contentType() {
        return "application/json";
      }

      @Override
      public void close() {
        try {
          started.close();
        } catch (Exception e) {
          LOG.atWarn().setCause(e).log("a watch did not end cleanly");
        }
      }
    };
  }

  private static long seconds(Call call) {
    try {
      var seconds = Long.parseLong(call.parameter("timeoutSeconds").orElse("0"));
      return seconds > 0 ? Math.min(seconds, 3600) : 1800;
    } catch (NumberFormatException _) {
      return 1800;
    }
  }

  private static Call call(HttpServerRequest request, byte[] body) {
    var query = new HashMap<String, List<String>>();
    for (var each : request.params(false).entries()) {
      query.computeIfAbsent(each.getKey(), _ -> new ArrayList<>()).add(each.getValue());
    }
    var headers = new HashMap<String, String>();
    for (var each : request.headers()) {
      headers.merge(
          each.getKey().toLowerCase(Locale.ROOT), each.getValue(), (a, b) -> a + ", " + b);
    }
    return new Call(
        request.method().name(),
        Decoded.path(String.valueOf(request.path())),
        query,
        headers,
        body);
  }

  /// A chunked answer.
  private record Chunks(HttpServerRequest request, String contentType) implements WatchStream.Line {
    @Override
    public void open(Runnable drained, Runnable closed) {
      var response = request.response();
      response.setChunked(true);
      response.setStatusCode(200);
      response.putHeader("Content-Type", contentType);
      response.putHeader("Cache-Control", "no-cache, private");
      response.drainHandler(_ -> drained.run());
      response.closeHandler(_ -> closed.run());
      response.exceptionHandler(_ -> closed.run());
      response.writeHead();
    }

    @Override
    public void write(byte[] frame) {
      request.response().write(Buffer.buffer(frame));
    }

    @Override
    public boolean full() {
      return request.response().writeQueueFull();
    }

    @Override
    public void end() {
      if (!request.response().ended() && !request.response().closed()) {
        request.response().end();
      }
    }
  }

  /// A WebSocket.
  private record Socket(ServerWebSocket socket) implements WatchStream.Line {
    @Override
    public void open(Runnable drained, Runnable closed) {
      socket.drainHandler(_ -> drained.run());
      socket.closeHandler(_ -> closed.run());
      socket.exceptionHandler(_ -> closed.run());
    }

    @Override
    public void write(byte[] frame) {
      socket.writeTextMessage(new String(frame, StandardCharsets.UTF_8));
    }

    @Override
    public boolean full() {
      return socket.writeQueueFull();
    }

    @Override
    public void end() {
      if (!socket.isClosed()) {
        socket.close((short) 1000);
      }
    }
  }
}
