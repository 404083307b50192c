package dev.sluice.playground.demo;

import dev.sluice.playground.network.RecentTraffic;
import dev.sluice.playground.network.TrafficStats;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.time.Instant;

/// Users of the app: a steady stream of requests from outside, through the gateway; and how they
/// fared lately.
public final class Traffic implements AutoCloseable {
  private static final long TIMEOUT_MILLIS = 5_000;
  private static final Duration WINDOW = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final HttpClient client;
  private final RecentTraffic recent;
  private final long timer;

  /// @param perSecond 1 to 500
  public Traffic(Vertx vertx, TrafficStats stats, int gatewayPort, int perSecond) {
    this.vertx = vertx;
    this.recent = new RecentTraffic(stats, WINDOW);
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout(2_000),
            new PoolOptions().setHttp1MaxSize(32));
    this.timer = vertx.setPeriodic(Math.max(2, 1_000 / perSecond), _ -> send(gatewayPort));
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

  /// Call a few times a second.
  void mark(Instant now) {
    recent.mark(now);
  }

  /// How requests to the app fared that were sent on to this Service.
  RecentTraffic.Rate lately(String service) {
    var full = service + "." + Releases.NAMESPACE + ".svc.cluster.local";
    return recent.lately(
        WINDOW, way -> way.host().equals(Releases.HOST) && way.destination().equals(full));
  }

  @Override
  public void close() {
    vertx.cancelTimer(timer);
    client.close();
  }
}
