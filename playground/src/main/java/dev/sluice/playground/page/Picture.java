package dev.sluice.playground.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.network.RecentTraffic;
import dev.sluice.playground.network.TrafficStats;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What the page shows, as the JSON that it is sent. Pure: objects and rates in, picture out.
final class Picture {
  private static final Duration LATELY = Duration.ofSeconds(5);
  private static final Duration STEP = Duration.ofSeconds(2);
  private static final int MOST_APPS = 50;
  private static final int MOST_ROWS = 200;
  private static final int MOST_EVENTS = 40;
  private static final int LONGEST = 500;
  private static final Set<String> RELEASES = Set.of("Canary", "GitSync");

  private final Cluster cluster;
  private final RecentTraffic traffic;
  private final Map<String, JsonNode> deployments;
  private final Map<String, JsonNode> routes;

  private Picture(Cluster cluster, RecentTraffic traffic) {
    this.cluster = cluster;
    this.traffic = traffic;
    this.deployments = byName(cluster.deployments());
    this.routes = byName(cluster.routes());
  }

  /// @param now the time of the picture
  static ObjectNode of(Cluster cluster, RecentTraffic traffic, Instant now) {
    var picture = new Picture(cluster, traffic);
    var node = JsonNodeFactory.instance.objectNode().put("at", now.toString());
    var apps = node.putArray("apps");
    cluster.canaries().stream()
        .limit(MOST_APPS)
        .forEach(canary -> picture.app(canary, apps.addObject()));
    var services = node.putArray("services");
    cluster.services().stream()
        .limit(MOST_ROWS)
        .forEach(service -> picture.service(service, services.addObject()));
    picture.pods(node);
    picture.events(node);
    return node;
  }

  private static Map<String, JsonNode> byName(List<JsonNode> objects) {
    return objects.stream()
        .collect(Collectors.toMap(Picture::key, Function.identity(), (one, _) -> one));
  }

  private static String key(JsonNode object) {
    return namespace(object) + "/" + name(object);
  }

  private static String namespace(JsonNode object) {
    return object.at("/metadata/namespace").asText();
  }

