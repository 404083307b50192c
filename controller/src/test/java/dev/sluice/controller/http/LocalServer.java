package dev.sluice.controller.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// A real server on loopback that remembers what it was sent.
public final class LocalServer implements AutoCloseable {
  private final HttpServer server;
  private final String scheme;
  private final List<Seen> seen = new CopyOnWriteArrayList<>();

  /// @param uri as on the request line, absolute when it came to a proxy
  public record Seen(String method, String uri, Map<String, String> headers, String body) {}

  public LocalServer(Vertx vertx, Handler<HttpServerRequest> answer) throws Exception {
    this(vertx, new HttpServerOptions().setPort(0), answer);
  }

  /// @param options port 0 for any
  public LocalServer(Vertx vertx, HttpServerOptions options, Handler<HttpServerRequest> answer)
      throws Exception {
    this.scheme = options.isSsl() ? "https" : "http";
    this.server =
        vertx
            .createHttpServer(options)
            .requestHandler(request ->
                request
                    .body()
                    .onSuccess(body -> {
                      var headers = new TreeMap<String, String>();
                      request
                          .headers()
                          .forEach((name, value) ->
                              headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
                      seen.add(
                          new Seen(
                              request.method().name(),
                              request.uri(),
                              headers,
                              body.toString(StandardCharsets.UTF_8)));
                      answer.handle(request);
                    }))
            .listen(options.getPort(), "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  public URI uri(String path) {
    return URI.create(scheme + "://127.0.0.1:" + server.actualPort() + path);
  }

  public List<Seen> seen() {
    return List.copyOf(seen);
  }

  @Override
  public void close() {
    server.close().toCompletionStage().toCompletableFuture().join();
  }
}
