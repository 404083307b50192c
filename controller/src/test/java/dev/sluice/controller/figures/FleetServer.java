package dev.sluice.controller.figures;

import dev.sluice.controller.virtual.CountedApi;
import dev.sluice.controller.virtual.PromptDeployments;
import dev.sluice.playground.api.HttpFront;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.store.ObjectLog;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/// A process with the playground's API server over HTTP, a [Fleet] in it and a Prometheus that says
/// that all is well; so that the controller beside it has a heap and a clock of its own. Told what
/// to do by lines of its input, each answered by one line.
final class FleetServer {
  private static final int LOOK_MILLIS = 20;

  private final CountedApi api;
  private final Lateness lateness = new Lateness();
  private final IntSupplier objects;
  private int size;

  private FleetServer(CountedApi api, IntSupplier objects) {
    this.api = api;
    this.objects = objects;
  }

  /// @param arguments the root of the repository, and a folder for the objects
  public static void main(String[] arguments) throws Exception {
    try (ObjectLog log =
        ObjectLog.open(
            Path.of(arguments[1]),
            KubernetesApi.FIRST_VERSION,
            KubernetesApi.KEPT_CHANGES,
            line -> {})) {
      serve(
          new CountedApi(
              new KubernetesApi(
                  InstantSource.system(), new Random(1), Users.EVERYBODY, log.storage())),
          () -> log.storage().everything().size(),
          arguments);
    }
  }

  private static void serve(CountedApi api, IntSupplier objects, String[] arguments)
      throws Exception {
    Fleet.define(api, Path.of(arguments[0]));
    FleetServer server = new FleetServer(api, objects);
    Vertx vertx = Vertx.vertx();
    PromptDeployments deployments = new PromptDeployments(api.uncounted());
    try (ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
        HttpFront front = HttpFront.start(vertx, api, 0)) {
      var _ =
          thread.scheduleWithFixedDelay(
              deployments::run, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
      HttpServer prometheus = server.prometheus(vertx);
      System.out.println(front.url() + " http://127.0.0.1:" + prometheus.actualPort());
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(server.answer(line.split(" ", 3)));
      }
    } finally {
      vertx.close();
    }
  }

  private HttpServer prometheus(Vertx vertx) throws Exception {
    return vertx
        .createHttpServer()
        .requestHandler(request ->
            request
                .body()
                .onSuccess(body -> {
                  Instant now = Instant.now();
                  lateness.asked(body.toString(StandardCharsets.UTF_8), now);
                  request
                      .response()
                      .putHeader("content-type", "application/json")
                      .end(Buffer.buffer(SyntheticPrometheus.answer(body.getBytes(), now)));
                }))
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private String answer(String[] words) throws IOException {
    Fleet fleet = new Fleet(api.uncounted(), size);
    return switch (words[0]) {
      case "create" -> {
        size = Integer.parseInt(words[1]);
        new Fleet(api.uncounted(), size).create();
        yield "created";
      }
      case "release" -> {
        fleet.release(Integer.parseInt(words[1]), words[2]);
        yield "released";
      }
      case "phases" -> fleet.phases().toString();
      case "calls" -> api.take().toString();
      case "objects" -> Integer.toString(objects.getAsInt());
      case "first" -> api.firstWrite().map(at -> Long.toString(at.toEpochMilli())).orElse("none");
      case "lateness" -> lateness.take().toLine();
      default -> "unknown";
    };
  }
}
