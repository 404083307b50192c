package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.analysis.Http;
import dev.sluice.controller.cluster.ClusterFailure;
import dev.sluice.controller.virtual.VirtualController;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.scenario.Scenario;
import dev.sluice.playground.scenario.ScenarioReader;
import dev.sluice.playground.scenario.Stage;
import dev.sluice.playground.scenario.Storyteller;
import dev.sluice.playground.virtual.Fault;
import dev.sluice.playground.virtual.VirtualWorld;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The stories of `docs/examples/scenarios` as they are, on the virtual clock, with the real
/// reconciler. What a commit holds is applied as Git sync would apply it.
class ScenariosTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));

  @ParameterizedTest
  @ValueSource(strings = {"prometheus-down", "api-errors", "node-loses-pods"})
  void theStoryHolds(String name) throws Exception {
    Scenario scenario =
        ScenarioReader.read(ROOT.resolve("docs/examples/scenarios/" + name + ".yaml"));
    try (VirtualStage stage = new VirtualStage()) {
      Storyteller.Outcome outcome = Storyteller.tell(scenario, stage, line -> {});

      assertThat(outcome.held()).as(() -> told(outcome)).isTrue();
    }
  }

  @Test
  void aStoryThatDoesNotHoldSaysWhatWasSeenInstead(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("wrong.yaml");
    Files.writeString(
        file,
        """
        name: wrong
        steps:
        - traffic: 20
        - commit: {version: 1.0.0}
        - expect: {phase: Initialized, within: 3m}
        - commit: {version: 1.1.0, errorRate: 0.3}
        - expect: {phase: Succeeded, within: 3m}
        - say: nobody hears this
        """);
    try (VirtualStage stage = new VirtualStage()) {
      Storyteller.Outcome outcome = Storyteller.tell(ScenarioReader.read(file), stage, line -> {});

      assertThat(outcome.held()).isFalse();
      assertThat(outcome.lines().getLast().text())
          .isEqualTo(
              "expected phase Succeeded within 3m, but it is Failed, weight 0 %, primary 1.0.0"
                  + " (line 7)");
    }
  }

  private static String told(Storyteller.Outcome outcome) {
    return String.join("\n", outcome.lines().stream().map(Object::toString).toList());
  }

  private static final class VirtualStage implements Stage, VirtualWorld.Part, AutoCloseable {
    private final VirtualWorld world = VirtualWorld.seeded(11, ROOT);
    private final Deque<Map<String, String>> commits = new ArrayDeque<>();
    private boolean prometheusIsDown;
    private boolean gitRefuses;
    private Optional<VirtualController> controller = Optional.of(controller());

    VirtualStage() throws IOException {
      world.add(this);
    }

    private VirtualController controller() {
      return new VirtualController(
          world.faultyApi(),
          new VirtualController.Outside(
              this::ask,
              (canary, hook, phase, revision) -> Optional.empty(),
              (canary, standing, announcement, at) -> {}),
          Duration.ofSeconds(1),
          world.clock());
    }

    private Http.Response ask(Http.Request request) throws IOException {
      if (prometheusIsDown) {
        throw new IOException("connection refused");
      }
      Map<String, List<String>> form = new LinkedHashMap<>();
      for (String pair : new String(request.body(), StandardCharsets.UTF_8).split("&", -1)) {
        String[] both = pair.split("=", 2);
        form.put(
            URLDecoder.decode(both[0], StandardCharsets.UTF_8),
            List.of(URLDecoder.decode(both[1], StandardCharsets.UTF_8)));
      }
      var reply = world.metrics().answer(request.uri().getPath(), form, world.now());
      return new Http.Response(reply.status(), reply.body());
    }

    @Override
    public Optional<Instant> nextDue() {
      return controller.isPresent()
          ? controller.get().nextDue()
          : Optional.of(world.now().plusSeconds(1));
    }

    @Override
    public void run(Instant now) {
      while (!gitRefuses && !commits.isEmpty()) {
        apply(commits.removeFirst());
      }
      if (controller.isEmpty()) {
        start();
      }
      controller.ifPresent(VirtualController::look);
    }

    private void apply(Map<String, String> files) {
      files.forEach((file, text) -> {
        if (file.endsWith(".yaml")) {
          try {
            Manifests.read(text).forEach(this::apply);
          } catch (IOException e) {
            throw new IllegalArgumentException(file, e);
          }
        }
      });
    }

    private void apply(ObjectNode object) {
      if (object.path("kind").asText().equals("Deployment")) {
        // The rollout claims it, as for Git sync.
        object.withObject("/spec").remove("replicas");
      }
      String group = object.path("apiVersion").asText();
      String path =
          "/apis/%s/namespaces/%s/%s/%s"
              .formatted(
                  group,
                  VirtualWorld.NAMESPACE,
                  PLURALS.get(object.path("kind").asText()),
                  object.at("/metadata/name").asText());
      var answer =
          world
              .api()
              .handle(
                  new Call(
                      "PATCH",
                      path,
                      Map.of("fieldManager", List.of("sluice-git"), "force", List.of("true")),
                      Map.of(
                          "accept", "application/json",
                          "content-type", "application/apply-patch+yaml"),
                      object.toString().getBytes(StandardCharsets.UTF_8)));
      assertThat(answer.status())
          .as(() -> new String(answer.body(), StandardCharsets.UTF_8))
          .isBetween(200, 201);
    }

    private static final Map<String, String> PLURALS =
        Map.of("Deployment", "deployments", "Canary", "canaries", "Gateway", "gateways");

    @Override
    public Instant now() {
      return world.now();
    }

    @Override
    public void pass(Duration time) {
      world.advance(time);
    }

    @Override
    public ApiServer api() {
      return world.api();
    }

    @Override
    public void commit(Map<String, String> files, String message) {
      commits.add(files);
    }

    @Override
    public void traffic(int perSecond) {
      world.visitors("myapp.example.com", perSecond);
    }

    @Override
    public void fault(Scenario.Part part, boolean outOfOrder) {
      switch (part) {
        case PROMETHEUS -> prometheusIsDown = outOfOrder;
        case GIT -> gitRefuses = outOfOrder;
        case API ->
            world.faultyApi().inject(outOfOrder ? call -> Fault.SERVER_ERROR : Fault.Source.NEVER);
      }
    }

    @Override
    public void killController() {
      controller.ifPresent(VirtualController::kill);
      controller = Optional.empty();
    }

    /// One that cannot read the cluster ends, and is started again.
    private void start() {
      try {
        controller = Optional.of(controller());
      } catch (ClusterFailure e) {
        controller = Optional.empty();
      }
    }

    @Override
    public void close() {
      world.close();
    }
  }
}
