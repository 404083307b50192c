package dev.sluice.playground.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.network.RecentTraffic;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What any user of the cluster can see of the app and its Canary. A read that fails shows nothing;
/// it never throws.
final class Sight {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String APPS = "/apis/apps/v1/namespaces/" + Releases.NAMESPACE;
  private static final String CORE = "/api/v1/namespaces/" + Releases.NAMESPACE;
  private static final Set<String> KINDS = Set.of("Canary", "GitSync");
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

  private final ApiServer api;

  Sight(ApiServer api) {
    this.api = api;
  }

  static String clock(Instant at) {
    return CLOCK.format(at);
  }

  private JsonNode get(String path) {
    var headers = Map.of("accept", "application/json");
    var answer = api.handle(new Call("GET", path, Map.of(), headers, new byte[0]));
    try {
      return answer.status() == 200
          ? JSON.readTree(answer.body())
          : JsonNodeFactory.instance.objectNode();
    } catch (IOException e) {
      return JsonNodeFactory.instance.objectNode();
    }
  }

  JsonNode canary() {
    return get(
        "/apis/flagger.app/v1beta1/namespaces/%s/canaries/%s"
            .formatted(Releases.NAMESPACE, Releases.APP));
  }

  /// The canary's weight as the routes have it.
  int weight() {
    var routes =
        get(
            "/apis/networking.istio.io/v1/namespaces/%s/virtualservices/%s"
                .formatted(Releases.NAMESPACE, Releases.APP));
    for (var route : routes.at("/spec/http/0/route")) {
      if (route.at("/destination/host").asText().startsWith(Releases.APP + "-canary")) {
        return route.path("weight").asInt(100);
      }
    }
    return 0;
  }

  View.Side side(String name, String deployment, RecentTraffic.Rate rate) {
    var object = get(APPS + "/deployments/" + deployment);
    var image = object.at("/spec/template/spec/containers/0/image").asText();
    int wanted = object.at("/spec/replicas").asInt();
    return new View.Side(
        name,
        wanted == 0 ? "" : image.substring(image.lastIndexOf(':') + 1),
        object.at("/status/readyReplicas").asInt(),
        wanted,
        rate.perSecond(),
        rate.failing());
  }

  /// Events about Canary and GitSync, newest first.
  List<View.Line> events(Instant since) {
    record Told(Instant at, long version, View.Line line) {}
    var told = new ArrayList<Told>();
    for (var event : get(CORE + "/events").path("items")) {
      var at = time(event);
      if (KINDS.contains(event.at("/involvedObject/kind").asText()) && !at.isBefore(since)) {
        var text =
            "%s %s: %s"
                .formatted(
                    event.at("/involvedObject/kind").asText(),
                    event.path("reason").asText(),
                    event.path("message").asText());
        told.add(
            new Told(
                at,
                event.at("/metadata/resourceVersion").asLong(),
                new View.Line(clock(at), text, event.path("type").asText().equals("Warning"))));
      }
    }
    told.sort(Comparator.comparing(Told::at).thenComparingLong(Told::version).reversed());
    return told.stream().map(Told::line).toList();
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
