package dev.sluice.playground.network;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.network.VirtualNetwork.Arrived;
import dev.sluice.playground.network.VirtualNetwork.Exchange;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Compares what happened with what was recorded; every difference is one sentence.
final class Expectation {
  /// On every request that a pod gets; recorded only where `always` lists them.
  private static final Set<String> ALWAYS =
      Set.of(
          "content-length",
          "x-request-id",
          "x-forwarded-proto",
          "x-envoy-attempt-count",
          "x-envoy-expected-rq-timeout-ms",
          "x-forwarded-for",
          "x-envoy-internal");

  private static final Set<String> ALWAYS_ANSWERED =
      Set.of("date", "server", "x-envoy-upstream-service-time", "content-length");

  private Expectation() {}

  /// @param raw header values as the caller wrote them, spaces included
  record Sent(RequestHead head, Map<String, List<String>> raw) {}

  static List<String> differences(JsonNode expect, Sent sent, Exchange seen) {
    var differences = new ArrayList<String>();
    differ(differences, "status", expect.path("status").asInt(), seen.status());
    differ(differences, "flags", expect.path("flags").asText(""), String.join(",", seen.flags()));
    if (!sent.head().method().equals("HEAD")) {
      differ(differences, "answeredBy", expect.path("answeredBy").asText(""), answeredBy(seen));
    }
    differ(differences, "service", expect.path("service").asText(""), service(seen));
    // Outcomes of a series are recorded without what follows.
    if (expect.has("backends")) {
      var details = seen.details().equals("via_upstream") ? "" : seen.details();
      differ(differences, "details", expect.path("details").asText(""), details);
      differ(differences, "route", expect.path("route").asText(""), seen.rule());
      differ(differences, "attempts", expect.path("attempts").asInt(1), seen.tries());
      differ(differences, "body", expect.path("body").asText(""), seen.body());
      answerHeaders(differences, expect, sent, seen);
      backends(differences, expect.path("backends"), sent, seen.arrived());
    }
    if (expect.has("seconds")) {
      seconds(differences, expect.path("seconds").asDouble(), seen);
    }
    return differences;
  }

  static List<String> differences(JsonNode expect, Sent sent, List<Exchange> seen) {
    var differences = new ArrayList<String>();
    var outcomes =
        seen.stream()
            .collect(
                Collectors.groupingBy(
                    e -> outcome(e) + " by " + answeredBy(e),
                    TreeMap::new,
                    Collectors.summingInt(_ -> 1)));
    var recorded = new TreeMap<String, Integer>();
    for (var outcome : expect.path("outcomes")) {
      recorded.merge(
          outcome.path("status").asInt()
              + " "
              + outcome.path("flags").asText("")
              + " "
              + outcome.path("service").asText("")
              + " by "
              + outcome.path("answeredBy").asText(""),
          outcome.path("count").asInt(),
          Integer::sum);
    }
    var requests = expect.path("requests").asInt();
    distribution(differences, "outcomes", recorded, requests, outcomes, seen.size(), 1);
    var received = new TreeMap<String, Integer>();
    for (var exchange : seen) {
      for (var arrived : exchange.arrived()) {
        received.merge(received(arrived, expect), 1, Integer::sum);
      }
    }
    var expected = new TreeMap<String, Integer>();
    for (var one : expect.path("received")) {
      expected.merge(
          one.path("workload").asText()
              + " "
              + one.path("host").asText()
              + (one.path("mirrored").asBoolean() ? " mirrored" : "")
              + (one.has("replica") ? " replica" : ""),
          one.path("count").asInt(),
          Integer::sum);
    }
    distribution(differences, "received", expected, requests, received, seen.size(), tries(seen));
    if (expect.has("runs")) {
      runs(differences, seen);
    }
    if (expect.has("variants")) {
      variants(differences, expect.path("variants"), sent, seen);
    }
    return differences;
  }

  private static String received(Arrived arrived, JsonNode expect) {
    return arrived.pod().workload()
        + " "
        + arrived.request().authority()
        + (arrived.copy() ? " mirrored" : "")
        + (expect.at("/received/0").has("replica") ? " replica" : "");
  }

