package dev.sluice.playground.slack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes what would go to Slack, on loopback: keeps the latest messages, writes each to a file as
/// one line of JSON, and tells who listens.
public final class SlackSink implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SlackSink.class);
  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final int MAX_BODY = 64 * 1024;
  private static final int KEPT = 100;

  private final HttpServer server;
  private final Path file;
  private final InstantSource clock;
  private final List<SlackMessage> messages = new CopyOnWriteArrayList<>();
  private final List<Consumer<SlackMessage>> listeners = new CopyOnWriteArrayList<>();

  private SlackSink(Vertx vertx, Path file, InstantSource clock) {
    this.server = vertx.createHttpServer();
    this.file = file;
    this.clock = clock;
  }

  /// @param port 0 for any
  /// @param file every message is added to it
  /// @throws IOException when the port is taken
  public static SlackSink start(Vertx vertx, int port, Path file, InstantSource clock)
      throws IOException, InterruptedException {
    var sink = new SlackSink(vertx, file, clock);
    sink.server.requestHandler(sink::take);
    try {
      sink.server
          .listen(port, "127.0.0.1")
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
      return sink;
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the Slack sink cannot listen on port " + port, e);
    }
  }

  public int port() {
    return server.actualPort();
  }

  /// Where messages are posted to.
  public String url() {
    return "http://127.0.0.1:" + port() + "/slack";
  }

  /// The latest messages, oldest first.
  public List<SlackMessage> messages() {
    return List.copyOf(messages);
  }

  /// @param listener is called on an event loop and must not block
  public void onMessage(Consumer<SlackMessage> listener) {
    listeners.add(listener);
  }

  private void take(HttpServerRequest request) {
    if (!request.method().equals(HttpMethod.POST)) {
      end(request, 405, "messages are posted");
      return;
    }
    var length = request.getHeader("content-length");
    if (length == null) {
      end(request, 411, "a length is needed");
      return;
    }
    if (length.length() > 5 || Integer.parseInt(length) > MAX_BODY) {
      end(request, 413, "too large");
      return;
    }
    request
        .body()
        .onSuccess(body -> {
          try {
            accept(JSON.readTree(body.getBytes()));
            end(request, 200, "ok");
          } catch (JsonProcessingException e) {
            end(request, 400, "invalid_payload");
          } catch (IOException e) {
            LOG.atWarn().setCause(e).log("a Slack message could not be read");
            end(request, 500, "error");
          }
        });
  }

  private void accept(JsonNode body) throws IOException {
    var message = SlackMessage.read(body, clock.instant());
    messages.add(message);
    while (messages.size() > KEPT) {
      messages.removeFirst();
    }
    Files.writeString(file, body + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    listeners.forEach(listener -> listener.accept(message));
  }

  private static void end(HttpServerRequest request, int status, String text) {
    request.response().setStatusCode(status).end(text);
  }

  @Override
  public void close() {
    server.close();
  }
}
