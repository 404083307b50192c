package dev.sluice.controller.story;

import static dev.sluice.controller.story.Myapp.A_WHILE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.mesh.Percent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What is special to releases of a DaemonSet, on three nodes; StrategyMatrixTest has their ends.
class DaemonSetStoryTest {
  private static final String DAEMONS = "/apis/apps/v1/namespaces/production/daemonsets/";
  private static final String WELL = "\"playground.sluice.dev/error-rate\":null";

  private static final String CANARY =
      Myapp.canaryOf("apiVersion: apps/v1, kind: DaemonSet", "port: 80, targetPort: 8080");

  private static String app(String more) {
    return """
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: myapp, namespace: production, labels: {app: myapp}}
    spec:
      selector: {matchLabels: {app: myapp}}
      template:
        metadata: {labels: {app: myapp}}
        spec:
          containers: [{name: myapp, image: "registry.example.com/myapp:1.0.0", ports: [{containerPort: 8080}]}]
          %s
    """
        .formatted(more);
  }

  private static World onboarded(long seed, String more, String canary) {
    World world = new World(seed).trafficOf(0);
    world.apply(Myapp.SERVICE).apply(app(more)).run(Duration.ofSeconds(10));
    world.trafficOf(20);
    return world.apply(canary).runUntilPhase("myapp", "Initialized", A_WHILE);
  }

  private static World onboarded(long seed) {
    return onboarded(seed, "", CANARY);
  }

  private static World release(World world, String version, String annotations) {
    return Myapp.release(world, DAEMONS, version, annotations);
  }

  private static World at(int weight, long seed) {
    return release(onboarded(seed), "1.1.0", WELL).runUntilWeight("myapp", weight, A_WHILE);
  }

  private static JsonNode daemons(World world, String name) {
    return world.get(DAEMONS + name);
  }

  private static String image(World world, String name) {
    return daemons(world, name).at("/spec/template/spec/containers/0/image").asText();
  }

  private static JsonNode nodes(World world, String name) {
    return daemons(world, name).at("/spec/template/spec/nodeSelector");
  }

  private static int pods(World world, String app) {
    int count = 0;
    for (JsonNode pod : world.get("/api/v1/namespaces/production/pods").path("items")) {
      count += pod.at("/metadata/labels/app").asText().equals(app) ? 1 : 0;
    }
    return count;
  }

  /// The primary has all traffic and runs this, and not a request was lost on the way.
  private static void served(World world, String version) {
    assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
    assertThat(image(world, "myapp-primary")).endsWith(":" + version);
    assertThat(pods(world, "myapp-primary")).isEqualTo(3);
    assertThat(world.failedForUsers()).isZero();
  }

  @Test
  void anAppOnEveryNodeIsOnboardedWithoutAFailedRequestAndRestsUnderFlaggersName() {
    try (World world = onboarded(1)) {
      world.run(Duration.ofSeconds(30));

      served(world, "1.0.0");
      assertThat(pods(world, "myapp")).isZero();
      assertThat(nodes(world, "myapp").path("flagger.app/scale-to-zero").asText())
          .isEqualTo("true");
      assertThat(nodes(world, "myapp-primary").isMissingNode()).isTrue();
      assertThat(world.story("myapp")).first().asString().contains("New DaemonSet detected");
    }
  }

  @Test
  void theUsersOwnNodeSelectorStaysThroughRestAndRelease() {
    try (World world = new World(3).trafficOf(0)) {
      for (String node : new String[] {"node-1", "node-2"}) {
        world.patch("/api/v1/nodes/" + node, "{\"metadata\":{\"labels\":{\"disk\":\"ssd\"}}}");
      }
      world.apply(Myapp.SERVICE).apply(app("nodeSelector: {disk: ssd}")).run(A_WHILE);
      world.trafficOf(20);
      world.apply(CANARY).runUntilPhase("myapp", "Initialized", A_WHILE);
      assertThat(nodes(world, "myapp").toString())
          .isEqualTo("{\"disk\":\"ssd\",\"flagger.app/scale-to-zero\":\"true\"}");

      release(world, "1.1.0", WELL).runUntilWeight("myapp", 10, A_WHILE);
      assertThat(nodes(world, "myapp").toString()).isEqualTo("{\"disk\":\"ssd\"}");
      world.runUntilPhase("myapp", "Succeeded", A_WHILE);

      assertThat(nodes(world, "myapp-primary").toString()).isEqualTo("{\"disk\":\"ssd\"}");
      assertThat(pods(world, "myapp-primary")).isEqualTo(2);
      assertThat(world.failedForUsers()).isZero();
    }
  }

