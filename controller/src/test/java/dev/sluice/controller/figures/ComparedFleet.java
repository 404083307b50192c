package dev.sluice.controller.figures;

import dev.sluice.analysis.Http;
import dev.sluice.analysis.Provider;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.traffic.Definition;
import dev.sluice.analysis.traffic.Sides;
import dev.sluice.analysis.traffic.Workload;
import dev.sluice.controller.compare.CompareGauges;
import dev.sluice.controller.compare.Compared;
import dev.sluice.controller.compare.Following;
import dev.sluice.controller.compare.Ticks;
import dev.sluice.controller.loop.DueQueue;
import dev.sluice.controller.loop.Key;
import dev.sluice.crds.ObjectRef;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Many canaries that are compared with their primaries, over a Prometheus that has scraped a
/// gateway and two pods of each workload every ten seconds; on a clock that only [#run] moves.
final class ComparedFleet {
  private static final Instant RELEASED = Instant.parse("2026-01-01T00:00:00Z");
  private static final Pattern NAMES = Pattern.compile("destination_workload=~\"([^\"]*)\"");
  private static final Pattern RANGE = Pattern.compile("\\[(\\d+)ms]$");
  private static final Pattern TIME = Pattern.compile("&time=([0-9.]+)");
  private static final List<String> BOUNDS =
      List.of(
          "0.5", "1", "5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000",
          "30000", "60000", "300000", "600000", "1800000", "3600000", "+Inf");

  private final DueQueue<Key> queue = new DueQueue<>();
  private final Map<String, byte[]> recorded;
  private final AtomicInteger queries = new AtomicInteger();
  private final boolean silent;
  private final Ticks ticks;
  private final int size;
  private Instant now = RELEASED;

  /// @param silent whether the Prometheus has no samples
  /// @param recorded answers of an earlier run, which cost nothing to make; this one adds to them
  ComparedFleet(int size, boolean silent, Map<String, byte[]> recorded) {
    this.size = size;
    this.silent = silent;
    this.recorded = recorded;
    ticks = new Ticks(this::answer, queue::add, _ -> {}, CompareGauges.NONE, () -> now);
    for (int i = 0; i < size; i++) {
      var app = Fleet.name(i);
      ticks.follow(
          new ObjectRef("production", app),
          List.of(
              new Following(
                  "1.1.0",
                  Provider.prometheus("http://prometheus:9090"),
                  new Following.Requests(
                      new Sides(
                          new Workload("production", app),
                          new Workload("production", app + "-primary"),
                          app),
                      Definition.TABLE,
                      true),
                  ComparisonPolicy.DEFAULT,
                  RELEASED)));
    }
  }

  static Map<String, byte[]> noAnswers() {
    return new ConcurrentHashMap<>();
  }

  /// Lets time pass.
  ///
  /// @return the queries
  int run(Duration time) {
    queries.set(0);
    Instant end = now.plus(time);
    for (var due = next(end); due.isPresent(); due = next(end)) {
      now = due.get().isAfter(now) ? due.get() : now;
      for (var key : queue.take(now, Integer.MAX_VALUE)) {
        ticks.reconcile(key.key().ref(), now).ifPresent(at -> queue.add(key.key(), at));
        queue.done(key.key());
      }
    }
    now = end;
    return queries.get();
  }

  private Optional<Instant> next(Instant end) {
    return queue.nextDue().filter(at -> !at.isAfter(end));
  }

  List<Compared> latest() {
    var all = new ArrayList<Compared>();
    for (int i = 0; i < size; i++) {
      ticks.latest(new ObjectRef("production", Fleet.name(i))).ifPresent(all::add);
    }
    return all;
  }

  private Http.Response answer(Http.Request request) {
    queries.incrementAndGet();
    var form =
        URLDecoder.decode(
            new String(request.body(), StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    return new Http.Response(200, recorded.computeIfAbsent(form, this::made));
  }

  private byte[] made(String form) {
    var query = form.substring("query=".length(), form.indexOf("&timeout="));
    var answer =
        new StringBuilder(
            "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[");
    var names = NAMES.matcher(query);
    if (!silent && names.find() && !names.group(1).isEmpty()) {
      long to = Math.round(Double.parseDouble(group(TIME, form)) * 1000);
      long from = to - Long.parseLong(group(RANGE, query));
      boolean buckets = query.startsWith("istio_request_duration");
      for (var workload : names.group(1).split("\\|", -1)) {
        series(answer, workload, buckets, from, to);
      }
      answer.setLength(
          answer.charAt(answer.length() - 1) == ',' ? answer.length() - 1 : answer.length());
    }
    return answer.append("]}}").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String group(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "0";
  }

  private static void series(
      StringBuilder answer, String workload, boolean buckets, long from, long to) {
    boolean primary = workload.endsWith("-primary");
    for (var scraped : List.of("gateway", "pod-0", "pod-1")) {
      for (var code : List.of("200", "503")) {
        for (var bound : buckets ? BOUNDS : List.of("")) {
          answer.append("{\"metric\":{");
          labels(answer, workload, scraped, code, bound);
          answer.append("},\"values\":[");
          int length = answer.length();
          for (long at = (from / 10_000 + 1) * 10_000; at <= to; at += 10_000) {
            long scrapes = (at - RELEASED.toEpochMilli()) / 10_000 + (primary ? 1_000 : 0);
            if (scrapes > 0) {
              answer
                  .append('[')
                  .append(at / 1000)
                  .append(",\"")
                  .append(scrapes * (code.equals("200") ? 500 : 1))
                  .append("\"],");
            }
          }
          answer.setLength(answer.length() > length ? answer.length() - 1 : length);
          answer.append("]},");
        }
      }
    }
  }

  private static void labels(
      StringBuilder answer, String workload, String scraped, String code, String bound) {
    boolean gateway = scraped.equals("gateway");
    answer.append(
        """
        "__name__":"%s","app":"istio-proxy","connection_security_policy":"mutual_tls","destination_app":"%s",\
        "destination_canonical_revision":"latest","destination_canonical_service":"%s","destination_cluster":"Kubernetes",\
        "destination_principal":"spiffe://cluster.local/ns/production/sa/default","destination_service":"%s.production.svc.cluster.local",\
        "destination_service_name":"%s","destination_service_namespace":"production","destination_version":"unknown",\
        "destination_workload":"%s","destination_workload_namespace":"production","instance":"10.0.0.7:15020","job":"kubernetes-pods",\
        "namespace":"%s","pod":"%s","reporter":"%s","request_protocol":"http","response_code":"%s","response_flags":"-",\
        "source_app":"gateway","source_workload":"gateway","source_workload_namespace":"istio-system","source_version":"unknown"\
        """
            .formatted(
                bound.isEmpty()
                    ? "istio_requests_total"
                    : "istio_request_duration_milliseconds_bucket",
                workload,
                workload,
                workload,
                workload,
                workload,
                gateway ? "istio-system" : "production",
                gateway ? "gateway-0" : workload + "-" + scraped,
                gateway ? "source" : "destination",
                code));
    if (!bound.isEmpty()) {
      answer.append(",\"le\":\"").append(bound).append('"');
    }
  }
}
