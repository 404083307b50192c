package dev.sluice.playground.page;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.network.RecentTraffic;
import dev.sluice.playground.network.TrafficStats;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves the page and what it shows, on loopback. The cluster is looked at once a second, and only
/// while somebody looks at the page.
public final class PageServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PageServer.class);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration REMEMBERED = Duration.ofMinutes(3);
  private static final int MOST_VIEWERS = 50;
  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "page.css", "text/css; charset=utf-8",
          "page.js", "text/javascript; charset=utf-8");

  private final HttpServer server;
  private final ApiServer api;
  private final RecentTraffic traffic;
  private final InstantSource clock;
  private final Vertx vertx;
  private final Consumer<ObjectNode> adds;
  private final List<HttpServerResponse> viewers = new CopyOnWriteArrayList<>();
  private final AtomicBoolean looking = new AtomicBoolean();
  private long timer;

  private PageServer(
      Vertx vertx,
      ApiServer api,
      TrafficStats stats,
      InstantSource clock,
      Consumer<ObjectNode> adds) {
    this.vertx = vertx;
    this.api = api;
    this.traffic = new RecentTraffic(stats, REMEMBERED);
    this.clock = clock;
    this.adds = adds;
    this.server =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setHost("127.0.0.1")
                .setMaxHeaderSize(16_384)
                .setHttp2ClearTextEnabled(false));
  }

  /// @param port 0 for any
  /// @param adds puts into each picture what is not in the API, such as alerts
  /// @throws IOException when the port is taken
  public static PageServer start(
      Vertx vertx,
      ApiServer api,
      TrafficStats stats,
      InstantSource clock,
      int port,
      Consumer<ObjectNode> adds)
      throws IOException, InterruptedException {
    var page = new PageServer(vertx, api, stats, clock, adds);
    page.server.requestHandler(page::answer);
    try {
      page.server.listen(port).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the page cannot listen on port " + port, e);
    }
    page.timer = vertx.setPeriodic(SECOND.toMillis(), _ -> page.beat());
    return page;
  }

  /// Such as `http://127.0.0.1:40005/`.
  public String url() {
    return "http://127.0.0.1:" + server.actualPort() + "/";
  }

  private void answer(HttpServerRequest request) {
    var response = request.response();
    response
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Frame-Options", "DENY")
        .putHeader(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                + " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    if (!own(request)) {
      text(response, 421, "this page is at " + url() + "\n");
    } else if (!request.method().equals(HttpMethod.GET)) {
      text(response.putHeader("Allow", "GET"), 405, "only GET\n");
    } else {
      switch (request.path()) {
        case "/" -> file(response, "index.html");
        case "/page.css", "/page.js" -> file(response, request.path().substring(1));
        case "/state" -> state(response);
        case "/stream" -> stream(response);
        default -> text(response, 404, "nothing here; the page is at " + url() + "\n");
      }
    }
  }

  /// A page of another origin whose name points to this machine must not read this one.
  private boolean own(HttpServerRequest request) {
    var host = String.valueOf(request.getHeader("host"));
    int port = server.actualPort();
    return Set.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port).contains(host);
  }

  private static void text(HttpServerResponse response, int status, String text) {
    response.setStatusCode(status).putHeader("Content-Type", "text/plain; charset=utf-8").end(text);
  }

  private static void file(HttpServerResponse response, String name) {
    try (var in = PageServer.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("the jar lacks " + name);
      }
      response.putHeader("Content-Type", TYPES.get(name)).end(Buffer.buffer(in.readAllBytes()));
    } catch (IOException e) {
      LOG.atWarn().setCause(e).log("a part of the page cannot be read");
      text(response, 500, "the page cannot be read\n");
    }
  }

  private void state(HttpServerResponse response) {
    vertx
        .executeBlocking(this::look, false)
        .onSuccess(picture -> response.putHeader("Content-Type", "application/json").end(picture))
        .onFailure(e -> {
          LOG.atWarn().setCause(e).log("the cluster could not be looked at");
          text(response, 500, "the cluster cannot be looked at\n");
        });
  }

  private String look() {
    var picture = Picture.of(Cluster.read(api), traffic, clock.instant());
    adds.accept(picture);
    return picture.toString();
  }

  private void stream(HttpServerResponse response) {
    if (viewers.size() >= MOST_VIEWERS) {
      text(response, 503, "too many pages are open\n");
      return;
    }
    response.setChunked(true).putHeader("Content-Type", "text/event-stream");
    response.closeHandler(_ -> viewers.remove(response));
    response.exceptionHandler(_ -> viewers.remove(response));
    response.write("retry: 1000\n\n");
    viewers.add(response);
    show();
  }

  private void beat() {
    mark();
    show();
  }

  /// Takes the present counts of requests.
  void mark() {
    traffic.mark(clock.instant());
  }

  /// One look for all; a viewer that does not read misses pictures.
  private void show() {
    if (viewers.isEmpty() || !looking.compareAndSet(false, true)) {
      return;
    }
    vertx
        .executeBlocking(this::look, false)
        .onSuccess(picture ->
            viewers.forEach(viewer -> {
              if (!viewer.closed() && !viewer.writeQueueFull()) {
                viewer.write("data: " + picture + "\n\n");
              }
            }))
        .onFailure(e -> LOG.atWarn().setCause(e).log("the cluster could not be looked at"))
        .onComplete(_ -> looking.set(false));
  }

  @Override
  public void close() {
    vertx.cancelTimer(timer);
    server.close();
  }
}