  /// How often one request reaches pods at most; a draw then counts that many times.
  private static int tries(List<Exchange> seen) {
    return seen.stream()
        .mapToInt(e -> (int) e.arrived().stream().filter(a -> !a.copy()).count())
        .map(n -> Math.max(1, n))
        .max()
        .orElse(1);
  }

  /// Both are samples of one distribution: their shares differ by chance only.
  ///
  /// @param each how many times one draw counts
  private static void distribution(
      List<String> differences,
      String what,
      Map<String, Integer> recorded,
      int recordedOf,
      Map<String, Integer> seen,
      int seenOf,
      int each) {
    seen.keySet().stream()
        .filter(key -> !recorded.containsKey(key))
        .forEach(key -> differences.add(what + ": " + key + " was never recorded"));
    recorded.forEach((key, count) -> {
      var share = Math.min(1.0, (double) count / each / recordedOf);
      var other = (double) seen.getOrDefault(key, 0) / each / seenOf;
      var variance = share * (1 - share) * (1.0 / recordedOf + 1.0 / seenOf);
      if (Math.abs(share - other) > 4 * Math.sqrt(variance) + 1e-9) {
        differences.add(what + " " + key + ": recorded " + share + ", seen " + other);
      }
    });
  }

  /// As many changes from one outcome to another as independent draws give.
  private static void runs(List<String> differences, List<Exchange> seen) {
    var keys = seen.stream().map(Expectation::outcome).toList();
    var changes = 0;
    for (var i = 1; i < keys.size(); i++) {
      changes += keys.get(i).equals(keys.get(i - 1)) ? 0 : 1;
    }
    var counts = new HashMap<String, Integer>();
    keys.forEach(k -> counts.merge(k, 1, Integer::sum));
    double n = keys.size();
    var change = 1 - counts.values().stream().mapToDouble(c -> c / n * c / n).sum();
    var variance = n * (change * (1 - change) + 2 * Math.max(0, change / 2 - change * change));
    if (Math.abs(changes - n * change) > 4 * Math.sqrt(variance) + 1) {
      differences.add("runs: " + changes + " changes, independent draws give " + n * change);
    }
  }

  private static void variants(
      List<String> differences, JsonNode variants, Sent sent, List<Exchange> seen) {
    var met = new HashMap<Integer, Integer>();
    for (var exchange : seen) {
      var closest = List.<String>of();
      var found = -1;
      for (var i = 0; i < variants.size() && found < 0; i++) {
        closest = differences(variants.path(i), sent, exchange);
        found = closest.isEmpty() ? i : -1;
      }
      if (found < 0) {
        differences.add("no variant is like " + exchange + ": " + closest);
        return;
      }
      met.merge(found, 1, Integer::sum);
    }
    differ(differences, "variants met", variants.size(), met.size());
  }

  private static String outcome(Exchange e) {
    return e.status() + " " + String.join(",", e.flags()) + " " + service(e);
  }

  private static String service(Exchange seen) {
    return seen.rule().equals("allow_any")
        ? "PassthroughCluster"
        : Objects.toString(seen.destination(), "");
  }

  private static String answeredBy(Exchange seen) {
    var pod = seen.answeredBy();
    return pod == null ? "" : pod.workload();
  }

  private static void seconds(List<String> differences, double recorded, Exchange seen) {
    var took = seen.took().toMillis() / 1000.0;
    // Pauses between tries are drawn.
    var tolerance = seen.tries() > 1 ? 0.3 : 0.15;
    if (Math.abs(took - recorded) > tolerance) {
      differences.add("seconds: recorded " + recorded + ", seen " + took);
    }
  }

  private static void answerHeaders(
      List<String> differences, JsonNode expect, Sent sent, Exchange seen) {
    var byPod = seen.answeredBy() != null && !sent.head().method().equals("HEAD");
    var headers =
        seen.headers()
            .without(n -> ALWAYS_ANSWERED.contains(n) || (byPod && n.equals("content-type")));
    differ(
        differences,
        "responseHeaders",
        masked(values(expect.path("responseHeaders"))),
        masked(headers.grouped()));
    if (expect.has("rawResponseHeaderNames")) {
      names(
          differences,
          expect.path("rawResponseHeaderNames"),
          seen.headers(),
          n -> ALWAYS_ANSWERED.contains(n) || n.equals("content-type"));
    }
  }

