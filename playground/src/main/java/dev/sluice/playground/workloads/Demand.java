package dev.sluice.playground.workloads;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.sample.Meter;
import dev.sluice.playground.schema.Quantity;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How many pods one metric of an autoscaler asks for.
final class Demand {
  /// The metric of pods that the sample app has.
  static final String REQUESTS = "http_requests_per_second";

  private static final double TOLERANCE = 0.1;
  private static final Duration WARM_UP = Duration.ofMinutes(5);
  private static final Duration FIRST_READY = Duration.ofSeconds(30);
  private static final double MEMORY = 24 * 1024.0 * 1024;

  sealed interface Answer {
    /// @param metric as it is named in reasons
    /// @param status an entry of `status.currentMetrics`
    record Wanted(int replicas, String metric, ObjectNode status) implements Answer {}

    /// @param reason of the condition and the Event
    /// @param prefix says of which metric this is, where all errors are told together
    record Unknown(String reason, String prefix, String why) implements Answer {}
  }

  private final int current;
  private final List<Pod> pods;
  private final Function<String, Meter.Work> work;
  private final Instant now;

  /// @param current replicas that the target wants now
  /// @param pods that the target's selector matches
  /// @param work by the uid of a pod
  Demand(int current, List<Pod> pods, Function<String, Meter.Work> work, Instant now) {
    this.current = current;
    this.pods = pods;
    this.work = work;
    this.now = now;
  }

  Answer of(JsonNode metric) {
    return switch (metric.path("type").asText()) {
      case "Resource" -> resource(metric.path("resource"));
      case "Pods" -> requests(metric.path("pods"));
      case "External" -> {
        var name = metric.at("/external/metric/name").asText();
        yield new Answer.Unknown(
            "FailedGetExternalMetric",
            "failed to get " + name + " external metric value: ",
            ("unable to get external metric %s: unable to fetch metrics from external metrics API:"
                    + " the server could not find the requested resource (get"
                    + " %s.external.metrics.k8s.io)")
                .formatted(name, name));
      }
      case "Object" ->
          new Answer.Unknown(
              "FailedGetObjectMetric",
              "failed to get object metric value: ",
              "unable to get metric %s: unable to fetch metrics from custom metrics API: the server could not find the metric"
                  .formatted(metric.at("/object/metric/name").asText()));
      default ->
          new Answer.Unknown(
              "InvalidMetricSourceType",
              "",
              "unknown metric source type \"" + metric.path("type").asText() + "\"");
    };
  }

  // ---- cpu and memory ----

  private Answer resource(JsonNode metric) {
    var name = metric.path("name").asText();
    var target = metric.path("target");
    var measured = measure(name);
    var prefix = "failed to get " + name + " resource metric value: ";
    boolean utilization = target.has("averageUtilization");
    var what =
        utilization
            ? "failed to get " + name + " utilization: "
            : "failed to get " + name + " usage: ";
    if (measured.why() != null) {
      return unknown(prefix, what + measured.why());
    }
    var average = measured.average();
    var status = JsonNodeFactory.instance.objectNode();
    var now = status.putObject("resource").putObject("current");
    if (!utilization) {
      double wanted = Quantity.amount(target.path("averageValue")).doubleValue();
      now.put("averageValue", text(name, average));
      status.withObject("/resource").put("name", name);
      status.put("type", "Resource");
      int replicas = replicas(measured, average / wanted, wanted, Map.of());
      return new Answer.Wanted(replicas, name + " resource", status);
    }
    var requests = new HashMap<String, Double>();
    for (var pod : pods) {
      for (var container : pod.object().at("/spec/containers")) {
        if (container.at("/resources/requests").path(name).isMissingNode()) {
          return unknown(
              prefix,
              what
                  + "missing request for %s in container %s of Pod %s"
                      .formatted(name, container.path("name").asText(), pod.name()));
        }
      }
      var asks = NodeLoad.requests(pod).getOrDefault(name, BigDecimal.ZERO).doubleValue();
      requests.put(pod.uid(), asks);
    }
    double asked = sum(measured.ready(), requests);
    int percent = (int) (measured.total() * 100 / asked);
    int wanted = target.path("averageUtilization").asInt();
    now.put("averageUtilization", percent).put("averageValue", text(name, average));
    status.withObject("/resource").put("name", name);
    status.put("type", "Resource");
    int replicas = replicas(measured, percent / (double) wanted, wanted / 100.0, requests);
    return new Answer.Wanted(
        replicas, name + " resource utilization (percentage of request)", status);
  }

