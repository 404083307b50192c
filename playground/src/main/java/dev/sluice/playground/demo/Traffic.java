package dev.sluice.playground.demo;

import dev.sluice.playground.network.TrafficStats;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/// Users of the app: a steady stream of requests from outside, through the gateway; and how they
/// fared lately.
final class Traffic implements AutoCloseable {
  private static final long EVERY_MILLIS = 50;
  private static final long TIMEOUT_MILLIS = 5_000;
  private static final Duration WINDOW = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final HttpClient client;
  private final TrafficStats stats;
  private final long timer;
  private final Deque<Mark> marks = new ArrayDeque<>();

  private record Mark(Instant at, Map<TrafficStats.Way, Long> counts) {}

  /// @param failing share of the requests, 0 to 1; 0 when there were none
  record Rate(double perSecond, double failing) {}

  Traffic(Vertx vertx, TrafficStats stats, int gatewayPort) {
    this.vertx = vertx;
    this.stats = stats;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout(2_000),
            new PoolOptions().setHttp1MaxSize(32));
    this.timer = vertx.setPeriodic(EVERY_MILLIS, _ -> send(gatewayPort));
  }

  private void send(int port) {
    client
        .request(HttpMethod.GET, port, "127.0.0.1", "/")
        .compose(request ->
            request
                .putHeader("host", Releases.HOST)
                .idleTimeout(TIMEOUT_MILLIS)
                .send()
                .compose(response -> response.end()));
  }

  /// Call from one thread, a few times a second.
  void mark(Instant now) {
    marks.addLast(new Mark(now, stats.snapshot()));
    while (marks.size() > 2 && marks.peekFirst().at().isBefore(now.minus(WINDOW))) {
      marks.removeFirst();
    }
  }

  /// How requests to the app fared that were sent on to this Service.
  Rate lately(String service) {
    if (marks.size() < 2) {
      return new Rate(0, 0);
    }
    var first = marks.peekFirst();
    var last = marks.peekLast();
    var full = service + "." + Releases.NAMESPACE + ".svc.cluster.local";
    long all = 0;
    long failed = 0;
    for (var count : last.counts().entrySet()) {
      var way = count.getKey();
      if (way.host().equals(Releases.HOST) && way.destination().equals(full)) {
        long more = count.getValue() - first.counts().getOrDefault(way, 0L);
        all += more;
        failed += way.code() == 0 || way.code() >= 500 ? more : 0;
      }
    }
    double seconds = Duration.between(first.at(), last.at()).toMillis() / 1000.0;
    return all == 0 || seconds <= 0
        ? new Rate(0, 0)
        : new Rate(all / seconds, (double) failed / all);
  }

  @Override
  public void close() {
    vertx.cancelTimer(timer);
    client.close();
  }
}