  /// DaemonSets have no deadline of their own, and Flagger counts that of the Canary from a time
  /// that may be days ago.
  @Test
  void podsThatNeverBecomeReadyGetNoUserAndAreGivenUpAtTheDeadlineCountedFromTheirStart() {
    try (World world = onboarded(5)) {
      world.run(Duration.ofMinutes(5));
      release(world, "1.1.0", "\"playground.sluice.dev/ready\":\"never\"");
      world.runUntilPhase("myapp", "Progressing", A_WHILE);
      var began = world.now();

      world.runUntilPhase("myapp", "Failed", A_WHILE);

      assertThat(Duration.between(began, world.now()))
          .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(90));
      assertThat(world.reasons("myapp")).doesNotContain("WeightAdvanced");
      assertThat(world.alerts())
          .last()
          .asString()
          .contains("did not become ready within 60s", "0 of 3 pods are available");
      served(world, "1.0.0");
    }
  }

  @Test
  void aReleaseThatNoNodeTakesIsNeverReady() {
    try (World world = onboarded(6)) {
      world.patch(
          DAEMONS + "myapp",
          "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"disk\":\"none\"}}}}}");
      world.runUntilPhase("myapp", "Failed", A_WHILE);

      assertThat(world.reasons("myapp")).doesNotContain("WeightAdvanced");
      assertThat(world.alerts()).last().asString().contains("no node takes a pod of it");
      served(world, "1.0.0");
    }
  }

  @Test
  void aTargetThatIsDeletedInMidRunGivesItsTrafficBack() {
    try (World world = at(30, 9)) {
      world.delete(DAEMONS + "myapp").runUntilPhase("myapp", "Failed", A_WHILE);

      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
      assertThat(image(world, "myapp-primary")).endsWith(":1.0.0");
      assertThat(world.alerts().toString()).contains("myapp.production was deleted");
    }
  }

  @Test
  void somebodyWhoSendsTheCanaryToRestInMidRunEndsTheRun() {
    try (World world = at(30, 10)) {
      world.patch(
          DAEMONS + "myapp",
          "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"flagger.app/scale-to-zero\":\"true\"}}}}}");
      world.runUntilPhase("myapp", "Failed", A_WHILE);

      assertThat(world.alerts()).last().asString().contains("scaled myapp.production to zero");
      assertThat(world.routed("myapp")).isEqualTo(Percent.NONE);
    }
  }

  @Test
  void aDeletedCanaryGivesPodsAndTrafficBackToTheTarget() {
    try (World world =
        onboarded(12, "", CANARY.replace("spec:\n", "spec:\n  revertOnDeletion: true\n"))) {
      world.delete(Myapp.CANARIES + "myapp").run(Duration.ofMinutes(1));

      assertThat(world.canary("myapp").path("code").asInt()).isEqualTo(404);
      assertThat(pods(world, "myapp")).isEqualTo(3);
      assertThat(nodes(world, "myapp").isMissingNode()).isTrue();
      assertThat(daemons(world, "myapp-primary").path("code").asInt()).isEqualTo(404);
      assertThat(world.failedForUsers()).isZero();
    }
  }

  /// A DaemonSet counts pods that are about to end as available, and the same template finds them
  /// up to date.
  @Test
  void aReleaseThatIsTriedAgainWhileItsLastPodsEndGetsNoUserBeforeItHasNewOnes() {
    try (World world = at(10, 15)) {
      release(world, "1.0.0", WELL).runUntilPhase("myapp", "Succeeded", A_WHILE);
      release(world, "1.1.0", WELL).runUntilPhase("myapp", "Progressing", A_WHILE);
      world.runUntilPhase("myapp", "Succeeded", Duration.ofMinutes(5));

      served(world, "1.1.0");
    }
  }

  @Test
  void aDaemonSetWhosePodsFollowNoEditIsSaidToBeWrong() {
    try (World world = new World(13).trafficOf(0)) {
      world
          .apply(Myapp.SERVICE)
          .apply(app("").replace("  template:", "  updateStrategy: {type: OnDelete}\n  template:"))
          .apply(CANARY)
          .run(Duration.ofMinutes(1));

      assertThat(world.phase("myapp")).isEqualTo("Initializing");
      assertThat(world.canary("myapp").at("/status/conditions").toString())
          .contains("DaemonSet myapp has updateStrategy OnDelete");
      assertThat(pods(world, "myapp")).isEqualTo(3);
    }
  }

  @Test
  void aNodeThatJoinsBetweenReleasesCostsTheCanaryNoWrite() {
    try (World world = onboarded(14)) {
      world.run(Duration.ofMinutes(1));
      var before = world.canary("myapp").at("/metadata/resourceVersion");

      world.patch("/api/v1/nodes/node-3", "{\"spec\":{\"unschedulable\":true}}");
      world.patch(
          "/api/v1/nodes/node-3",
          "{\"spec\":{\"taints\":[{\"key\":\"gone\",\"effect\":\"NoExecute\"}]}}");
      world.run(Duration.ofMinutes(1));

      assertThat(pods(world, "myapp-primary")).isEqualTo(2);
      assertThat(world.canary("myapp").at("/metadata/resourceVersion")).isEqualTo(before);
    }
  }
}
