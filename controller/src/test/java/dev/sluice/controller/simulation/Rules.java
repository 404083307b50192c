package dev.sluice.controller.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Watches every object as it really is, at every write, and says which rule the controller broke.
/// What it decided on may have been older by the lag of its watches; a fact counts as true for that
/// long after it ended.
final class Rules {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  /// A rise of the canary's share that the manifest asks for.
  ///
  /// @param least time since the rise before
  record Rise(int from, int to, Duration least) {}

  /// By `stepWeight: 10`.
  static final List<Rise> EVEN =
      IntStream.range(0, 5).mapToObj(i -> new Rise(10 * i, 10 * i + 10, INTERVAL)).toList();

  /// By the list of [Shop#stepped()].
  static final List<Rise> LISTED =
      List.of(
          new Rise(0, 10, INTERVAL),
          new Rise(10, 20, INTERVAL.plusSeconds(15)),
          new Rise(20, 40, INTERVAL.multipliedBy(2).plusSeconds(20)),
          new Rise(30, 50, INTERVAL.multipliedBy(2)));

  /// A rule was broken.
  static final class Broken extends AssertionError {
    private static final long serialVersionUID = 1;

    Broken(String rule) {
      super(rule);
    }
  }

  private final InstantSource clock;
  private final Duration lag;
  private final List<Rise> rises;
  private final Map<String, JsonNode> live = new HashMap<>();
  private final Map<String, Instant> lastTrue = new HashMap<>();
  private final Set<String> promoted = new HashSet<>();
  private final List<String> broken = new ArrayList<>();
  private boolean sluice;
  private final Map<String, Integer> phases = new TreeMap<>();
  private Instant lastStep = Instant.MIN;

  /// @param lag how old what the controller sees may be
  /// @param rises that the manifest asks for
  Rules(ApiServer api, InstantSource clock, Duration lag, List<Rise> rises) {
    this.clock = clock;
    this.lag = lag;
    this.rises = List.copyOf(rises);
    watch(api, "/apis/flagger.app/v1beta1/canaries", "canary");
    watch(api, "/apis/apps/v1/deployments", "deployment");
    watch(api, "/apis/networking.istio.io/v1/virtualservices", "routes");
    watch(api, "/api/v1/configmaps", "config");
    watch(api, "/api/v1/services", "service");
  }

  private void watch(ApiServer api, String path, String kind) {
    Call call =
        new Call(
            "GET",
            path,
            Map.of("watch", List.of("true")),
            Map.of("accept", "application/json"),
            new byte[0]);
    AutoCloseable _ =
        api.watch(
            call,
            frame -> {
              if (frame.path("object") instanceof ObjectNode object) {
                see(kind, frame.path("type").asText(), object);
              }
            });
  }

  /// Whether what is written from now on is the controller's doing.
  void sluiceActs(boolean acts) {
    sluice = acts;
  }

  /// How often the canary came into each phase.
  Map<String, Integer> phases() {
    return phases;
  }

  /// @throws Broken naming the first rule that was broken until now
  void check() {
    if (!broken.isEmpty()) {
      throw new Broken(broken.getFirst());
    }
  }

  private void see(String kind, String type, ObjectNode object) {
    String key = kind + "/" + object.at("/metadata/name").asText();
    noteFacts();
    Optional<JsonNode> before = Optional.ofNullable(live.get(key));
    if (type.equals("DELETED")) {
      live.remove(key);
    } else {
      live.put(key, object);
    }
    if (sluice) {
      switch (key) {
        case "routes/shop" -> routed(before.map(Rules::weight).orElse(0), object, type);
        case "canary/shop" -> recorded(before, object);
        case "deployment/shop" -> scaled(before, object);
        case "deployment/shop-primary" -> copied(before, object);
        case "config/shop-config-primary" -> configured(object);
        default -> {}
      }
    }
    noteFacts();
  }

  private void routed(int before, JsonNode after, String type) {
    must("the controller never deletes its routes", !type.equals("DELETED"));
    for (JsonNode http : after.at("/spec/http")) {
      int sum = 0;
      for (JsonNode route : http.path("route")) {
        sum += route.path("weight").asInt(http.path("route").size() == 1 ? 100 : 0);
      }
      must("weights sum to 100, not " + sum, sum == 100);
    }
    int weight = weight(after);
    must(
        "a weight is recorded before it is asked for, " + weight,
        weight == 0 || weight <= recordedWeight());
    if (weight > before) {
      must("no traffic to a canary without a ready pod", lately("canary ready"));
    }
    if (weight < before) {
      must("no traffic back to a primary without a ready pod", lately("primary ready"));
    }
  }

  /// A webhook said yes just now.
  void agreed(String webhook) {
    lastTrue.put(webhook, clock.instant());
  }

  private boolean hasAgreed(String webhook) {
    return clock.instant().equals(lastTrue.get(webhook));
  }

