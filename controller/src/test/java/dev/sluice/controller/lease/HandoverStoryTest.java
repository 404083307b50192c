package dev.sluice.controller.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.analysis.Http;
import dev.sluice.controller.virtual.VirtualController;
import dev.sluice.playground.metrics.QueryApi;
import dev.sluice.playground.virtual.Fault;
import dev.sluice.playground.virtual.VirtualWorld;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Rule 7 with two replicas: a change of leader in mid-rollout changes nothing but the time, and
/// never do two of them write.
class HandoverStoryTest {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final String APP =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, namespace: production}
      spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
      """;
  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: web, namespace: production}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        service: {port: 80, targetPort: 8080}
        analysis:
          interval: 10s
          threshold: 3
          maxWeight: 50
          stepWeight: 10
          metrics:
          - {name: request-success-rate, thresholdRange: {min: 99}, interval: 1m}
      """;

  private VirtualWorld world;
  private Replica a;
  private Replica b;

  @BeforeEach
  void twoReplicasAndAnAppThatIsOnboarded() throws IOException {
    world = VirtualWorld.seeded(7, Path.of(System.getProperty("sluice.root", "..")));
    a = replica("a");
    b = replica("b");
    world.create(APP);
    world.deploy("web", "1.0.0");
    world.advance(Duration.ofSeconds(20));
    world.users("web", 20);
    world.create(CANARY);
    runUntil("phase", "Initialized", Duration.ofMinutes(3));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private Replica replica(String name) {
    Replica replica =
        new Replica(
            world,
            name,
            new VirtualController.Outside(
                this::ask,
                (canary, hook, phase, revision) -> Optional.empty(),
                (canary, standing, announcement, at) -> {}));
    world.add(replica);
    return replica;
  }

  // ---- what happens ----

  @Test
  void undisturbedOnlyTheLeaderWrites() {
    release();
    assertThat(a.writesSince(Instant.MIN)).isNotEmpty();
    assertThat(b.writesSince(Instant.MIN)).isEmpty();
    thenAllIsAsAlways();
  }

  @Test
  void aLeaderThatIsKilledIsFollowedWithoutAStepTooEarlyOrLost() {
    releaseUntil(30);
    a.kill();
    finish();
    assertThat(b.writesSince(Instant.MIN)).isNotEmpty();
    thenAllIsAsAlways();
  }

  @Test
  void aLeaderThatEndsIsFollowedWithinTwoSeconds() throws Exception {
    releaseUntil(30);
    a.end();
    world.advance(Duration.ofSeconds(2));
    assertThat(b.leads()).isTrue();
    finish();
    thenAllIsAsAlways();
  }

  @Test
  void aLeaderThatIsCutOffWritesNothingAfterAnotherTookOver() {
    releaseUntil(30);
    a.line().inject(call -> Fault.REFUSED);
    Instant taken = runUntilLeading(b);
    a.line().inject(Fault.Source.NEVER);
    finish();
    assertThat(a.writesSince(taken)).isEmpty();
    thenAllIsAsAlways();
  }

  @Test
  void aLeaderThatSleptWritesNothingWhenItWakesUp() {
    releaseUntil(30);
    a.freeze(Duration.ofSeconds(25));
    Instant taken = runUntilLeading(b);
    finish();
    assertThat(a.writesSince(taken)).isEmpty();
    assertThat(a.leads()).isFalse();
    thenAllIsAsAlways();
  }

  @Test
  void aLeaderThatOverslptWithNobodyToFollowItLeadsAgainWithAFreshMemory() {
    b.kill();
    releaseUntil(20);
    a.freeze(Duration.ofSeconds(25));
    finish();
    thenAllIsAsAlways();
  }

  @Test
  void aRollingUpdateEveryTwelveSecondsMakesNoStepEarly() throws Exception {
    releaseUntil(10);
    Replica leader = a;
    Replica follower = b;
    for (int i = 0; i < 8; i++) {
      world.advance(Duration.ofSeconds(12));
      leader.end();
      leader = follower;
      follower = replica("c" + i);
    }
    finish();
    thenAllIsAsAlways();
  }

  // ---- telling ----

  private void release() {
    releaseUntil(10);
    finish();
  }

  private void releaseUntil(int weight) {
    world.deploy("web", "1.1.0");
    runUntil("canaryWeight", String.valueOf(weight), Duration.ofMinutes(5));
  }

  private void finish() {
    runUntil("phase", "Succeeded", Duration.ofMinutes(10));
    world.advance(Duration.ofSeconds(30));
  }

  private Instant runUntilLeading(Replica replica) {
    for (int i = 0; i < 60 && !replica.leads(); i++) {
      world.advance(Duration.ofSeconds(1));
      assertThat(a.leads() && b.leads()).as("two leaders").isFalse();
    }
    assertThat(replica.leads()).isTrue();
    return world.now();
  }

  /// What a user sees of the whole rollout, whoever led when.
  private void thenAllIsAsAlways() {
    List<String> reasons =
        world.events().stream()
            .filter(line -> line.startsWith("Canary/web "))
            .map(line -> line.substring("Canary/web ".length(), line.indexOf(':')))
            .toList();
    assertThat(reasons)
        .containsExactly(
            "Initializing",
            "Initialized",
            "NewRevision",
            "WeightAdvanced",
            "WeightAdvanced",
            "WeightAdvanced",
            "WeightAdvanced",
            "WeightAdvanced",
            "Promoting",
            "Finalising",
            "Promoted");
    List<Instant> steps = times("WeightAdvanced");
    for (int i = 1; i < steps.size(); i++) {
      assertThat(Duration.between(steps.get(i - 1), steps.get(i)))
          .as("from step %d to the next", i)
          .isGreaterThanOrEqualTo(INTERVAL);
    }
    assertThat(world.trafficTo("web")).containsOnlyKeys("1.1.0");
    assertThat(
            object("/apis/apps/v1/namespaces/production/deployments/web")
                .at("/spec/replicas")
                .asInt())
        .isZero();
  }

  private List<Instant> times(String reason) {
    List<Instant> times = new ArrayList<>();
    for (JsonNode event : object("/api/v1/namespaces/production/events").path("items")) {
      if (event.path("reason").asText().equals(reason)) {
        times.add(Instant.parse(event.path("lastTimestamp").asText()));
      }
    }
    return times.stream().sorted().toList();
  }

  private void runUntil(String field, String value, Duration atMost) {
    Instant end = world.now().plus(atMost);
    while (!status(field).equals(value)) {
      assertThat(world.now())
          .as("%s is %s, not %s%n%s", field, status(field), value, world.events())
          .isBefore(end);
      world.advance(Duration.ofSeconds(1));
    }
  }

  private String status(String field) {
    return object("/apis/flagger.app/v1beta1/namespaces/production/canaries/web")
        .path("status")
        .path(field)
        .asText();
  }

  private JsonNode object(String path) {
    return world.get(path).orElseThrow();
  }

  private Http.Response ask(Http.Request request) {
    Map<String, List<String>> form = new LinkedHashMap<>();
    for (String pair : new String(request.body(), StandardCharsets.UTF_8).split("&", -1)) {
      String[] both = pair.split("=", 2);
      form.put(
          URLDecoder.decode(both[0], StandardCharsets.UTF_8),
          List.of(URLDecoder.decode(both[1], StandardCharsets.UTF_8)));
    }
    QueryApi.Reply reply = world.metrics().answer(request.uri().getPath(), form, world.now());
    return new Http.Response(reply.status(), reply.body());
  }
}
