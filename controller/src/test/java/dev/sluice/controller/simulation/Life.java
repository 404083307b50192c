package dev.sluice.controller.simulation;

import dev.sluice.analysis.Http;
import dev.sluice.controller.virtual.CountedApi;
import dev.sluice.controller.virtual.VirtualController;
import dev.sluice.playground.admission.IstioAdmission;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import dev.sluice.playground.sample.PodTable;
import dev.sluice.playground.virtual.Crash;
import dev.sluice.playground.virtual.Fault;
import dev.sluice.playground.virtual.FaultyApiServer;
import dev.sluice.playground.workloads.Workloads;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// One canary's life with the whole controller: a quarter of an hour of people and faults, then
/// peace, in which everything must come to rest. The same seed lives the same life.
public final class Life {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration CHAOS = Duration.ofMinutes(15);
  private static final Duration PEACE = Duration.ofMinutes(15);
  private static final Duration REST = Duration.ofMinutes(2);

  /// How often an autoscaler looks.
  private static final Duration SCALING = Duration.ofSeconds(15);

  /// How long one pass may be under way after it looked.
  private static final Duration PASS = Duration.ofSeconds(2);

  private final long seed;
  private final Random random;
  private final Chronicle chronicle;
  private final FaultyApiServer faulty;
  private final CountedApi counted;
  private final Workloads workloads;
  private final Shop shop;
  private final Rules rules;
  private VirtualController controller;
  private Instant now = BEGIN;
  private Instant newsHeldSince = BEGIN;

  /// How likely a call goes wrong, a person acts and a watch is cut, and how far watches lag.
  private final double faults;

  private final double people;
  private final double cuts;
  private final Duration lag;

  /// Whether releases go by a list of steps. Of its own, so that other lives go on as they went.
  private final boolean stepped;

  private final Random steps;
  private boolean peace;
  private boolean outage;
  private boolean denied;
  private boolean suspended;
  private final Set<String> closed = new TreeSet<>(Set.of("stop"));
  private int releases = 1;
  private boolean crowded;

  /// Pods that all of the load needs; 0 without an autoscaler.
  private int load;

  private Instant nextScaling = BEGIN;

  /// @param root of the repository
  /// @param traced whether what happens is written down
  public Life(long seed, Path root, boolean traced) {
    this.seed = seed;
    random = new Random(seed * 7919 + 17);
    chronicle = new Chronicle(traced, BEGIN);
    faults = random.nextInt(4) == 0 ? 0 : random.nextDouble() * 0.15;
    people = random.nextInt(6) == 0 ? 0.002 : random.nextDouble() * 0.02;
    cuts = random.nextInt(2) == 0 ? 0 : random.nextDouble() * 0.01;
    lag = random.nextInt(3) == 0 ? Duration.ZERO : Duration.ofSeconds(1 + random.nextInt(20));
    KubernetesApi api = new KubernetesApi(() -> now, new Random(seed), Users.EVERYBODY);
    api.consult(new IstioAdmission());
    shop = new Shop(api, root);
    if (new Random(seed * 31 + 5).nextInt(3) == 0) {
      load = 2;
      shop.autoscaled();
    }
    workloads = new Workloads(api, new PodTable(), new Random(seed));
    workloads.begin(now);
    steps = new Random(seed * 37 + 3);
    stepped = steps.nextInt(3) == 0;
    if (stepped) {
      shop.stepped();
    }
    rules = new Rules(api, () -> now, lag.plus(PASS), stepped ? Rules.LISTED : Rules.EVEN);
    faulty = new FaultyApiServer(api);
    counted = new CountedApi(faulty);
    faulty.inject(this::faultAt);
    controller = start();
  }

  private VirtualController start() {
    return new VirtualController(
        counted,
        new VirtualController.Outside(
            this::answer,
            (canary, hook, phase, about) -> called(hook.name(), about.hash()),
            (canary, standing, said, at) ->
                note("sluice", "says " + said.reason().title() + ": " + said.message())),
        SECOND,
        () -> now);
  }

  /// How often the canary came into each phase.
  public Map<String, Integer> phases() {
    return rules.phases();
  }

  /// What happened, the last lines of it.
  public String trace(int lines) {
    return chronicle.last(lines);
  }

  /// Lives the life.
  ///
  /// @throws Rules.Broken naming the rule that was broken
  public void run() {
    try {
      live(CHAOS);
      makePeace();
      live(PEACE);
      counted.take();
      live(REST);
      rules.atRest(counted.take());
    } catch (Rules.Broken broken) {
      note("BROKEN", String.valueOf(broken.getMessage()));
      throw broken;
    }
  }

