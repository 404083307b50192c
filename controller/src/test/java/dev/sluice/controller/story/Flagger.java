package dev.sluice.controller.story;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.playground.network.Caller;
import dev.sluice.playground.network.RequestHead;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the real Flagger left in a cluster, as it was recorded.
final class Flagger {
  static final List<String> APPS = List.of("myapp", "ab", "bluegreen", "affinity", "scaled");

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final String CANARIES = "/apis/flagger.app/v1beta1/namespaces/production/canaries";

  /// One of the distinct pairs of status and routes that were seen in the course of two runs.
  ///
  /// @param at such as `run-04` of the good run, `bad-04` of the bad one
  record Moment(String app, String at, JsonNode status, JsonNode http) {
    /// What the mesh does with users' requests.
    String shares() {
      return Flagger.shares(http);
    }

    String phase() {
      return status.path("phase").asText();
    }

    boolean isGood() {
      return at.startsWith("run-");
    }

    String image() {
      return "registry.example.com/%s:%s".formatted(app, isGood() ? "1.1.0" : "1.2.0-bad");
    }

    /// What the primary runs before this run is promoted.
    String promoted() {
      return "registry.example.com/%s:%s".formatted(app, isGood() ? "1.0.0" : "1.1.0");
    }

    @Override
    public String toString() {
      return app + " at " + at + ": " + status;
    }
  }

  private Flagger() {}

  /// One such moment.
  static Moment moment(String app, String at) {
    return runs(app).stream().filter(one -> one.at().equals(at)).findFirst().orElseThrow();
  }

  /// Every moment of both runs of a canary in which one was under way.
  static List<Moment> runs(String app) {
    return read(app + "-routes").stream()
        .map(one -> new Moment(app, one.path("at").asText(), one.path("status"), one.path("http")))
        .filter(
            moment -> List.of("Progressing", "Promoting", "Finalising").contains(moment.phase()))
        .toList();
  }

  /// What the mesh does from a moment on until the end of its run, as Flagger went on.
  static List<String> course(Moment from) {
    List<String> course = new ArrayList<>();
    String run = from.at().substring(0, 4);
    read(from.app() + "-routes").stream()
        .filter(one -> one.path("at").asText().startsWith(run))
        .filter(one -> one.path("at").asText().compareTo(from.at()) >= 0)
        .map(one -> shares(one.path("http")))
        .forEach(shares -> {
          if (course.isEmpty() || !course.getLast().equals(shares)) {
            course.add(shares);
          }
        });
    return course;
  }

  /// The canary's share by the last rule that leads to it, and whether requests are copied.
  static String shares(JsonNode http) {
    String shares = "none";
    for (JsonNode rule : http) {
      for (JsonNode destination : rule.path("route")) {
        if (destination.at("/destination/host").asText().endsWith("-canary")) {
          shares =
              destination.path("weight").asText()
                  + (rule.has("mirror")
                      ? ", copies of " + rule.at("/mirrorPercentage/value").asInt() + "%"
                      : "");
        }
      }
    }
    return shares;
  }

  /// The live rules of an app.
  static JsonNode rules(World world, String app) {
    return world
        .get("/apis/networking.istio.io/v1/namespaces/production/virtualservices/" + apex(app))
        .at("/spec/http");
  }

  /// Users of an app; of `ab` some who get the canary, and others.
  static World busy(World world, String app) {
    Caller shop = Caller.Sidecar.named("shop", "production");
    RequestHead plain = RequestHead.get("ab.production", "/api/");
    RequestHead insider =
        new RequestHead(
            plain.method(),
            plain.authority(),
            plain.target(),
            plain.headers().add("x-canary", "insider"));
    return switch (app) {
      case "myapp" ->
          world.alsoTraffic(
              app, 10, Caller.Gateway.INGRESS, RequestHead.get("myapp.example.com", "/"));
      case "ab" ->
          world.alsoTraffic("others", 3, shop, plain).alsoTraffic("insiders", 3, shop, insider);
      case "affinity" ->
          world.alsoTraffic(app, 60, shop, RequestHead.get("affinity.production", "/"));
      default -> world.alsoTraffic(app, 5, shop, RequestHead.get(apex(app) + ".production", "/"));
    };
  }

