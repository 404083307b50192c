package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.controller.cli.CommandLineRun;
import dev.sluice.mesh.Percent;
import dev.sluice.playground.api.Answer;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.api.Call;
import dev.sluice.playground.api.HttpFront;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A person at a terminal, who reaches the API server over HTTP, and the controller beside it.
@Execution(ExecutionMode.SAME_THREAD)
class CommandLineStoryTest {
  private static final Duration TICK = Duration.ofMillis(20);

  @TempDir Path folder;
  private World world;
  private Vertx vertx;
  private HttpFront front;
  private boolean isForbidden;

  @BeforeEach
  void aRolloutAt20Percent() throws IOException {
    world = Myapp.at(20, 31).run(Duration.ofSeconds(6));
    vertx = Vertx.vertx();
    var server = world.server();
    front =
        HttpFront.start(
            vertx,
            new ApiServer() {
              @Override
              public Answer handle(Call call) {
                return isForbidden && call.method().equals("PATCH")
                    ? forbidden()
                    : server.handle(call);
              }

              @Override
              public AutoCloseable watch(Call call, Consumer<ObjectNode> frames) {
                return server.watch(call, frames);
              }
            },
            0);
    Files.writeString(
        folder.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "%s"}}]
        users: [{name: u, user: {}}]
        contexts: [{name: here, context: {cluster: c, user: u, namespace: production}}]
        current-context: here
        """
            .formatted(front.url()));
  }

  @AfterEach
  void close() {
    front.close();
    vertx.close();
    world.close();
  }

  private static Answer forbidden() {
    return new Answer(
        403,
        "application/json",
        """
        {"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,
         "message":"canaries.flagger.app \\"myapp\\" is forbidden: User \\"joe\\" cannot patch"}
        """
            .getBytes(StandardCharsets.UTF_8),
        Map.of());
  }

  /// Time passes while the command line waits.
  private CommandLineRun sluice(boolean controllerRuns, String... args) throws Exception {
    return sluice(controllerRuns ? TICK : Duration.ZERO, args);
  }

  /// @param pace how much time passes in the world in a fiftieth of a second here
  private CommandLineRun sluice(Duration pace, String... args) throws Exception {
    var line = new ArrayList<>(List.of(args));
    line.add("--kubeconfig=" + folder.resolve("kubeconfig"));
    var run = CommandLineRun.heard(line.toArray(String[]::new));
    for (int i = 0; i < 3000 && !run.endsWithin(TICK); i++) {
      if (pace.isPositive()) {
        world.run(pace);
      }
    }
    assertThat(run.ended()).as("%s ended: %s%s", line, run.out(), run.err()).isTrue();
    return run;
  }

  @Test
  void promoteTakesAStepAndSaysWhatFollows() throws Exception {
    try (var run = sluice(true, "promote", "myapp", "--reason", "looks fine")) {
      assertThat(run.err()).isEmpty();
      assertThat(run.out())
          .startsWith("promote of production/myapp: revision ")
          .contains("goes on from 20% without its check and without approval")
          .hasLineCount(1);
      assertThat(run.exit()).isZero();
    }
    assertThat(world.story("myapp").toString())
        .contains("CommandTaken: promote of myapp.production by kubernetes-admin")
        .contains("(through sluice) (looks fine)");
    assertThat(world.canary("myapp").at("/metadata/annotations").toString())
        .doesNotContain("sluice.dev/command");
  }

  @Test
  void getDrawsTheRolloutAsItIs() throws Exception {
    try (var run = sluice(false, "get", "canary", "myapp")) {
      assertThat(run.err()).isEmpty();
      assertThat(run.out().lines().map(String::strip))
          .anyMatch(line -> line.matches("production/myapp  Progressing, revision \\w+ has 20% .*"))
          .anyMatch(line -> line.matches(".* target   myapp  2 of 2 pods ready  .*myapp:1.1.0.*"))
          .anyMatch(line -> line.matches(".* primary  myapp-primary  2 of 2 pods .*myapp:1.0.0.*"))
          .anyMatch(line -> line.contains("canary 20%, primary 80%  says the VirtualService"))
          .anyMatch(line -> line.contains("0% → 10% → [20%] → 30% → 40% → 50% → promotion"))
          .anyMatch(line -> line.contains("WeightAdvanced  Advance myapp.production"));
      assertThat(run.exit()).isZero();
    }
  }

  @Test
  void getWatchesUntilTheRolloutIsOver() throws Exception {
    try (var run = sluice(Duration.ofMillis(500), "get", "canary", "myapp", "-w")) {
      assertThat(run.exit()).as(run.err()).isZero();
      assertThat(run.out())
          .contains("Progressing, revision")
          .containsPattern("production/myapp  Succeeded, revision \\w+\\n[^✘]*$");
    }
  }

  @Test
  void getGivesScriptsTheWholeObject() throws Exception {
    try (var json = sluice(false, "get", "canary", "myapp", "-o", "json");
        var yaml = sluice(false, "get", "canary", "myapp", "-o", "yaml")) {
      assertThat(json.out()).startsWith("{").contains("\"canaryWeight\" : 20");
      assertThat(yaml.out())
          .startsWith("apiVersion: flagger.app/v1beta1\n")
          .contains("canaryWeight: 20");
      assertThat(json.out() + yaml.out()).doesNotContain("managedFields");
    }
  }

  @Test
  void checkSaysWhatTheControllerSaysAndWritesNothing() throws Exception {
    try (var run = sluice(false, "check")) {
      assertThat(run.out()).contains("1 Canary: ", "0 refused");
      assertThat(run.exit()).as(run.err()).isZero();
    }
    world.patch(
        "/apis/flagger.app/v1beta1/namespaces/production/canaries/myapp",
        "{\"spec\": {\"provider\": \"gatewayapi:v1\"}}");
    String before = world.canary("myapp").at("/metadata/resourceVersion").asText();
    String said;
    try (var run = sluice(false, "check", "-A")) {
      assertThat(run.exit()).isEqualTo(1);
      said = run.out().lines().filter(line -> line.contains("refused  ")).findFirst().orElseThrow();
    }
    assertThat(world.canary("myapp").at("/metadata/resourceVersion").asText()).isEqualTo(before);

    world.run(Duration.ofSeconds(20));

    assertThat(world.canary("myapp").at("/status/conditions").toString())
        .contains(said.replaceFirst(" +refused +", ""));
  }

  @Test
  void filesAreCheckedAgainstWhatTheClusterHas() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("web.yaml"),
            """
            apiVersion: flagger.app/v1beta1
            kind: Canary
            metadata: {name: web}
            spec:
              targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
              service: {port: 80}
              analysis:
                interval: 1m
                threshold: 5
                stepWeight: 10
                metrics: [{name: orders, templateRef: {name: orders}, thresholdRange: {min: 1}}]
            """);
    try (var run = sluice(false, "check", "-n", "production", file.toString())) {
      assertThat(run.out()).contains("MetricTemplate production/orders does not exist");
      assertThat(run.exit()).isEqualTo(1);
    }
    world.apply(
        """
        apiVersion: flagger.app/v1beta1
        kind: MetricTemplate
        metadata: {name: orders, namespace: production}
        spec: {provider: {type: prometheus, address: "http://prometheus:9090"}, query: up}
        """);
    try (var run = sluice(false, "check", "-n", "production", file.toString())) {
      assertThat(run.out()).contains("0 refused");
      assertThat(run.exit()).as(run.err()).isZero();
    }
  }

  @Test
  void checkSaysWhenNobodyAnswers() throws Exception {
    front.close();
    try (var run = sluice(false, "check")) {
      assertThat(run.err()).contains("the API server cannot be reached").hasLineCount(1);
      assertThat(run.exit()).isEqualTo(3);
    }
  }

  @Test
  void getListsAllOfANamespace() throws Exception {
    try (var run = sluice(false, "get", "canaries", "-A")) {
      assertThat(run.out()).containsPattern("production +myapp +Progressing +20% ");
    }
    try (var run = CommandLineRun.heard("get")) {
      assertThat(run.endsWithin(Duration.ofSeconds(10))).isTrue();
      assertThat(run.err()).contains("say what: get canary NAME, or get canaries");
      assertThat(run.exit()).isEqualTo(2);
    }
  }

  @Test
  void abortRollsBack() throws Exception {
    try (var run = sluice(true, "abort", "myapp", "-n", "production")) {
      assertThat(run.exit()).isZero();
    }
    world.run(Duration.ofSeconds(1));
    assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
  }

  @Test
  void whatMakesNoSenseIsRefusedOnOneLine() throws Exception {
    try (var run = sluice(true, "retry", "myapp")) {
      assertThat(run.err())
          .startsWith("sluice: retry of production/myapp is refused: revision ")
          .contains("has not failed; it is under way")
          .hasLineCount(1);
      assertThat(run.exit()).isEqualTo(1);
    }
  }

  @Test
  void aCommandAboutAnotherRevisionIsRefused() throws Exception {
    try (var run = sluice(true, "promote", "--full", "myapp", "--revision", "abcdef")) {
      assertThat(run.err()).contains("it is about revision abcdef, but the revision here is");
      assertThat(run.exit()).isEqualTo(1);
    }
    assertThat(world.phase("myapp")).isEqualTo("Progressing");
  }

  @Test
  void withoutAControllerTheCommandIsTakenBack() throws Exception {
    try (var run = sluice(false, "promote", "myapp", "--timeout=1s")) {
      assertThat(run.err())
          .contains(
              "no controller answered within 1s, so promote of production/myapp was taken back")
          .hasLineCount(1);
      assertThat(run.exit()).isEqualTo(3);
    }
    assertThat(world.canary("myapp").at("/metadata/annotations").toString())
        .doesNotContain("sluice.dev/command");
    world.run(Duration.ofSeconds(2));
    assertThat(world.reasons("myapp")).doesNotContain("CommandTaken");
  }

  @Test
  void withoutWaitingItIsOnlyGiven() throws Exception {
    try (var run = sluice(false, "pause", "myapp", "--no-wait")) {
      assertThat(run.out()).contains("pause of production/myapp: given");
      assertThat(run.exit()).isZero();
    }
    try (var second = sluice(false, "resume", "myapp")) {
      assertThat(second.err())
          .contains("another command waits for an answer (pause by kubernetes-admin");
      assertThat(second.exit()).isEqualTo(1);
    }
    world.run(Duration.ofSeconds(1));
    assertThat(world.canary("myapp").at("/status/rollout/held/reason").asText())
        .isEqualTo("Paused");
  }

  @Test
  void aNameThatIsNotThereIsAnsweredWithTheOneThatWasMeant() throws Exception {
    try (var run = sluice(false, "promote", "my-app")) {
      assertThat(run.err())
          .isEqualToIgnoringNewLines(
              "sluice: there is no Canary my-app in namespace production; did you mean myapp?");
      assertThat(run.exit()).isEqualTo(1);
    }
    try (var run = sluice(false, "promote", "myapp", "-n", "staging")) {
      assertThat(run.err())
          .contains(
              "there is no Canary in namespace staging; name another with -n, or list all of them"
                  + " with ./sluice get canaries -A");
    }
  }

  @Test
  void whoMayNotPatchIsToldSo() throws Exception {
    isForbidden = true;
    try (var run = sluice(false, "abort", "myapp")) {
      assertThat(run.err())
          .contains("sluice: you may not do that: canaries.flagger.app \"myapp\" is forbidden")
          .hasLineCount(1);
      assertThat(run.exit()).isEqualTo(1);
    }
  }

  @Test
  void badInputIsAnsweredBeforeAnythingIsAsked() throws Exception {
    try (var run = sluice(false, "promote")) {
      assertThat(run.err()).contains("Missing required parameter: 'NAME'", "promote --help");
      assertThat(run.exit()).isEqualTo(2);
    }
    try (var run = sluice(false, "promote", "myapp", "--context=prod")) {
      assertThat(run.err()).contains("the kubeconfig has no context prod; known: here");
      assertThat(run.exit()).isEqualTo(1);
    }
  }

  @Test
  void whatIsNotUnderstoodIsAnsweredWithWhatIs() throws Exception {
    try (var run = CommandLineRun.heard("get", "pods")) {
      assertThat(run.endsWithin(Duration.ofSeconds(10))).isTrue();
      assertThat(run.err())
          .isEqualToIgnoringNewLines(
              "sluice: 'pods' is not understood; known here: canary, canaries (see ./sluice get --help)");
      assertThat(run.exit()).isEqualTo(2);
    }
    try (var run = sluice(false, "abort", "myapp", "now")) {
      assertThat(run.err())
          .isEqualToIgnoringNewLines(
              "sluice: 'now' is one word too many (see ./sluice abort --help)");
      assertThat(run.exit()).isEqualTo(2);
    }
  }

  @Test
  void aClusterThatIsAwayIsNamed() throws Exception {
    front.close();
    try (var run = sluice(false, "promote", "myapp")) {
      assertThat(run.err()).contains("cannot be reached (connection refused)").hasLineCount(1);
      assertThat(run.exit()).isEqualTo(1);
    }
  }
}