  private void live(Duration time) {
    Instant end = now.plus(time);
    // Nothing but what is due happens in peace.
    Instant nextSecond = peace ? end : now;
    while (now.isBefore(end)) {
      if (!now.isBefore(nextSecond)) {
        everySecond();
        nextSecond = nextSecond.plus(SECOND);
      }
      if (load > 0 && !now.isBefore(nextScaling)) {
        shop.autoscale(load);
        nextScaling = now.plus(SCALING);
      }
      workloads.run(now);
      if (stepped && (peace || steps.nextInt(60) == 0) && shop.resume()) {
        note("people", "resume the run");
      }
      look();
      rules.check();
      Instant next =
          Stream.of(
                  Optional.of(nextSecond),
                  Optional.of(load > 0 ? nextScaling : end),
                  workloads.nextDue(),
                  controller.nextDue())
              .flatMap(Optional::stream)
              .min(Comparator.naturalOrder())
              .orElseThrow();
      now = next.isAfter(now) ? next : now.plusMillis(1);
    }
  }

  private void look() {
    rules.sluiceActs(true);
    try {
      controller.look();
    } catch (Crash crash) {
      note("world", "the controller dies " + crash.getMessage() + " and is started again");
      restart();
    } finally {
      rules.sluiceActs(false);
    }
  }

  private void restart() {
    controller.kill();
    try {
      faulty.forgetWatches();
    } catch (Exception e) {
      throw new IllegalStateException("a watch of the playground does not end", e);
    }
    try {
      controller = start();
    } catch (Crash crash) {
      note("world", "the controller dies as it starts, and is started again");
      restart();
    }
  }

  private void everySecond() {
    if (random.nextDouble() < people) {
      somebodyActs();
    }
    if (random.nextDouble() < cuts) {
      note("world", "the watches are cut");
      try {
        faulty.breakWatches();
      } catch (Exception e) {
        throw new IllegalStateException("a watch of the playground does not end", e);
      }
    }
    news();
  }

  /// The watches tell late, each in its own time, but never later than the lag.
  private void news() {
    if (lag.isZero()) {
      return;
    }
    if (!now.isBefore(newsHeldSince.plus(lag))) {
      faulty.deliverAll();
      newsHeldSince = now;
    } else if (random.nextInt(3) == 0) {
      faulty.deliver(random);
    }
    faulty.holdNews();
  }

  // ---- what goes wrong ----

  private Fault faultAt(Call call) {
    Fault fault = choose(call);
    if (fault != Fault.NONE) {
      note("FAULT", fault + " " + call.method() + " " + call.path());
    }
    if (!call.method().equals("GET") && !call.path().endsWith("/events")) {
      chronicle.note(now, "sluice", () -> Words.of(call));
    }
    return fault;
  }

  private Fault choose(Call call) {
    boolean reads = call.method().equals("GET");
    if (denied && !reads && call.path().contains("virtualservices")) {
      return Fault.DENIED;
    }
    if (peace || random.nextDouble() >= faults) {
      return Fault.NONE;
    }
    return switch (random.nextInt(10)) {
      case 0 -> Fault.REFUSED;
      case 1 -> Fault.TIMEOUT;
      case 2, 3 -> Fault.LOST_ANSWER;
      case 4 -> reads ? Fault.SERVER_ERROR : Fault.CONFLICT;
      case 5 -> Fault.SERVER_ERROR;
      case 6 -> Fault.DENIED;
      case 9 -> Fault.GONE;
      case 7 -> Fault.CRASH_BEFORE;
      default -> Fault.CRASH_AFTER;
    };
  }

  /// Gates stay as somebody left them, and now and then do not answer.
  private Optional<String> called(String webhook, String revision) {
    double dice = new Random(seed ^ now.toEpochMilli() * 37 ^ webhook.hashCode()).nextDouble();
    boolean hangs = !peace && dice < faults / 2;
    boolean agrees = !hangs && !closed.contains(webhook);
    note("world", webhook + (agrees ? " agrees to " : " refuses ") + revision);
    if (agrees) {
      rules.agreed(webhook);
      return Optional.empty();
    }
    return Optional.of(hangs ? "it did not answer within 10s" : "it answered 403: Forbidden");
  }