  /// A generated affinity cookie has an arbitrary value.
  private static Map<String, List<String>> masked(Map<String, List<String>> headers) {
    var masked = new TreeMap<String, List<String>>();
    headers.forEach((name, values) ->
        masked.put(
            name, values.stream().map(v -> v.replaceAll("=\"[0-9a-f]+\"", "=\"…\"")).toList()));
    return masked;
  }

  private static void backends(
      List<String> differences, JsonNode recorded, Sent sent, List<Arrived> seen) {
    for (var copies : List.of(false, true)) {
      var wanted =
          MeshReader.list(recorded, b -> b).stream()
              .filter(b -> b.path("mirrored").asBoolean() == copies)
              .toList();
      var arrived = seen.stream().filter(a -> a.copy() == copies).toList();
      differ(differences, copies ? "copies" : "backends", wanted.size(), arrived.size());
      for (var i = 0; i < Math.min(wanted.size(), arrived.size()); i++) {
        backend(differences, wanted.get(i), sent, arrived.get(i));
      }
    }
  }

  private static void backend(
      List<String> differences, JsonNode recorded, Sent sent, Arrived seen) {
    var request = seen.request();
    differ(differences, "workload", recorded.path("workload").asText(), seen.pod().workload());
    differ(differences, "host", recorded.path("host").asText(), request.authority());
    differ(differences, "path", recorded.path("path").asText(), request.target());
    if (recorded.has("namespace")) {
      differ(differences, "namespace", recorded.path("namespace").asText(), seen.pod().namespace());
    }
    if (recorded.has("targetPort")) {
      differ(differences, "targetPort", recorded.path("targetPort").asInt(), seen.pod().port());
    }
    var changes = recorded.path("headers");
    var before = sent.head().headers().without(ALWAYS::contains).grouped();
    var after = request.headers().without(ALWAYS::contains).grouped();
    var added = new LinkedHashMap<>(after);
    added.keySet().removeAll(before.keySet());
    differ(differences, "added", values(changes.path("added")), added);
    var changed = new LinkedHashMap<>(after);
    changed.keySet().retainAll(before.keySet());
    changed.entrySet().removeIf(e -> e.getValue().equals(sent.raw().get(e.getKey())));
    differ(differences, "changed", values(changes.path("changed")), changed);
    var removed =
        before.keySet().stream().filter(n -> !after.containsKey(n)).collect(Collectors.toSet());
    differ(
        differences,
        "removed",
        Set.copyOf(MeshReader.list(changes.path("removed"), JsonNode::asText)),
        removed);
    for (var always : recorded.path("always").properties()) {
      var value = request.headers().first(always.getKey()).orElse("absent");
      var wanted = always.getValue().asText();
      if (!value.equals(wanted) && !(wanted.startsWith("<") && !value.equals("absent"))) {
        differences.add(always.getKey() + ": recorded " + wanted + ", seen " + value);
      }
    }
    if (recorded.has("rawHeaderNames")) {
      names(differences, recorded.path("rawHeaderNames"), request.headers(), "x-lab-id"::equals);
    }
  }

  private static void names(
      List<String> differences, JsonNode recorded, Headers seen, Predicate<String> ignored) {
    var wanted = new java.util.TreeSet<>(MeshReader.list(recorded, JsonNode::asText));
    wanted.removeIf(n -> ignored.test(n) || n.equals("host"));
    var names = new java.util.TreeSet<>(seen.grouped().keySet());
    names.removeIf(ignored);
    differ(differences, "raw names", wanted, names);
  }

  private static Map<String, List<String>> values(JsonNode headers) {
    var values = new TreeMap<String, List<String>>();
    for (var header : headers.properties()) {
      var value = header.getValue();
      values.put(
          header.getKey(),
          value.isArray() ? MeshReader.list(value, JsonNode::asText) : List.of(value.asText()));
    }
    return values;
  }

  private static void differ(List<String> differences, String what, Object recorded, Object seen) {
    if (!recorded.equals(seen)) {
      differences.add(what + ": recorded " + recorded + ", seen " + seen);
    }
  }
}
