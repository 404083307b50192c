package dev.sluice.controller.compare;

import dev.sluice.analysis.Http;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.counters.BothSides;
import dev.sluice.analysis.counters.OwnCounters;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.analysis.traffic.Sides;
import dev.sluice.analysis.traffic.Workload;
import dev.sluice.controller.loop.DueQueue;
import dev.sluice.controller.loop.Key;
import dev.sluice.crds.ObjectRef;
import dev.sluice.playground.metrics.QueryApi;
import dev.sluice.playground.metrics.Registry;
import dev.sluice.playground.metrics.SeriesStore;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Apps under analysis behind one gateway, a Prometheus that scrapes it every ten seconds, and what
/// follows them, all on a clock that only [#runUntil] moves. Every app's primary gets 90 requests a
/// second and its canary 10, in an order that chance has no part in.
final class Shops {
  static final Instant RELEASED = Instant.parse("2026-01-01T00:00:00Z");
  static final Duration TICK = Duration.ofSeconds(10);

  private final Map<String, Integer> failing = new TreeMap<>();
  private final Map<String, Integer> orders = new TreeMap<>();
  private final Registry registry = new Registry(50_000);
  private SeriesStore store = new SeriesStore(Duration.ofHours(6), 500_000);
  private Instant now = RELEASED.minus(Duration.ofMinutes(5));
  private Instant nextScrape = now;
  private boolean down;
  private String tooMuch = "nothing is";
  private Duration slow = Duration.ZERO;
  private boolean podsTell;

  /// Several questions may be under way at once.
  final List<String> asked = Collections.synchronizedList(new ArrayList<>());

  final List<String> news = new ArrayList<>();
  private DueQueue<Key> queue = new DueQueue<>();
  private Ticks ticks = start();

  private Ticks start() {
    queue = new DueQueue<>();
    ticks =
        new Ticks(
            this::answer,
            queue::add,
            canary -> news.add(now + " " + canary.name()),
            CompareGauges.NONE,
            () -> now);
    return ticks;
  }

  /// As `kill -9` and a start.
  Shops restart() {
    start();
    return this;
  }

  /// An app with its primary; it can be released.
  ///
  /// @param failing of a hundred requests to the canary; one in a thousand fails anyway
  Shops app(String name, int failing) {
    this.failing.put(name, failing);
    return this;
  }

  /// The app's own counters: of a hundred orders at the canary so many fail, and one in a hundred
  /// at the primary. The mesh sees nothing of it.
  Shops orders(String name, int failing) {
    orders.put(name, failing);
    return this;
  }

  Shops prometheusDown(boolean is) {
    down = is;
    return this;
  }

  /// Whatever is asked about this workload is too much to answer.
  Shops tooMuchAbout(String workload) {
    tooMuch = workload;
    return this;
  }

  /// So long every answer takes.
  Shops prometheusTakes(Duration time) {
    slow = time;
    return this;
  }

  /// From the next scrape on the pods' proxies are scraped, too, and say what the gateway said.
  Shops podsTell() {
    podsTell = true;
    return this;
  }

  Shops prometheusForgetsAll() {
    store = new SeriesStore(Duration.ofHours(6), 500_000);
    return this;
  }

  Ticks ticks() {
    return ticks;
  }

  static ObjectRef ref(String app) {
    return new ObjectRef("prod", app);
  }

  static Following following(String app) {
    return following(app, "revision-1", Provider.prometheus("http://prometheus:9090"));
  }

  static Following following(String app, String run, Provider provider) {
    return new Following(
        run,
        provider,
        new Following.Requests(
            new Sides(new Workload("prod", app), new Workload("prod", app + "-primary"), app),
            Definition.TABLE,
            true),
        ComparisonPolicy.DEFAULT,
        RELEASED);
  }

  /// How the app's orders are compared.
  static Following followingOrders(String app) {
    return new Following(
        "revision-1",
        Provider.prometheus("http://prometheus:9090"),
        new Following.Own(
            "failed orders",
            new OwnCounters.Share(
                BothSides.of(
                    "orders_failed_total{deployment=\"%s\"}".formatted(app),
                    "orders_failed_total{deployment=\"%s-primary\"}".formatted(app)),
                BothSides.of(
                    "orders_total{deployment=\"%s\"}".formatted(app),
                    "orders_total{deployment=\"%s-primary\"}".formatted(app)))),
        ComparisonPolicy.DEFAULT.oneOf(2).ofOwn(ComparisonPolicy.DEFAULT.errors()),
        RELEASED);
  }

