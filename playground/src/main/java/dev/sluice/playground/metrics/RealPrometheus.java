package dev.sluice.playground.metrics;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The real Prometheus as a child process, which collects from an endpoint of ours.
final class RealPrometheus implements PrometheusServer {
  /// The `job` of everything collected.
  static final String JOB = "playground";

  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private final Process process;
  private final HttpServer target;
  private final String url;
  private final String description;

  private RealPrometheus(Process process, HttpServer target, String url, String description) {
    this.process = process;
    this.target = target;
    this.url = url;
    this.description = description;
  }

  /// @param path as in the variable PATH
  static Optional<Path> find(String path) {
    return Stream.of(path.split(File.pathSeparator))
        .filter(folder -> !folder.isBlank())
        .map(folder -> Path.of(folder).resolve("prometheus"))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /// @throws IOException when it cannot be started or does not get ready in time; nothing is left
  ///   running
  static RealPrometheus start(Vertx vertx, Registry registry, Path binary, Settings settings)
      throws IOException, InterruptedException {
    var target = Awaiting.result(exposition(vertx, registry));
    Process process = null;
    var ready = false;
    try {
      var port = free(settings.port());
      var log = settings.folder().resolve("prometheus.log");
      process = launch(binary, port, target.actualPort(), settings, log);
      var version = awaitReady(vertx, process, port, settings.patience(), log);
      ready = true;
      return new RealPrometheus(
          process,
          target,
          "http://127.0.0.1:" + port,
          "prometheus %s (%s)".formatted(version, binary));
    } finally {
      if (!ready) {
        if (process != null) {
          Leash.end(process);
        }
        target.close();
      }
    }
  }

  private static Future<HttpServer> exposition(Vertx vertx, Registry registry) {
    return vertx
        .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
        .requestHandler(request ->
            request
                .response()
                .putHeader("Content-Type", Registry.CONTENT_TYPE)
                .end(registry.exposition()))
        .listen();
  }

  /// Finds out before the start whether the port can be had: somebody else's Prometheus on it would
  /// look like ours getting ready.
  ///
  /// @param wanted 0 for any
  static int free(int wanted) throws IOException {
    try (var socket = new ServerSocket(wanted, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IOException("port " + wanted + " is in use", e);
    }
  }

  private static Process launch(Path binary, int port, int targetPort, Settings settings, Path log)
      throws IOException {
    var folder = Files.createDirectories(settings.folder()).toAbsolutePath();
    var config = folder.resolve("prometheus.yml");
    Files.writeString(config, configuration(settings.scrapeInterval(), targetPort));
    return Leash.start(
        List.of(
            binary.toString(),
            "--config.file=" + config,
            "--storage.tsdb.path=" + folder.resolve("data"),
            "--storage.tsdb.retention.time=6h",
            "--web.listen-address=127.0.0.1:" + port),
        folder,
        log);
  }

  private static String configuration(Duration scrapeInterval, int targetPort) {
    var interval = scrapeInterval.toMillis() + "ms";
    return """
    global:
      scrape_interval: %s
      scrape_timeout: %s
    scrape_configs:
    - job_name: %s
      static_configs:
      - targets: ["127.0.0.1:%d"]
    """
        .formatted(interval, interval, JOB, targetPort);
  }

  /// @return its version
  static String awaitReady(Vertx vertx, Process process, int port, Duration patience, Path log)
      throws IOException, InterruptedException {
    var client = vertx.createHttpClient();
    try {
      var until = System.nanoTime() + patience.toNanos();
      while (System.nanoTime() < until) {
        if (process.waitFor(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IOException(
              "prometheus ended at once with status %d, see %s"
                  .formatted(process.exitValue(), log));
        }
        if (Awaiting.result(get(vertx, client, port, "/-/ready").map(true).otherwise(false))) {
          return Awaiting.result(
              get(vertx, client, port, "/api/v1/status/buildinfo")
                  .map(body -> new JsonObject(body).getJsonObject("data").getString("version"))
                  .otherwise("of unknown version"));
        }
      }
      throw new IOException(
          "prometheus was not ready after %d s, see %s".formatted(patience.toSeconds(), log));
    } finally {
      client.close();
    }
  }

  /// The body of a 200, within a second. On one event loop from the beginning: seen from another
  /// thread, an answer may have ended before there is a handler for its body.
  private static Future<Buffer> get(Vertx vertx, HttpClient client, int port, String path) {
    Promise<Buffer> body = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(_ ->
            client
                .request(HttpMethod.GET, port, "127.0.0.1", path)
                .compose(HttpClientRequest::send)
                .compose(answer ->
                    answer.statusCode() == 200
                        ? answer.body()
                        : Future.failedFuture("status " + answer.statusCode()))
                .timeout(1, TimeUnit.SECONDS)
                .onComplete(body));
    return body.future();
  }

  @Override
  public String url() {
    return url;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public void close() {
    Leash.end(process);
    target.close().toCompletionStage().toCompletableFuture().join();
  }
}