  private static Answer.Unknown unknown(String prefix, String why) {
    return new Answer.Unknown("FailedGetResourceMetric", prefix, why);
  }

  private static String text(String resource, double amount) {
    return resource.equals("cpu")
        ? Math.round(Math.ceil(amount * 1000)) + "m"
        : Long.toString(Math.round(amount));
  }

  // ---- requests ----

  private Answer requests(JsonNode metric) {
    var name = metric.at("/metric/name").asText();
    var target = Quantity.amount(metric.at("/target/averageValue")).doubleValue();
    var prefix = "failed to get pods metric value: ";
    if (!name.equals(REQUESTS)) {
      return new Answer.Unknown(
          "FailedGetPodsMetric",
          prefix,
          "unable to get metric %s: unable to fetch metrics from custom metrics API: the server could not find the metric %s for pods"
              .formatted(name, name));
    }
    var measured = measure(name);
    if (measured.why() != null) {
      return new Answer.Unknown("FailedGetPodsMetric", prefix, measured.why());
    }
    var status = JsonNodeFactory.instance.objectNode();
    var pods = status.putObject("pods");
    pods.putObject("current")
        .put("averageValue", Math.round(Math.ceil(measured.average() * 1000)) + "m");
    pods.putObject("metric").put("name", name);
    status.put("type", "Pods");
    int replicas = replicas(measured, measured.average() / target, target, Map.of());
    return new Answer.Wanted(replicas, "pods metric " + name, status);
  }

  // ---- what the pods do ----

  /// @param ready those that count
  /// @param unready those that are too young or not ready to count for what they do
  /// @param why nothing is known; null when something is
  private record Measured(List<Pod> ready, List<Pod> unready, double total, @Nullable String why) {
    double average() {
      return total / ready.size();
    }
  }

  private Measured measure(String name) {
    if (pods.isEmpty()) {
      return new Measured(
          List.of(), List.of(), 0, "no pods returned by selector while calculating replica count");
    }
    var ready = new ArrayList<Pod>();
    var unready = new ArrayList<Pod>();
    for (var pod : pods) {
      if (pod.deleted() || pod.phase().equals("Failed")) {
        continue;
      }
      boolean counts =
          !pod.phase().equals("Pending") && (!name.equals("cpu") || pod.ready() || wasReady(pod));
      (counts ? ready : unready).add(pod);
    }
    if (ready.isEmpty()) {
      return new Measured(
          List.of(),
          unready,
          0,
          "did not receive metrics for targeted pods (pods might be unready)");
    }
    double total = ready.stream().mapToDouble(pod -> amount(pod, name)).sum();
    return new Measured(ready, unready, total, null);
  }

  /// A pod that fell ill counts on; one that never was ready, or is young, does not.
  private boolean wasReady(Pod pod) {
    var started = pod.startTime();
    var since = pod.condition("Ready").flatMap(one -> Meta.time(one.path("lastTransitionTime")));
    return started.isPresent()
        && since.isPresent()
        && started.get().plus(WARM_UP).isBefore(now)
        && started.get().plus(FIRST_READY).isBefore(since.get());
  }

  private double amount(Pod pod, String name) {
    var done = work.apply(pod.uid());
    return switch (name) {
      case "cpu" -> done.cores();
      case REQUESTS -> done.requestsPerSecond();
      default -> MEMORY;
    };
  }

  /// @param ratio of what is used to what is wanted
  private int replicas(
      Measured measured, double ratio, double target, Map<String, Double> requests) {
    boolean fills = !measured.unready().isEmpty() && ratio > 1;
    if (!fills) {
      return within(ratio) ? current : up(ratio * measured.ready().size());
    }
    // Those that are on their way are taken to do nothing, so that they are waited for.
    int all = measured.ready().size() + measured.unready().size();
    double wanted =
        requests.isEmpty()
            ? target * all
            : (sum(measured.ready(), requests) + sum(measured.unready(), requests)) * target;
    double again = measured.total() / wanted;
    if (within(again) || again < 1) {
      return current;
    }
    return Math.max(current, up(again * all));
  }

  private static double sum(List<Pod> pods, Map<String, Double> amounts) {
    return pods.stream().mapToDouble(pod -> amounts.getOrDefault(pod.uid(), 0.0)).sum();
  }

  private static boolean within(double ratio) {
    return Math.abs(1 - ratio) <= TOLERANCE;
  }

  private static int up(double value) {
    return (int) Math.ceil(value - 1e-9);
  }
}
