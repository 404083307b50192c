package dev.sluice.controller.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Provider;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.compare.Tolerance;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.analysis.traffic.Sides;
import dev.sluice.analysis.traffic.Workload;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.http.AnalysisHttp;
import dev.sluice.controller.http.LocalServer;
import dev.sluice.controller.http.ResilientHttp;
import dev.sluice.controller.loop.Loop;
import dev.sluice.controller.loop.LoopGauges;
import dev.sluice.crds.ObjectRef;
import dev.sluice.playground.metrics.QueryApi;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.metrics.SeriesStore;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// On the wall clock, over HTTP, in the loop's own threads.
@Timeout(60)
class TicksOverHttpTest {
  private final Instant released =
      Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofMinutes(1));
  private final BlockingQueue<ObjectRef> news = new LinkedBlockingQueue<>();

  @Test
  void aPrometheusThatHangsHoldsUpNoOtherAndIsNotAskedAgain() throws Exception {
    var vertx = Vertx.vertx();
    var prometheus = new QueryApi(scraped());
    var made = new CompletableFuture<Loop>();
    var served = new CompletableFuture<LocalServer>();
    try (var http = ResilientHttp.over(vertx, ResilientHttp.Limits.DEFAULT);
        var hanging = new LocalServer(vertx, _ -> {});
        var answering =
            new LocalServer(vertx, request -> answer(prometheus, served.join(), request))) {
      var ticks =
          new Ticks(
              new AnalysisHttp(http, Optional.empty()),
              (key, at) -> made.join().lookAt(key, at),
              news::add,
              CompareGauges.NONE,
              InstantSource.system());
      try (var loop =
          new Loop(Map.of(Ticks.KIND, ticks), InstantSource.system(), 8, unmeasured())) {
        made.complete(loop);
        served.complete(answering);
        Thread.ofVirtual().start(() -> run(loop));
        ticks.follow(Shops.ref("waits"), List.of(following("waits", hanging.uri(""))));
        ticks.follow(Shops.ref("cart"), List.of(following("cart", answering.uri(""))));

        assertThat(news.poll(40, TimeUnit.SECONDS)).isEqualTo(Shops.ref("cart"));

        assertThat(ticks.latest(Shops.ref("cart")).orElseThrow().verdict())
            .isInstanceOf(Verdict.Rollback.class);
        assertThat(ticks.latest(Shops.ref("waits"))).isEmpty();
        assertThat(hanging.seen()).hasSize(1);
      }
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
  }

  private static void run(Loop loop) {
    try {
      loop.run();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Every second from a minute before the release on; one in five of the canary's requests fails.
  private SeriesStore scraped() {
    var store = new SeriesStore();
    var registry = new Registry();
    for (int second = -60; second < 60; second++) {
      registry.inc("istio_requests_total", labels("cart-primary", "200"), 90);
      if (second > 0) {
        registry.inc("istio_requests_total", labels("cart", "200"), 8);
        registry.inc("istio_requests_total", labels("cart", "500"), 2);
      }
      store.scrape(registry, Map.of("instance", "10.0.0.7:15020"), released.plusSeconds(second));
    }
    return store;
  }

  private static Map<String, String> labels(String workload, String code) {
    return Map.of(
        "reporter", "source",
        "source_workload", "gateway",
        "source_workload_namespace", "istio-system",
        "destination_workload", workload,
        "destination_workload_namespace", "prod",
        "response_code", code);
  }

  private Following following(String app, URI provider) {
    var everySecond =
        new ComparisonPolicy(
            1,
            0.01,
            new Tolerance(1.1, 1e-4),
            new Tolerance(1.5, 0.005),
            0.005,
            0.99,
            null,
            List.of(),
            0,
            false);
    return new Following(
        "revision-1",
        Provider.prometheus(provider.toString()),
        new Following.Requests(
            new Sides(new Workload("prod", app), new Workload("prod", app + "-primary"), app),
            Definition.TABLE,
            false),
        everySecond,
        released);
  }

  /// The questions come one after the other.
  private static void answer(QueryApi prometheus, LocalServer server, HttpServerRequest request) {
    var form = new LinkedHashMap<String, List<String>>();
    for (var pair : server.seen().getLast().body().split("&", -1)) {
      var both = pair.split("=", 2);
      form.put(both[0], List.of(URLDecoder.decode(both[1], StandardCharsets.UTF_8)));
    }
    var reply = prometheus.answer(request.path(), form, Instant.now());
    request.response().setStatusCode(reply.status()).end(Buffer.buffer(reply.body()));
  }

  private static LoopGauges unmeasured() {
    return new LoopGauges() {
      @Override
      public void late(Duration by) {}

      @Override
      public void passed(Kind kind, Duration took) {}
    };
  }
}
