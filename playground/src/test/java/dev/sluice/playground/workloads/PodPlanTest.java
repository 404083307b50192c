package dev.sluice.playground.workloads;

import static dev.sluice.playground.workloads.Objects.pod;
import static dev.sluice.playground.workloads.Objects.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodPlanTest {
  private static final List<ObjectNode> NODES = Nodes.all(Instant.EPOCH);
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final List<String> events = new ArrayList<>();
  private boolean appRuns;
  private boolean stopping;

  /// Carries plans out on the object until nothing is left to do at this time.
  private ObjectNode settle(ObjectNode start) {
    var pod = start;
    for (int i = 0; i < 10; i++) {
      var around = new PodPlan.Surroundings(NODES, _ -> NodeLoad.NONE, _ -> "10.244.0.1", stopping);
      var plan = PodPlan.of(pod, around, now);
      boolean changed = false;
      for (var action : plan.actions()) {
        switch (action) {
          case Action.Create(_, var event) ->
              events.add(event.path("reason").asText() + ": " + event.path("message").asText());
          case Action.Replace(_, var object) -> {
            pod = object;
            changed = true;
          }
          case Action.ReplaceStatus(_, var object) -> {
            pod = object;
            changed = true;
          }
          case Action.Delete _ -> {
            return yaml("metadata: {name: gone}");
          }
          case Action.RunApp _ -> appRuns = true;
          case Action.Scale _ -> throw new AssertionError("a pod scales nothing");
          case Action.EndApp _ -> stopping = true;
          case Action.StopApp _ -> appRuns = false;
        }
      }
      if (!changed) {
        return pod;
      }
    }
    throw new AssertionError("the plan never rests");
  }

  private ObjectNode after(Duration time, ObjectNode pod) {
    now = now.plus(time);
    return settle(pod);
  }

  @Test
  void aPodRunsAtOnceAndIsReadyWhenItsAnnotationSays() {
    var pod = settle(pod("playground.sluice.dev/ready-after: 5s"));
    assertThat(appRuns).isTrue();
    assertThat(pod.at("/status/podIP").asText()).isEqualTo("10.244.0.1");
    assertThat(new Pod(pod).ready()).isFalse();

    assertThat(new Pod(after(Duration.ofSeconds(4), pod)).ready()).isFalse();
    assertThat(new Pod(after(Duration.ofSeconds(1), pod)).ready()).isTrue();
  }

  @Test
  void aPodThatShallNeverBeReadySaysSoAndIsNot() {
    var pod = settle(pod("playground.sluice.dev/ready: never"));

    assertThat(new Pod(after(Duration.ofDays(1), pod)).ready()).isFalse();
    assertThat(events).anyMatch(event -> event.startsWith("Unhealthy: "));
  }

  @Test
  void aBadAnnotationIsAnEventThatNamesItAndItsValue() {
    settle(pod("playground.sluice.dev/error-rate: lots"));

    assertThat(events)
        .anyMatch(event ->
            event.startsWith("BadAnnotation: ")
                && event.contains("playground.sluice.dev/error-rate")
                && event.contains("\"lots\""));
  }

  @Test
  void aCrashingPodIsNotReadyAndComesBackEachTimeLater() {
    var pod = settle(pod("playground.sluice.dev/crash-after: 30s"));
    pod = after(Duration.ofSeconds(1), pod);
    assertThat(new Pod(pod).ready()).isTrue();

    pod = after(Duration.ofSeconds(29), pod);
    assertThat(new Pod(pod).ready()).isFalse();
    assertThat(appRuns).isFalse();
    assertThat(pod.at("/status/containerStatuses/0/state/terminated/reason").asText())
        .as("the first time it comes back at once")
        .isEqualTo("Error");

    pod = after(Duration.ofSeconds(1), pod);
    assertThat(appRuns).isTrue();
    assertThat(new Pod(pod).restarts()).isEqualTo(1);
    pod = after(Duration.ofSeconds(30), pod);
    assertThat(appRuns).isFalse();
    var container = pod.at("/status/containerStatuses/0");
    assertThat(container.at("/state/waiting/reason").asText()).isEqualTo("CrashLoopBackOff");
    assertThat(container.at("/state/waiting/message").asText())
        .isEqualTo("back-off 10s restarting failed container=app pod=web-x_shop(p-1)");
    assertThat(container.at("/lastState/terminated/exitCode").asInt()).isEqualTo(1);
    pod = after(Duration.ofSeconds(9), pod);
    assertThat(appRuns).isFalse();
    pod = after(Duration.ofSeconds(1), pod);
    assertThat(appRuns).isTrue();
    assertThat(new Pod(pod).restarts()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"0,1", "1,10", "2,20", "3,40", "6,300", "1000,300"})
  void theWaitBeforeARestartDoublesUpToFiveMinutes(int restarts, int seconds) {
    assertThat(PodPlan.backOff(restarts)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void aPodThatFitsNoNodeStaysPendingWithOneEvent() {
    var pod = pod("");
    pod.withObject("/spec/nodeSelector").put("no-such", "node");

    pod = after(Duration.ofHours(1), settle(pod));

    assertThat(pod.at("/status/conditions/0/reason").asText()).isEqualTo("Unschedulable");
    assertThat(new Pod(pod).node()).isEmpty();
    assertThat(events)
        .containsExactly(
            "FailedScheduling: 0/3 nodes are available: 3 node(s) didn't match Pod's node"
                + " affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not"
                + " helpful for scheduling.");
  }

  @Test
  void aDeletedPodServesOnUntilTrafficHasDrained() {
    var pod = after(Duration.ofSeconds(1), settle(pod("")));
    pod.withObject("/metadata")
        .put("deletionGracePeriodSeconds", 30)
        .put("deletionTimestamp", Meta.text(now.plusSeconds(30)));

    pod = settle(pod);
    assertThat(appRuns).isTrue();
    assertThat(events).contains("Killing: Stopping container app");
    pod = after(PodPlan.DRAIN, pod);
    assertThat(appRuns).isFalse();
    assertThat(Meta.name(pod)).isEqualTo("gone");
  }

  @Test
  void theKubeletTellsWhatItDoesInTheOrderInWhichItDoesIt() {
    settle(pod(""));

    assertThat(events)
        .containsExactly(
            "Scheduled: Successfully assigned shop/web-x to node-1",
            "Pulled: Container image \"web:2\" already present on machine",
            "Created: Created container: app",
            "Started: Started container app");
  }

  @Test
  void anImageThatNoRegistryHasIsTriedAndThenWaitedFor() {
    var pod = settle(pod("playground.sluice.dev/image: missing"));
    assertThat(new Pod(pod).waitingFor()).isEqualTo("ErrImagePull");

    pod = after(Duration.ofMinutes(1), pod);
    assertThat(new Pod(pod).waitingFor()).isEqualTo("ImagePullBackOff");
    assertThat(pod.at("/status/phase").asText()).isEqualTo("Pending");
    assertThat(appRuns).isFalse();
    assertThat(events)
        .contains("Failed: Error: ErrImagePull", "BackOff: Back-off pulling image \"web:2\"");

    pod.withObject("/metadata/annotations").remove("playground.sluice.dev/image");
    settle(pod);
    assertThat(appRuns).isTrue();
  }

  @Test
  void aReadinessProbeThatAlwaysFailsKeepsThePodOutOfService() {
    var pod = pod("");
    probe(pod, "readinessProbe", "{httpGet: {path: /status/503, port: http}}");

    pod = after(Duration.ofMinutes(5), settle(pod));

    assertThat(new Pod(pod).ready()).isFalse();
    assertThat(events)
        .contains("Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503");
  }

  @Test
  void aReadinessProbeIsAskedAfterItsDelay() {
    var pod = pod("");
    probe(pod, "readinessProbe", "{httpGet: {path: /readyz, port: 8080}, initialDelaySeconds: 20}");

    pod = after(Duration.ofSeconds(19), settle(pod));
    assertThat(new Pod(pod).ready()).isFalse();
    assertThat(new Pod(after(Duration.ofSeconds(1), pod)).ready()).isTrue();
  }

  @Test
  void aLivenessProbeThatFailsRestartsTheContainer() {
    var pod = pod("");
    probe(pod, "livenessProbe", "{tcpSocket: {port: 9999}, periodSeconds: 5}");

    pod = after(Duration.ofSeconds(11), settle(pod));
    pod = after(Duration.ofSeconds(1), pod);

    assertThat(new Pod(pod).restarts()).isEqualTo(1);
    assertThat(pod.at("/status/containerStatuses/0/lastState/terminated/exitCode").asInt())
        .isEqualTo(143);
    assertThat(events)
        .contains(
            "Unhealthy: Liveness probe failed: dial tcp 10.244.0.1:9999: connect: connection refused",
            "Killing: Container app failed liveness probe, will be restarted");
  }

  private static void probe(ObjectNode pod, String kind, String probe) {
    ((ObjectNode) pod.at("/spec/containers/0")).set(kind, yaml(probe));
  }

  @Test
  void whatMayEndEndsForGood() {
    var pod = pod("playground.sluice.dev/exit-after: 5s");
    pod.withObject("/spec").put("restartPolicy", "Never");

    pod = after(Duration.ofSeconds(5), settle(pod));

    assertThat(pod.at("/status/phase").asText()).isEqualTo("Succeeded");
    assertThat(appRuns).isFalse();
  }

  @Test
  void aPodThatCannotStandItsNodesTaintIsSentAway() {
    var pod = settle(pod(""));
    var node = NODES.getFirst().deepCopy();
    node.withObject("/spec")
        .putArray("taints")
        .add(yaml("{key: gpu, value: none, effect: NoExecute}"));
    var around =
        new PodPlan.Surroundings(List.of(node), _ -> NodeLoad.NONE, _ -> "10.244.0.1", false);

    assertThat(PodPlan.of(pod, around, now).actions())
        .anyMatch(Action.Delete.class::isInstance)
        .anySatisfy(action ->
            assertThat(action)
                .isInstanceOfSatisfying(
                    Action.Create.class,
                    event ->
                        assertThat(event.object().path("message").asText())
                            .isEqualTo("Marking for deletion Pod shop/web-x")));
  }
}
