package dev.sluice.playground.loadtester;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// Runs one line of `hey` through the cluster's network. Redirects are not followed. Lives on one
/// event loop.
final class HeyRun {

  /// @param statuses how many answers had which status; 0 for requests without an answer
  record Report(Map<Integer, Long> statuses, Duration took, Duration slowest) {
    long requests() {
      return statuses.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public String toString() {
      var seconds = Math.max(0.001, took.toMillis() / 1000.0);
      var text =
          new StringBuilder(
              "requests: %d in %.1f s, %.1f per second, slowest %d ms%n"
                  .formatted(requests(), seconds, requests() / seconds, slowest.toMillis()));
      statuses.forEach((status, count) ->
          text.append(status == 0 ? "no answer" : "[" + status + "]")
              .append(": ")
              .append(count)
              .append('\n'));
      return text.toString();
    }
  }

  private final Vertx vertx;
  private final Context context;
  private final HeyLine line;
  private final ClusterAccess access;
  private final String namespace;
  private final HttpClient client;
  private final Promise<Report> finished = Promise.promise();
  private final Map<Integer, Long> statuses = new TreeMap<>();
  private final long start = System.nanoTime();
  private long slowest;
  private int issued;
  private int working;
  private boolean stopped;

  private HeyRun(Vertx vertx, HeyLine line, ClusterAccess access, String namespace) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.line = line;
    this.access = access;
    this.namespace = namespace;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setKeepAlive(line.keepAlive()),
            new PoolOptions().setHttp1MaxSize(line.workers()));
  }

  /// @param namespace of the canary: bare names in the address mean its Services
  static HeyRun start(Vertx vertx, HeyLine line, ClusterAccess access, String namespace) {
    var run = new HeyRun(vertx, line, access, namespace);
    run.context.runOnContext(_ -> run.begin());
    return run;
  }

  /// Completes when the last answer is there.
  Future<Report> finished() {
    return finished.future();
  }

  /// No further requests; those under way get their answers.
  void stop() {
    context.runOnContext(_ -> stopped = true);
  }

  private void begin() {
    line.duration().ifPresent(d -> vertx.setTimer(d.toMillis(), _ -> stopped = true));
    working = line.workers();
    for (var i = 0; i < line.workers(); i++) {
      work(System.nanoTime());
    }
  }

  /// One worker: a request after the other, no more of them than the rate allows.
  private void work(long due) {
    var wait = (due - System.nanoTime()) / 1_000_000;
    if (!more()) {
      leave();
    } else if (wait >= 1) {
      // Short waits, so that a stopped run ends soon.
      vertx.setTimer(Math.min(wait, 200), _ -> work(due));
    } else {
      issued++;
      var began = System.nanoTime();
      var next = line.perSecond() > 0 ? due + (long) (1e9 / line.perSecond()) : began;
      request()
          .onComplete((status, _) -> {
            statuses.merge(status == null ? 0 : status, 1L, Long::sum);
            slowest = Math.max(slowest, System.nanoTime() - began);
            // A slow answer does not make the next ones come in a burst.
            work(Math.max(next, System.nanoTime() - 1_000_000));
          });
    }
  }

  private boolean more() {
    return !stopped && (line.duration().isPresent() || issued < line.requests());
  }

  private void leave() {
    if (--working == 0) {
      client.close();
      finished.complete(
          new Report(
              new TreeMap<>(statuses),
              Duration.ofNanos(System.nanoTime() - start),
              Duration.ofNanos(slowest)));
    }
  }

  private Future<Integer> request() {
    var options =
        new RequestOptions()
            .setHost("127.0.0.1")
            .setPort(access.proxyPort())
            .setMethod(HttpMethod.valueOf(line.method()))
            .setURI(line.url().toString());
    if (!line.timeout().isZero()) {
      options.setTimeout(line.timeout().toMillis());
    }
    return client
        .request(options)
        .compose(request -> {
          request.putHeader("user-agent", "hey/0.0.1");
          line.headers().forEach(h -> request.putHeader(h.name(), h.value()));
          var host = line.host().isEmpty() ? line.url().getRawAuthority() : line.host();
          request.putHeader("host", host);
          request.putHeader("proxy-authorization", access.credentials(namespace));
          return line.body().isEmpty() ? request.send() : request.send(Buffer.buffer(line.body()));
        })
        .compose(answer -> answer.end().map(answer.statusCode()));
  }
}