  /// By requests and orders.
  Shops followBoth(String app) {
    ticks.follow(ref(app), List.of(following(app), followingOrders(app)));
    return this;
  }

  Shops follow(String app) {
    ticks.follow(ref(app), List.of(following(app)));
    return this;
  }

  Optional<Compared> latest(String app) {
    return ticks.latest(ref(app));
  }

  Instant now() {
    return now;
  }

  /// Until so long after the release.
  Shops runUntil(Duration afterRelease) {
    Instant end = RELEASED.plus(afterRelease);
    while (true) {
      Instant due = queue.nextDue().filter(nextScrape::isAfter).orElse(nextScrape);
      if (due.isAfter(end)) {
        now = end;
        return this;
      }
      now = due.isAfter(now) ? due : now;
      while (!now.isBefore(nextScrape)) {
        scrape(nextScrape);
        nextScrape = nextScrape.plus(TICK);
      }
      for (var next : queue.take(now, Integer.MAX_VALUE)) {
        ticks.reconcile(next.key().ref(), now).ifPresent(at -> queue.add(next.key(), at));
        queue.done(next.key());
      }
    }
  }

  private void scrape(Instant at) {
    boolean released = at.isAfter(RELEASED);
    failing.forEach((app, percent) -> {
      requests(app + "-primary", 900, 1);
      if (released) {
        requests(app, 100, percent);
      }
    });
    orders.forEach((app, percent) -> {
      orders(app + "-primary", 900, 9);
      if (released) {
        orders(app, 100, percent);
      }
    });
    store.scrape(registry, Map.of("job", "istio", "instance", "10.0.0.7:15020"), at);
  }

  private void orders(String deployment, int count, int failed) {
    registry.inc("orders_total", Map.of("deployment", deployment), count);
    registry.inc("orders_failed_total", Map.of("deployment", deployment), failed);
  }

  private void requests(String workload, int count, int failed) {
    count(workload, "200", count - failed);
    count(workload, "500", failed);
    bucket(workload, "50", count * 8 / 10);
    bucket(workload, "100", count * 95 / 100);
    bucket(workload, "500", count);
    bucket(workload, "+Inf", count);
  }

  private void bucket(String workload, String le, int count) {
    Map<String, String> labels = new TreeMap<>(labels("source", workload, "200"));
    labels.put("le", le);
    registry.inc("istio_request_duration_milliseconds_bucket", labels, count);
  }

  private void count(String workload, String code, int count) {
    if (count > 0) {
      registry.inc("istio_requests_total", labels("source", workload, code), count);
      if (podsTell) {
        registry.inc("istio_requests_total", labels("destination", workload, code), count);
      }
    }
  }

  private static Map<String, String> labels(String reporter, String workload, String code) {
    return Map.of(
        "reporter", reporter,
        "source_workload", "gateway",
        "source_workload_namespace", "istio-system",
        "destination_workload", workload,
        "destination_workload_namespace", "prod",
        "response_code", code,
        "response_flags", "-");
  }

  private Http.Response answer(Http.Request request) throws IOException {
    Map<String, List<String>> form = new LinkedHashMap<>();
    for (String pair : new String(request.body(), StandardCharsets.UTF_8).split("&", -1)) {
      String[] both = pair.split("=", 2);
      form.put(both[0], List.of(URLDecoder.decode(both[1], StandardCharsets.UTF_8)));
    }
    asked.add(String.join("", form.getOrDefault("query", List.of())));
    now = now.plus(slow);
    if (form.getOrDefault("query", List.of()).toString().contains(tooMuch)) {
      return new Http.Response(
          422,
          "{\"status\":\"error\",\"error\":\"query processing would load too many samples into memory\"}"
              .getBytes(StandardCharsets.UTF_8));
    }
    if (down) {
      throw new IOException("connection refused");
    }
    QueryApi.Reply reply = new QueryApi(store).answer(request.uri().getPath(), form, now);
    return new Http.Response(reply.status(), reply.body());
  }
}
