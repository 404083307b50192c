package dev.sluice.playground.sample;

import dev.sluice.playground.metrics.Registry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One small HTTP server per running pod, on a loopback port that the system chooses. Do not call
/// from an event loop: starting waits until the server listens.
public final class PodServers implements PodRuntime, PodNetwork, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PodServers.class);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int MAX_HEADER_BYTES = 16 * 1024;

  private final Vertx vertx;
  private final InstantSource clock;
  private final Registry registry;
  private final AppLogs logs = new AppLogs();
  private final Meter meter = new Meter();
  private final Map<String, Running> byIp = new ConcurrentHashMap<>();

  public PodServers(Vertx vertx) {
    this(vertx, InstantSource.system(), new Registry());
  }

  /// @param clock says when a line was printed
  /// @param registry takes what the apps measure of themselves
  public PodServers(Vertx vertx, InstantSource clock, Registry registry) {
    this.vertx = vertx;
    this.clock = clock;
    this.registry = registry;
  }

  private record Running(PodFacts facts, HttpServer server, AppLog log) {}

  /// What the pods' apps print.
  public AppLogs logs() {
    return logs;
  }

  @Override
  public synchronized void run(PodFacts pod) {
    var running = byIp.get(pod.ip());
    if (running != null && running.facts().uid().equals(pod.uid())) {
      if (!running.facts().equals(pod)) {
        byIp.put(pod.ip(), new Running(pod, running.server(), running.log()));
      }
      return;
    }
    var server = vertx.createHttpServer(new HttpServerOptions().setMaxHeaderSize(MAX_HEADER_BYTES));
    var log = logs.start(pod.uid());
    server.requestHandler(request -> serve(request, pod, log));
    var listening = listen(server, pod);
    log.print(clock.instant(), SampleApp.greeting(pod));
    byIp.put(pod.ip(), new Running(pod, listening, log));
  }

  private static HttpServer listen(HttpServer server, PodFacts pod) {
    try {
      return server
          .listen(0, LOOPBACK.getHostAddress())
          .toCompletionStage()
          .toCompletableFuture()
          .get(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting pod " + pod.name(), e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("cannot listen on loopback for pod " + pod.name(), e);
    }
  }

  private void serve(HttpServerRequest request, PodFacts started, AppLog log) {
    var running = byIp.get(started.ip());
    var facts = running == null ? started : running.facts();
    var began = clock.instant();
    meter.served(facts, began);
    var asked = new SampleApp.Request(request.method().name(), request.path());
    var reply = SampleApp.answer(asked, facts, ThreadLocalRandom.current());
    if (reply.delay().isZero()) {
      send(request, reply);
      measure(facts, reply, Duration.ZERO);
      log.print(began, SampleApp.logLine(asked, reply, Duration.ZERO));
      return;
    }
    request.pause();
    vertx.setTimer(
        Math.max(1, reply.delay().toMillis()),
        _ -> {
          send(request, reply);
          var now = clock.instant();
          measure(facts, reply, Duration.between(began, now));
          log.print(now, SampleApp.logLine(asked, reply, Duration.between(began, now)));
        });
  }

  /// As an application with a Prometheus client does, with the labels that a scrape of pods adds.
  private void measure(PodFacts pod, SampleApp.Reply reply, Duration took) {
    registry.observe(
        "http_request_duration_seconds",
        Map.of(
            "kubernetes_namespace", pod.namespace(),
            "kubernetes_pod_name", pod.name(),
            "status", String.valueOf(reply.status())),
        took.toNanos() / 1e9);
  }

  private static void send(HttpServerRequest request, SampleApp.Reply reply) {
    request.resume();
    var response = request.response();
    if (response.closed()) {
      return;
    }
    response.setStatusCode(reply.status());
    if (reply.body().length == 0) {
      response.end();
      return;
    }
    response.putHeader("content-type", reply.contentType());
    response.end(Buffer.buffer(reply.body()));
  }

  @Override
  public Meter.Work work(String uid, Instant now) {
    return meter.of(uid, now);
  }

  /// Returns once nobody listens any more. Not for event loops.
  @Override
  public synchronized void stop(String uid) {
    meter.forget(uid);
    byIp.values()
        .removeIf(running -> {
          boolean hit = running.facts().uid().equals(uid);
          if (hit) {
            close(running);
            logs.end(uid, clock.instant());
          }
          return hit;
        });
  }

  private static void close(Running running) {
    try {
      running.server().close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.atWarn().setCause(e).addKeyValue("pod", running.facts().name()).log("pod still listens");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Optional<PodFacts> pod(String ip) {
    return Optional.ofNullable(byIp.get(ip)).map(Running::facts);
  }

  @Override
  public Optional<InetSocketAddress> address(String ip, int port) {
    var running = byIp.get(ip);
    return running == null || !running.facts().listensOn(port)
        ? Optional.empty()
        : Optional.of(new InetSocketAddress(LOOPBACK, running.server().actualPort()));
  }

  @Override
  public synchronized void close() {
    byIp.values().forEach(running -> running.server().close());
    byIp.clear();
  }
}