  private void recorded(Optional<JsonNode> before, JsonNode after) {
    String phase = after.at("/status/phase").asText();
    String last = before.map(c -> c.at("/status/phase").asText()).orElse("");
    if (!phase.equals(last)) {
      phases.merge(phase, 1, Integer::sum);
      gated(last, phase, after.at("/status/rollout/stage").asText());
    }
    int was = before.map(c -> c.at("/status/canaryWeight").asInt()).orElse(0);
    int is = after.at("/status/canaryWeight").asInt();
    if (is > was) {
      must("no more traffic before its webhook agreed", hasAgreed("more"));
      Optional<Rise> asked =
          rises.stream().filter(rise -> rise.from() == was && rise.to() == is).findFirst();
      must("no step is left out: from " + was + " to " + is, asked.isPresent());
      must(
          "no step early: " + is + "% after " + Duration.between(lastStep, clock.instant()),
          was == 0
              || asked
                  .filter(rise -> !clock.instant().isBefore(lastStep.plus(rise.least())))
                  .isPresent());
      lastStep = clock.instant();
    }
  }

  private void gated(String last, String phase, String stage) {
    boolean starts = phase.equals("Progressing") && !stage.equals("RollingBack");
    if (starts && List.of("Initialized", "Succeeded", "Waiting").contains(last)) {
      must("no start before its webhook agreed", hasAgreed("start"));
    }
    if (phase.equals("Promoting")) {
      must("no promotion before its webhook agreed", hasAgreed("go"));
    }
  }

  private void scaled(Optional<JsonNode> before, JsonNode after) {
    int was = before.map(d -> d.at("/spec/replicas").asInt(1)).orElse(0);
    if (was > 0 && after.at("/spec/replicas").asInt(1) == 0) {
      must("traffic leaves the canary before its pods do", lately("canary without traffic"));
      must(
          "a healthy app keeps its pods until its primary has some",
          !isInitialising() || lately("primary ready"));
    }
  }

  private void copied(Optional<JsonNode> before, JsonNode after) {
    String image = image(after);
    String was = before.map(Rules::image).orElse("");
    if (!was.isEmpty() && !image.equals(was) && !isInitialising()) {
      must("only what passed its analysis is promoted, not " + image, image.startsWith("good"));
      must("a revision is promoted once, " + image, promoted.add(image));
    }
    must("the primary is never scaled to zero", after.at("/spec/replicas").asInt(1) > 0);
  }

  private void configured(JsonNode copy) {
    must(
        "a bad config never reaches the primary",
        isInitialising() || !copy.at("/data/content").asText().startsWith("bad"));
  }

  /// Until it is initialised, users are served by the target, whatever that is.
  private boolean isInitialising() {
    return live("canary/shop").at("/status/phase").asText().equals("Initializing");
  }

  // ---- facts that may have ended a moment ago ----

  private void noteFacts() {
    noteFact("canary ready", available("shop") > 0);
    noteFact("primary ready", available("shop-primary") > 0);
    noteFact("canary without traffic", weight(live("routes/shop")) == 0);
  }

  private void noteFact(String fact, boolean now) {
    if (now) {
      lastTrue.put(fact, clock.instant());
    }
  }

  private boolean lately(String fact) {
    Instant last = lastTrue.get(fact);
    return last != null && !clock.instant().isAfter(last.plus(lag));
  }

  private JsonNode live(String key) {
    JsonNode object = live.get(key);
    return object == null ? MissingNode.getInstance() : object;
  }

  private int available(String deployment) {
    return live("deployment/" + deployment).at("/status/availableReplicas").asInt();
  }

  private int recordedWeight() {
    return live("canary/shop").at("/status/canaryWeight").asInt();
  }

  static int weight(JsonNode routes) {
    for (JsonNode destination : routes.at("/spec/http/0/route")) {
      if (destination.at("/destination/host").asText().startsWith("shop-canary")) {
        return destination.path("weight").asInt();
      }
    }
    return 0;
  }

  private static String image(JsonNode deployment) {
    return deployment.at("/spec/template/spec/containers/0/image").asText().replaceFirst(".*:", "");
  }

  private void must(String rule, boolean kept) {
    if (!kept) {
      broken.add(rule);
    }
  }

  // ---- after people and faults have rested for long enough ----

  /// @param writes what the controller asked or wrote lately, though nothing happened
  void atRest(Map<String, Integer> writes) {
    JsonNode status = live("canary/shop").path("status");
    String phase = status.path("phase").asText();
    boolean held = condition(status, "Held");
    must(
        "every rollout ends or says why not: " + phase,
        held || Set.of("Initialized", "Succeeded", "Failed").contains(phase));
    // A run that is held may still be given up: its rollback webhook is asked, and when next is
    // recorded.
    boolean isAsked =
        held
            && phase.equals("Progressing")
            && writes.keySet().equals(Set.of("PATCH canaries/status"));
    must("once settled, no calls: " + writes, writes.isEmpty() || isAsked);
    if (!held) {
      must("between releases the primary has all traffic", weight(live("routes/shop")) == 0);
      must("between releases somebody serves", available("shop-primary") > 0);
      must(
          "between releases requests find the primary",
          live("service/shop").at("/spec/selector/app").asText().equals("shop-primary"));
      boolean same =
          image(live("deployment/shop")).equals(image(live("deployment/shop-primary")))
              && live("config/shop-config")
                  .path("data")
                  .equals(live("config/shop-config-primary").path("data"));
      must("no revision is lost: " + phase, same || phase.equals("Failed"));
    }
    check();
  }

  private static boolean condition(JsonNode status, String type) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText().equals("True")
            && condition.path("message").asText().length() > 20;
      }
    }
    return false;
  }
}
