package dev.sluice.controller.server;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `/healthz`, `/readyz` and `/metrics` on one port.
public final class Endpoints implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);

  private final HttpServer server;

  /// @param sick why the process should be started anew, one clause each; empty when it is well
  /// @param problems why the process is not ready, one clause each; empty when it is
  /// @throws IOException when the port cannot be had; the message says which
  public Endpoints(
      Vertx vertx,
      String host,
      int port,
      PrometheusRegistry registry,
      Supplier<List<String>> sick,
      Supplier<List<String>> problems)
      throws IOException, InterruptedException {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> {
              switch (request.path()) {
                case "/healthz" -> say(request, sick.get());
                case "/readyz" -> say(request, problems.get());
                case "/metrics" -> metrics(request, vertx, registry);
                default -> request.response().setStatusCode(404).end("not found\n");
              }
            });
    try {
      server.listen(port, host).toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw new IOException(
          "cannot listen on port " + port + ": it is in use, or not allowed; choose another --port",
          e);
    }
  }

  /// The port in use, also when 0 asked for any.
  public int port() {
    return server.actualPort();
  }

  private static void say(HttpServerRequest request, List<String> why) {
    request
        .response()
        .setStatusCode(why.isEmpty() ? 200 : 503)
        .end(why.isEmpty() ? "OK\n" : String.join("\n", why) + "\n");
  }

  /// Not on the event loop: the page of ten thousand canaries would hold up every query.
  private static void metrics(HttpServerRequest request, Vertx vertx, PrometheusRegistry registry) {
    vertx
        .executeBlocking(() -> page(registry))
        .onSuccess(page ->
            request
                .response()
                .putHeader("Content-Type", PrometheusTextFormatWriter.CONTENT_TYPE)
                .end(page))
        .onFailure(why -> {
          LOG.atError().setCause(why).log("metrics cannot be shown");
          request.response().setStatusCode(500).end("metrics cannot be shown\n");
        });
  }

  private static Buffer page(PrometheusRegistry registry) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(text, registry.scrape());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return Buffer.buffer(text.toByteArray());
  }

  @Override
  public void close() {
    server.close();
  }
}