  /// A cluster in which Flagger has been at work, and from which it has gone: all five canaries,
  /// with the pods of their primaries.
  ///
  /// @param state `initialized`, `succeeded` or `failed`
  static World left(long seed, String state) {
    World world = new World(seed).withoutController().trafficOf(0);
    world.apply(
        """
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: myapp-gateway, namespace: production}
        spec:
          selector: {istio: ingressgateway}
          servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
        """);
    Map<String, String> uids = new TreeMap<>();
    List<ObjectNode> all = new ArrayList<>(read("shared-" + state));
    APPS.forEach(app -> all.addAll(read(app + "-" + state)));
    List<ObjectNode> canaries = all.stream().filter(one -> isKind(one, "Canary")).toList();
    for (ObjectNode canary : canaries) {
      ObjectNode spec = in(canary);
      spec.remove("status");
      world.apply(spec.toString());
      String name = name(canary);
      uids.put(name, world.canary(name).at("/metadata/uid").asText());
    }
    for (ObjectNode one : all) {
      if (!isKind(one, "Canary")) {
        ObjectNode object = in(one);
        object.remove("status");
        owned(object, uids);
        world.apply(object.toString());
      }
    }
    world.run(Duration.ofSeconds(30));
    canaries.forEach(canary -> status(world, name(canary), (ObjectNode) canary.path("status")));
    return world;
  }

  /// The same cluster with one run under way: the target has its pods.
  static World amid(long seed, Moment moment) {
    World world = left(seed, moment.isGood() ? "initialized" : "succeeded");
    String deployments = "/apis/apps/v1/namespaces/production/deployments/";
    boolean isPromoted = List.of("Promoting", "Finalising").contains(moment.phase());
    world.patch(
        deployments + moment.app(),
        """
        [{"op": "replace", "path": "/spec/replicas", "value": 2},
         {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "%s"}%s]
        """
            .formatted(moment.image(), moment.isGood() ? "" : BAD));
    if (isPromoted) {
      world.patch(
          deployments + moment.app() + "-primary",
          """
          [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "%s"}]
          """
              .formatted(moment.image()));
    }
    world.patch(
        "/apis/networking.istio.io/v1/namespaces/production/virtualservices/" + apex(moment.app()),
        "{\"spec\": {\"http\": %s}}".formatted(moment.http()));
    world.run(Duration.ofSeconds(30));
    ObjectNode status = (ObjectNode) world.canary(moment.app()).path("status").deepCopy();
    status.setAll((ObjectNode) moment.status());
    status.put("lastAppliedSpec", "7d9c5b8f6d").put("lastTransitionTime", "<time>");
    cookies(moment).forEach(status::put);
    ((ObjectNode) status.path("conditions").get(0))
        .put("reason", moment.phase())
        .put("status", "Unknown");
    status(world, moment.app(), status);
    return world;
  }

  private static final String BAD =
      """
      , {"op": "add",
         "path": "/spec/template/metadata/annotations/playground.sluice.dev~1error-rate",
         "value": "1"}
      """;

  static String apex(String app) {
    return app.equals("bluegreen") ? "shop" : app;
  }

  /// The recordings have the cookies of a run in its routes alone.
  private static Map<String, String> cookies(Moment moment) {
    Map<String, String> cookies = new TreeMap<>();
    Matcher set =
        Pattern.compile("\"((canary|primary)-session=\\w+); Max-Age=(-?\\d+)\"")
            .matcher(moment.http().toString());
    while (set.find()) {
      String field =
          set.group(2).equals("primary")
              ? "primarySessionAffinityCookie"
              : set.group(3).equals("-1")
                  ? "previousSessionAffinityCookie"
                  : "sessionAffinityCookie";
      cookies.put(field, set.group(1));
    }
    return cookies;
  }

  private static void status(World world, String canary, ObjectNode recorded) {
    String text = recorded.toString().replace("<time>", world.now().toString());
    world.patch(CANARIES + "/" + canary + "/status", "{\"status\": " + text + "}");
  }

  private static void owned(ObjectNode object, Map<String, String> uids) {
    if (object.path("metadata").path("ownerReferences") instanceof ArrayNode owners) {
      owners.forEach(
          owner -> ((ObjectNode) owner).put("uid", Objects.requireNonNull(uids.get(name(owner)))));
    }
  }

  private static boolean isKind(JsonNode object, String kind) {
    return object.path("kind").asText().equals(kind);
  }

  private static String name(JsonNode object) {
    return object.path("name").asText(object.path("metadata").path("name").asText());
  }

  /// The recordings leave the namespace out, and of an autoscaler the version.
  private static ObjectNode in(ObjectNode recorded) {
    ObjectNode object = recorded.deepCopy();
    ((ObjectNode) object.path("metadata")).put("namespace", "production");
    if (isKind(object, "HorizontalPodAutoscaler")) {
      object.put("apiVersion", "autoscaling/v2");
    }
    return object;
  }

  private static List<ObjectNode> read(String name) {
    List<ObjectNode> objects = new ArrayList<>();
    try (InputStream file =
        Objects.requireNonNull(
            Flagger.class.getResourceAsStream("/flagger/" + name + ".yaml"), name)) {
      YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(file).forEachRemaining(objects::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return objects;
  }
}
