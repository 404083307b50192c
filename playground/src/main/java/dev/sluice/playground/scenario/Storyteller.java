package dev.sluice.playground.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.demo.Releases;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// Tells a story on a stage: does what it says, ends faults in time, and looks what comes of it.
public final class Storyteller {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration MOST = Duration.ofHours(12);
  private static final String NAMESPACE = Releases.NAMESPACE;

  private final Stage stage;
  private final Consumer<Line> tells;
  private final Instant began;
  private final Map<Scenario.Part, Instant> faults = new EnumMap<>(Scenario.Part.class);
  private final Set<String> events = new HashSet<>();
  private final List<Line> lines = new ArrayList<>();
  private Sight sight = new Sight("", 0, false, "");
  private boolean begun;

  /// One line of the timeline.
  ///
  /// @param at since the story began
  /// @param kind `do`, `see`, `ok` or `failed`
  public record Line(Duration at, String kind, String text) {}

  /// What became of a story.
  public record Outcome(boolean held, List<Line> lines) {
    public Outcome {
      lines = List.copyOf(lines);
    }
  }

  /// The Canary as it was last seen.
  private record Sight(String phase, int weight, boolean held, String primary) {
    @Override
    public String toString() {
      return "%s, weight %d %%%s%s"
          .formatted(
              phase.isEmpty() ? "no phase yet" : phase,
              weight,
              held ? ", held" : "",
              primary.isEmpty() ? "" : ", primary " + primary);
    }
  }

  private Storyteller(Stage stage, Consumer<Line> tells) {
    this.stage = stage;
    this.tells = tells;
    this.began = stage.now();
  }

  /// Ends with the first expectation that does not hold, and with everything in order again.
  ///
  /// @param tells hears each line as it happens
  public static Outcome tell(Scenario scenario, Stage stage, Consumer<Line> tells)
      throws IOException, InterruptedException {
    var teller = new Storyteller(stage, tells);
    try {
      return new Outcome(teller.all(scenario), teller.lines);
    } finally {
      for (var part : List.copyOf(teller.faults.keySet())) {
        stage.fault(part, false);
      }
    }
  }

  private boolean all(Scenario scenario) throws IOException, InterruptedException {
    line("do", "story: " + scenario.name());
    for (var step : scenario.steps()) {
      if (!one(step)) {
        return false;
      }
    }
    return true;
  }

  private boolean one(Scenario.Step step) throws IOException, InterruptedException {
    switch (step) {
      case Scenario.Step.Say say -> line("do", say.text());
      case Scenario.Step.Commit commit -> commit(commit);
      case Scenario.Step.Traffic traffic -> {
        stage.traffic(traffic.perSecond());
        line("do", "users send %d requests per second".formatted(traffic.perSecond()));
      }
      case Scenario.Step.Fault fault -> {
        stage.fault(fault.part(), true);
        faults.put(fault.part(), stage.now().plus(fault.time()));
        line(
            "do",
            "%s: %s for %s".formatted(fault.part().key(), fault.part().how(), shown(fault.time())));
      }
      case Scenario.Step.LosePods lose -> losePods(lose.node());
      case Scenario.Step.KillController _ -> {
        stage.killController();
        line("do", "the controller is killed");
      }
      case Scenario.Step.Wait wait -> until(() -> false, wait.time());
      case Scenario.Step.Expect expect -> {
        boolean seen = until(() -> fits(expect.seen()), expect.within());
        return verdict(
            seen,
            step,
            seen
                ? shown(expect.seen())
                : "expected %s within %s, but it is %s"
                    .formatted(shown(expect.seen()), shown(expect.within()), sight));
      }
      case Scenario.Step.Always always -> {
        boolean broken = until(() -> !fits(always.seen()), always.time());
        return verdict(
            !broken,
            step,
            (broken ? "expected %s for %s, but it is " + sight : "%s for %s")
                .formatted(shown(always.seen()), shown(always.time())));
      }
    }
    return true;
  }

  private boolean verdict(boolean holds, Scenario.Step step, String text) {
    line(holds ? "ok" : "failed", text + (holds ? "" : " (line %d)".formatted(step.line())));
    return holds;
  }

  private void commit(Scenario.Step.Commit commit) throws IOException {
    var annotations = new ArrayList<String>();
    commit.errorRate().ifPresent(rate -> annotations.add("error-rate: \"%s\"".formatted(rate)));
    commit.latency().ifPresent(time -> annotations.add("latency: %dms".formatted(time.toMillis())));
    var files = Releases.release(commit.version(), annotations, !begun);
    begun = true;
    stage.commit(files, "Release myapp " + commit.version());
    line(
        "do",
        "commit: myapp %s%s"
            .formatted(
                commit.version(),
                annotations.isEmpty() ? "" : " (" + String.join(", ", annotations) + ")"));
  }

