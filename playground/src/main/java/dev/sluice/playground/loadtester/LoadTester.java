package dev.sluice.playground.loadtester;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The load tester as an HTTP service on loopback, compatible with Flagger's. It runs commands, so
/// web pages must not be able to call it: requests that a browser makes for a page are refused.
public final class LoadTester implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoadTester.class);
  private static final int MOST_TASKS = 32;
  private static final int MOST_BODY_BYTES = 256 * 1024;

  private final Vertx vertx;
  private final ClusterAccess access;
  private final Shell shell;
  private final Duration taskTimeout;
  private final Gates gates = new Gates();
  private final Semaphore room = new Semaphore(MOST_TASKS);
  private final Map<String, Runnable> running = new ConcurrentHashMap<>();
  private final HttpServer server;

  private LoadTester(Vertx vertx, ClusterAccess access, Path folder, Duration taskTimeout) {
    this.vertx = vertx;
    this.access = access;
    this.shell = new Shell(access, folder);
    this.taskTimeout = taskTimeout;
    this.server = vertx.createHttpServer(new HttpServerOptions()).requestHandler(this::requested);
  }

  /// Starts listening and returns when the port is open. Do not call from an event loop.
  ///
  /// @param folder in which commands run; must exist
  /// @param taskTimeout after which a task is ended; Flagger's default is an hour
  /// @param port 0 for any free one
  /// @throws IllegalStateException for a port in use, naming it
  public static LoadTester start(
      Vertx vertx, ClusterAccess access, Path folder, Duration taskTimeout, int port) {
    var tester = new LoadTester(vertx, access, folder, taskTimeout);
    try {
      tester
          .server
          .listen(port, InetAddress.getLoopbackAddress().getHostAddress())
          .toCompletionStage()
          .toCompletableFuture()
          .join();
      return tester;
    } catch (CompletionException e) {
      throw new IllegalStateException(
          "cannot open port " + port + " for the load tester: " + e.getCause(), e);
    }
  }

  /// Where it listens; register it with the network as `flagger-loadtester.test:80`.
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.actualPort());
  }

  /// Tasks under way.
  public int running() {
    return running.size();
  }

  private void requested(HttpServerRequest request) {
    if (request.getHeader("origin") != null || request.getHeader("sec-fetch-site") != null) {
      say(request, 403, "the load tester does not take requests from web pages");
      return;
    }
    var path = request.path() == null ? "/" : request.path();
    switch (path) {
      case "/healthz" -> say(request, 200, "OK");
      case "/gate/approve" -> say(request, 200, "OK");
      case "/gate/halt" -> say(request, 403, "Forbidden");
      case "/gate/check", "/gate/open", "/gate/close" -> post(request, p -> gate(path, "", p));
      case "/rollback/check", "/rollback/open", "/rollback/close" ->
          post(request, p -> gate(path, "rollback.", p));
      case "/" -> post(request, p -> task(request, Task.read(p)));
      default -> say(request, 404, "the load tester has no " + path);
    }
  }

  /// @param status and what the body says
  private record Reply(int status, String body) {}

  private interface Service {
    Future<Reply> serve(String payload);
  }

  private static void post(HttpServerRequest request, Service service) {
    if (!request.method().name().equals("POST")) {
      say(request, 405, "POST a JSON payload");
      return;
    }
    var length = request.getHeader("content-length");
    if (length != null
        && (!length.matches("[0-9]{1,7}") || Integer.parseInt(length) > MOST_BODY_BYTES)) {
      say(request, 413, "the payload is too large");
      return;
    }
    var body = Buffer.buffer();
    request.handler(chunk -> {
      if (body.length() + chunk.length() <= MOST_BODY_BYTES) {
        body.appendBuffer(chunk);
      } else {
        request.connection().close();
      }
    });
    request.endHandler(_ -> served(request, service, body.toString()));
  }

  private static void served(HttpServerRequest request, Service service, String payload) {
    try {
      service
          .serve(payload)
          .onSuccess(reply -> say(request, reply.status, reply.body))
          .onFailure(e -> say(request, 500, String.valueOf(e.getMessage())));
    } catch (IllegalArgumentException e) {
      say(request, 400, String.valueOf(e.getMessage()));
    }
  }

  private Future<Reply> gate(String path, String prefix, String payload) {
    var key = prefix + Task.canary(payload).key();
    var reply =
        switch (path.substring(path.lastIndexOf('/') + 1)) {
          case "open" ->
              gates.open(key) ? new Reply(202, "") : new Reply(503, "too many gates are open");
          case "close" -> {
            gates.close(key);
            yield new Reply(202, "");
          }
          default -> gates.isOpen(key) ? new Reply(200, "Approved") : new Reply(403, "Forbidden");
        };
    return Future.succeededFuture(reply);
  }

  private Future<Reply> task(HttpServerRequest request, Task task) {
    if (!"application/json".equals(mediaType(request))) {
      return Future.succeededFuture(new Reply(415, "tasks are taken as application/json only"));
    }
    var key = task.canary().key() + " " + task.command();
    if (!task.waits() && running.containsKey(key)) {
      return Future.succeededFuture(new Reply(202, ""));
    }
    if (!room.tryAcquire()) {
      return Future.succeededFuture(
          new Reply(503, "the load tester already runs " + MOST_TASKS + " tasks"));
    }
    var name = task.waits() ? key + " " + System.nanoTime() : key;
    var done =
        task.hey().isPresent() ? hey(name, task, task.hey().get()) : shell(name, task, request);
    done.onComplete((outcome, failure) -> {
      running.remove(name);
      room.release();
      log(task, outcome, failure);
    });
    if (!task.waits()) {
      return Future.succeededFuture(new Reply(202, ""));
    }
    return done.map(outcome ->
        outcome.succeeded()
            ? new Reply(200, task.returnOutput() ? outcome.output() : "")
            : new Reply(
                500,
                "command %s failed: %s: %s"
                    .formatted(task.command(), outcome.output(), outcome.why())));
  }

  private Future<Shell.Outcome> hey(String name, Task task, HeyLine line) {
    var run = HeyRun.start(vertx, line, access, task.canary().namespace());
    running.put(name, run::stop);
    var timer = vertx.setTimer(taskTimeout.toMillis(), _ -> run.stop());
    return run.finished()
        .map(report -> {
          vertx.cancelTimer(timer);
          return new Shell.Outcome(true, report.toString(), "");
        });
  }

  /// The command ends with its caller when that one waits for it.
  private Future<Shell.Outcome> shell(String name, Task task, HttpServerRequest request) {
    var promise = Promise.<Shell.Outcome>promise();
    try {
      var process = shell.start(task.shell(), task.command(), task.canary().namespace());
      running.put(name, process::stop);
      if (task.waits()) {
        request.response().closeHandler(_ -> process.stop());
      }
      Thread.ofVirtual()
          .start(() -> {
            try {
              promise.complete(process.await(taskTimeout));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              promise.fail(e);
            }
          });
    } catch (IOException e) {
      promise.complete(new Shell.Outcome(false, "", String.valueOf(e.getMessage())));
    }
    return promise.future();
  }

  private static void log(Task task, Shell.@Nullable Outcome outcome, @Nullable Throwable failure) {
    if (outcome != null && outcome.succeeded()) {
      LOG.atInfo()
          .addKeyValue("canary", task.canary().key())
          .addKeyValue("command", task.command())
          .addKeyValue("output", outcome.output())
          .log("task finished");
    } else {
      LOG.atWarn()
          .addKeyValue("canary", task.canary().key())
          .addKeyValue("command", task.command())
          .addKeyValue("why", outcome == null ? String.valueOf(failure) : outcome.why())
          .log("task failed");
    }
  }

  private static String mediaType(HttpServerRequest request) {
    var type = request.getHeader("content-type");
    return type == null ? "" : type.split(";", 2)[0].strip();
  }

  private static void say(HttpServerRequest request, int status, String text) {
    var response = request.response();
    if (!response.closed() && !response.ended()) {
      response
          .setStatusCode(status)
          .putHeader("content-type", "text/plain; charset=utf-8")
          .end(text);
    }
  }

  /// Ends every task.
  @Override
  public void close() {
    running.values().forEach(Runnable::run);
    server.close();
  }
}
