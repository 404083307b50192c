package dev.sluice.playground.metrics;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The embedded answer to PromQL, served like a Prometheus.
final class EmbeddedPrometheus implements PrometheusServer {
  private static final int MAX_BODY = 64 * 1024;

  private final Vertx vertx;
  private final HttpServer server;
  private final long timer;
  private final String why;

  private EmbeddedPrometheus(Vertx vertx, HttpServer server, long timer, String why) {
    this.vertx = vertx;
    this.server = server;
    this.timer = timer;
    this.why = why;
  }

  static EmbeddedPrometheus start(
      Vertx vertx, Registry registry, InstantSource clock, Settings settings, String why)
      throws IOException, InterruptedException {
    var store = new SeriesStore();
    var api = new QueryApi(store);
    var options = new HttpServerOptions().setHost("127.0.0.1").setPort(settings.port());
    HttpServer server;
    try {
      server =
          Awaiting.result(
              vertx.createHttpServer(options).requestHandler(router(vertx, api, clock)).listen());
    } catch (IOException e) {
      throw new IOException(
          "the metrics cannot listen on 127.0.0.1:%d: %s; choose another port or end what uses it"
              .formatted(settings.port(), e.getMessage()),
          e);
    }
    var target = Map.of("job", RealPrometheus.JOB, "instance", "127.0.0.1:" + server.actualPort());
    var timer =
        vertx.setPeriodic(
            settings.scrapeInterval().toMillis(),
            _ -> store.scrape(registry, target, clock.instant()));
    return new EmbeddedPrometheus(vertx, server, timer, why);
  }

  private static Router router(Vertx vertx, QueryApi api, InstantSource clock) {
    var router = Router.router(vertx);
    router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
    router.get().handler(ctx -> answer(ctx, vertx, api, clock));
    router.post().handler(ctx -> answer(ctx, vertx, api, clock));
    return router;
  }

  private static void answer(RoutingContext ctx, Vertx vertx, QueryApi api, InstantSource clock) {
    var parameters = new LinkedHashMap<String, List<String>>();
    collect(ctx.queryParams(), parameters);
    collect(ctx.request().formAttributes(), parameters);
    var path = ctx.normalizedPath();
    vertx
        .executeBlocking(() -> api.answer(path, parameters, clock.instant()), false)
        .onSuccess(reply ->
            ctx.response()
                .setStatusCode(reply.status())
                .putHeader("Content-Type", reply.contentType())
                .end(Buffer.buffer(reply.body())))
        .onFailure(ctx::fail);
  }

  private static void collect(MultiMap from, Map<String, List<String>> to) {
    from.names().forEach(name -> to.putIfAbsent(name, List.copyOf(from.getAll(name))));
  }

  @Override
  public String url() {
    return "http://127.0.0.1:" + server.actualPort();
  }

  @Override
  public String description() {
    return "embedded metrics (" + why + ")";
  }

  @Override
  public void close() {
    vertx.cancelTimer(timer);
    server.close().toCompletionStage().toCompletableFuture().join();
  }
}