  /// Queries are asked at once, in no order, so that neither dice nor notes may depend on it.
  private Http.Response answer(Http.Request request) throws IOException {
    String query =
        URLDecoder.decode(
            new String(request.body(), StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    boolean aboutRevision = query.contains("* 100") && !query.contains("shop-primary");
    double dice = new Random(seed ^ now.toEpochMilli() * 31 ^ query.hashCode()).nextDouble();
    if (outage || (!peace && dice < faults / 2)) {
      if (aboutRevision) {
        note("world", "Prometheus does not answer");
      }
      throw new IOException("connection refused");
    }
    if (query.contains("source_workload")) {
      return vector("");
    }
    if (!query.contains("* 100")) {
      return vector("120");
    }
    String image = shop.image(aboutRevision ? "shop" : "shop-primary");
    String config = shop.config(aboutRevision ? "shop-config" : "shop-config-primary");
    String value = image.startsWith("good") && config.startsWith("good") ? "100" : "80";
    if (aboutRevision) {
      note("world", "Prometheus says %s%% for %s with %s".formatted(value, image, config));
    }
    return vector(value);
  }

  /// @param value of the only row; empty for no rows
  private Http.Response vector(String value) {
    String rows =
        value.isEmpty()
            ? ""
            : "{\"metric\":{},\"value\":[%d,\"%s\"]}".formatted(now.getEpochSecond(), value);
    return new Http.Response(
        200,
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[%s]}}"
            .formatted(rows)
            .getBytes(StandardCharsets.UTF_8));
  }

  // ---- people ----

  private void somebodyActs() {
    switch (random.nextInt(26)) {
      case 0, 1, 2, 3 -> release("good");
      case 4, 5 -> release("bad");
      case 6 -> release("never");
      case 7 -> configure();
      case 8 -> {
        String back = shop.image("shop-primary");
        if (!back.isEmpty()) {
          note("people", "revert to " + back);
          shop.release(back, 1);
        }
      }
      case 9 -> {
        int replicas = random.nextInt(3);
        note("people", "scale the target to " + replicas);
        shop.scale("shop", replicas);
      }
      case 10 -> {
        int weight = random.nextInt(101);
        note("people", "set the canary's weight to " + weight);
        shop.editWeights(weight);
      }
      case 11 -> {
        note("people", "delete the VirtualService");
        shop.deleteRoutes();
      }
      case 12 -> {
        String name = random.nextBoolean() ? "shop-canary" : "shop-primary";
        note("people", "delete Service " + name);
        shop.deleteService(name);
      }
      case 13 -> {
        outage = !outage;
        note("world", "Prometheus is " + (outage ? "away" : "back"));
      }
      case 14 -> {
        denied = !denied;
        note("world", "an admission rule " + (denied ? "denies" : "allows") + " VirtualServices");
      }
      case 15 -> {
        suspended = !suspended;
        note("people", (suspended ? "suspend" : "resume") + " the canary");
        shop.suspend(suspended);
      }
      case 16 -> {
        note("people", "point the apex Service at the target");
        shop.resetApex();
      }
      case 17 -> {
        note("people", "delete the primary");
        shop.deletePrimary();
      }
      case 18, 19, 20, 21 -> {
        String gate = List.of("start", "more", "go", "stop").get(random.nextInt(4));
        boolean opens = closed.remove(gate);
        if (!opens) {
          closed.add(gate);
        }
        note("people", (opens ? "open " : "close ") + gate);
      }
      case 22, 23 -> {
        if (load > 0) {
          load = 1 + random.nextInt(8);
          note("world", "the load needs " + load + " pods");
        }
      }
      case 24 -> {
        crowded = !crowded;
        note("people", (crowded ? "set a quota of 3 pods" : "lift the quota"));
        shop.quota(crowded);
      }
      default -> {
        note("world", "kill -9, and the controller is started again");
        restart();
      }
    }
  }

  private void release(String how) {
    int number = releases++;
    String image = how + "-" + number;
    note("people", "release " + image);
    shop.release(image, 1 + random.nextInt(20));
  }

  private void configure() {
    String content = (random.nextInt(3) == 0 ? "bad-" : "good-") + releases++;
    note("people", "write the config " + content);
    shop.configure(content);
  }

  /// Everything that could keep a rollout from ending on its own is set right.
  private void makePeace() {
    note("world", "peace");
    peace = true;
    outage = false;
    denied = false;
    closed.clear();
    closed.add("stop");
    shop.suspend(false);
    shop.quota(false);
    faulty.deliverAll();
  }

  private void note(String who, String what) {
    chronicle.note(now, who, () -> what);
  }
}