  private static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }

  private static String shortened(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST - 1) + "…" : text;
  }

  private void app(JsonNode canary, ObjectNode node) {
    var namespace = namespace(canary);
    var target = canary.at("/spec/targetRef/name").asText();
    var apex = canary.at("/spec/service/name").asText(target);
    int weight = weight(namespace, apex);
    node.put("namespace", namespace)
        .put("name", name(canary))
        .put("phase", canary.at("/status/phase").asText())
        .put("message", message(canary))
        .put("held", condition(canary, "Held"))
        .put("stalled", condition(canary, "Stalled"))
        .put("failedChecks", canary.at("/status/failedChecks").asInt())
        .put("canaryWeight", weight)
        .put("since", canary.at("/status/lastTransitionTime").asText());
    var sides = node.putArray("sides");
    side(sides.addObject(), "primary", namespace, target + "-primary", apex + "-primary")
        .put("weight", 100 - weight);
    side(sides.addObject(), "canary", namespace, target, apex + "-canary").put("weight", weight);
  }

  /// The canary's weight as the routes have it; no route sends it anything.
  private int weight(String namespace, String apex) {
    var route = routes.get(namespace + "/" + apex);
    if (route == null) {
      return 0;
    }
    for (var rule : route.at("/spec/http")) {
      for (var destination : rule.path("route")) {
        var host = destination.at("/destination/host").asText();
        if (host.equals(apex + "-canary") || host.startsWith(apex + "-canary.")) {
          return destination.path("weight").asInt(100);
        }
      }
    }
    return 0;
  }

  private static String message(JsonNode canary) {
    for (var type : List.of("Promoted", "Ready")) {
      for (var condition : canary.at("/status/conditions")) {
        if (condition.path("type").asText().equals(type)
            && !condition.path("message").asText().isEmpty()) {
          return shortened(condition.path("message").asText());
        }
      }
    }
    return "";
  }

  /// The message of a condition that holds; empty when it does not.
  private static String condition(JsonNode canary, String type) {
    for (var condition : canary.at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)
          && condition.path("status").asText().equals("True")) {
        return shortened(condition.path("message").asText(type));
      }
    }
    return "";
  }

  private ObjectNode side(
      ObjectNode node, String role, String namespace, String workload, String service) {
    var deployment =
        Optional.ofNullable(deployments.get(namespace + "/" + workload))
            .orElse(JsonNodeFactory.instance.objectNode());
    int wanted = deployment.at("/spec/replicas").asInt();
    var image = deployment.at("/spec/template/spec/containers/0/image").asText();
    node.put("role", role)
        .put("workload", workload)
        .put("service", service)
        .put("version", wanted == 0 ? "" : tag(image))
        .put("ready", deployment.at("/status/readyReplicas").asInt())
        .put("wanted", wanted);
    var users = users(service, namespace);
    rates(node, users);
    var history = node.putArray("history");
    traffic
        .history(STEP, users)
        .forEach(rate -> {
          var one = history.addArray();
          one.add(rounded(rate.perSecond(), 10)).add(rounded(rate.failing(), 1000));
        });
    return node;
  }

  private static String tag(String image) {
    int at = image.indexOf('@');
    var plain = at < 0 ? image : image.substring(0, at);
    int colon = plain.lastIndexOf(':');
    return colon > plain.lastIndexOf('/') ? plain.substring(colon + 1) : "latest";
  }

  private static String full(String service, String namespace) {
    return service + "." + namespace + ".svc.cluster.local";
  }

  /// The requests that the routes sent to a Service; not those of load tests, which ask for the
  /// Service itself, past the weights.
  private static Predicate<TrafficStats.Way> users(String service, String namespace) {
    var full = full(service, namespace);
    return way ->
        way.destination().equals(full)
            && !way.host().equals(service)
            && !way.host().startsWith(service + ".");
  }

  private void rates(ObjectNode node, Predicate<TrafficStats.Way> chosen) {
    var rate = traffic.lately(LATELY, chosen);
    node.put("requestsPerSecond", rounded(rate.perSecond(), 10))
        .put("errors", rounded(rate.failing(), 1000));
  }

  private static double rounded(double value, double parts) {
    return Math.round(value * parts) / parts;
  }

  private void service(JsonNode service, ObjectNode node) {
    var namespace = namespace(service);
    int ready = 0;
    int all = 0;
    for (var slice : cluster.slices()) {
      var of = slice.at("/metadata/labels").path("kubernetes.io/service-name").asText();
      if (of.equals(name(service)) && namespace(slice).equals(namespace)) {
        for (var endpoint : slice.path("endpoints")) {
          all++;
          ready += endpoint.at("/conditions/ready").asBoolean(true) ? 1 : 0;
        }
      }
    }
    node.put("namespace", namespace).put("name", name(service));
    node.put("ready", ready).put("endpoints", all);
    var full = full(name(service), namespace);
    rates(node, way -> way.destination().equals(full));
  }

  private void pods(ObjectNode node) {
    var columns = new ArrayList<String>();
    cluster
        .pods()
        .path("columnDefinitions")
        .forEach(column -> columns.add(column.path("name").asText()));
    var rows = node.putArray("pods");
    node.put("podsInAll", cluster.pods().path("rows").size());
    for (var row : cluster.pods().path("rows")) {
      if (rows.size() == MOST_ROWS) {
        return;
      }
      var one = rows.addObject();
      one.put("namespace", namespace(row.path("object")));
      for (var name : List.of("Name", "Ready", "Status", "Restarts", "Age", "Node")) {
        var cell = row.path("cells").path(columns.indexOf(name));
        one.put(name.toLowerCase(Locale.ROOT), cell.asText());
      }
    }
  }

  private void events(ObjectNode node) {
    var newest = new ArrayList<>(cluster.events());
    newest.sort(
        Comparator.comparing(Picture::time)
            .thenComparingLong(event -> event.at("/metadata/resourceVersion").asLong())
            .reversed());
    var shown = node.putArray("events");
    int releases = 0;
    int others = 0;
    for (var event : newest) {
      boolean release = RELEASES.contains(event.at("/involvedObject/kind").asText());
      if (release ? releases++ < MOST_EVENTS : others++ < MOST_EVENTS) {
        shown
            .addObject()
            .put("at", time(event).toString())
            .put("release", release)
            .put("warning", event.path("type").asText().equals("Warning"))
            .put("namespace", namespace(event))
            .put("kind", event.at("/involvedObject/kind").asText())
            .put("name", event.at("/involvedObject/name").asText())
            .put("reason", event.path("reason").asText())
            .put("message", shortened(event.path("message").asText()));
      }
    }
  }

  private static Instant time(JsonNode event) {
    for (var field : List.of("lastTimestamp", "eventTime", "firstTimestamp")) {
      var text = event.path(field).asText();
      if (!text.isEmpty() && !text.equals("null")) {
        return Instant.parse(text);
      }
    }
    return Instant.EPOCH;
  }
}
