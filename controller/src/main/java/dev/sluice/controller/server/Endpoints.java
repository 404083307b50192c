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

/// `/healthz`, `/readyz` and `/metrics` on one port.
public final class Endpoints implements AutoCloseable {
  private final HttpServer server;

  /// @param problems why the process is not ready, one clause each; empty when it is
  /// @throws IOException when the port cannot be had; the message says which
  public Endpoints(
      Vertx vertx,
      String host,
      int port,
      PrometheusRegistry registry,
      Supplier<List<String>> problems)
      throws IOException, InterruptedException {
    server =
        vertx.createHttpServer().requestHandler(request -> answer(request, registry, problems));
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

  private static void answer(
      HttpServerRequest request, PrometheusRegistry registry, Supplier<List<String>> problems) {
    switch (request.path()) {
      case "/healthz" -> request.response().end("OK\n");
      case "/readyz" -> {
        List<String> why = problems.get();
        request
            .response()
            .setStatusCode(why.isEmpty() ? 200 : 503)
            .end(why.isEmpty() ? "OK\n" : String.join("\n", why) + "\n");
      }
      case "/metrics" ->
          request
              .response()
              .putHeader("Content-Type", PrometheusTextFormatWriter.CONTENT_TYPE)
              .end(metrics(registry));
      default -> request.response().setStatusCode(404).end("not found\n");
    }
  }

  private static Buffer metrics(PrometheusRegistry registry) {
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