  private void losePods(String node) {
    int lost = 0;
    for (var pod : get("/api/v1/pods").path("items")) {
      if (pod.at("/spec/nodeName").asText().equals(node)) {
        var path =
            "/api/v1/namespaces/%s/pods/%s"
                .formatted(
                    pod.at("/metadata/namespace").asText(), pod.at("/metadata/name").asText());
        var query = Map.of("gracePeriodSeconds", List.of("0"));
        var headers = Map.of("accept", "application/json", "user-agent", "scenario");
        stage.api().handle(new Call("DELETE", path, query, headers, new byte[0]));
        lost++;
      }
    }
    line("do", "%s loses its pods: %d".formatted(node, lost));
  }

  /// Looks until it is so or the time is up.
  ///
  /// @return whether it became so
  private boolean until(BooleanSupplier so, Duration time) throws InterruptedException {
    var end = stage.now().plus(time);
    while (true) {
      endFaults();
      look();
      if (so.getAsBoolean()) {
        return true;
      }
      if (!stage.now().isBefore(end) || Duration.between(began, stage.now()).compareTo(MOST) > 0) {
        return false;
      }
      stage.pass(LOOK);
    }
  }

  private void endFaults() {
    for (var fault : List.copyOf(faults.entrySet())) {
      if (!stage.now().isBefore(fault.getValue())) {
        faults.remove(fault.getKey());
        stage.fault(fault.getKey(), false);
        line("do", fault.getKey().key() + ": in order again");
      }
    }
  }

  private void look() {
    var canary =
        get(
            "/apis/flagger.app/v1beta1/namespaces/%s/canaries/%s"
                .formatted(NAMESPACE, Releases.APP));
    var primary =
        get(
            "/apis/apps/v1/namespaces/%s/deployments/%s-primary"
                .formatted(NAMESPACE, Releases.APP));
    var image = primary.at("/spec/template/spec/containers/0/image").asText();
    boolean held =
        canary
            .at("/status/conditions")
            .valueStream()
            .anyMatch(c ->
                c.path("type").asText().equals("Held") && c.path("status").asText().equals("True"));
    var now =
        new Sight(
            canary.at("/status/phase").asText(),
            canary.at("/status/canaryWeight").asInt(),
            held,
            image.substring(image.lastIndexOf(':') + 1));
    for (var event : get("/api/v1/namespaces/%s/events".formatted(NAMESPACE)).path("items")) {
      if (event.at("/involvedObject/kind").asText().equals("Canary")) {
        events.add(event.path("reason").asText());
      }
    }
    if (!now.equals(sight)) {
      sight = now;
      line("see", "canary " + now);
    }
  }

  private boolean fits(Scenario.Seen wanted) {
    return wanted.phase().map(sight.phase()::equals).orElse(true)
        && wanted.weight().map(weight -> weight == sight.weight()).orElse(true)
        && wanted.held().map(held -> held == sight.held()).orElse(true)
        && wanted.primary().map(sight.primary()::equals).orElse(true)
        && wanted.event().map(events::contains).orElse(true);
  }

  private JsonNode get(String path) {
    var headers = Map.of("accept", "application/json", "user-agent", "scenario");
    var answer = stage.api().handle(new Call("GET", path, Map.of(), headers, new byte[0]));
    try {
      return answer.status() == 200 ? JSON.readTree(answer.body()) : JSON.createObjectNode();
    } catch (IOException e) {
      return JSON.createObjectNode();
    }
  }

  private static String shown(Duration time) {
    return time.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
  }

  private static String shown(Scenario.Seen seen) {
    var words = new ArrayList<String>();
    seen.phase().ifPresent(phase -> words.add("phase " + phase));
    seen.weight().ifPresent(weight -> words.add("weight %d %%".formatted(weight)));
    seen.held().ifPresent(held -> words.add(held ? "held" : "not held"));
    seen.primary().ifPresent(version -> words.add("primary " + version));
    seen.event().ifPresent(reason -> words.add("Event " + reason));
    return String.join(", ", words);
  }

  private void line(String kind, String text) {
    var line = new Line(Duration.between(began, stage.now()), kind, text);
    lines.add(line);
    tells.accept(line);
  }
}
