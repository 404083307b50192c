package dev.sluice.playground.workloads;

import static dev.sluice.playground.workloads.Objects.pod;
import static dev.sluice.playground.workloads.Objects.yaml;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodPlanTest {
  private static final List<ObjectNode> NODES = Nodes.all(Instant.EPOCH);
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private final Random random = new Random(1);
  private final List<String> events = new ArrayList<>();
  private boolean appRuns;

  /// Carries plans out on the object until nothing is left to do at this time.
  private ObjectNode settle(ObjectNode start) {
    var pod = start;
    for (int i = 0; i < 10; i++) {
      var plan = PodPlan.of(pod, NODES, _ -> "10.244.0.1", now, random);
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
    assertThat(pod.at("/status/containerStatuses/0/state/waiting/reason").asText())
        .isEqualTo("CrashLoopBackOff");

    pod = after(Duration.ofSeconds(1), pod);
    assertThat(appRuns).isTrue();
    assertThat(new Pod(pod).restarts()).isEqualTo(1);
    pod = after(Duration.ofSeconds(30), pod);
    assertThat(appRuns).isFalse();
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
    assertThat(events).singleElement().asString().startsWith("FailedScheduling: ");
  }

  @Test
  void aDeletedPodServesOnUntilTrafficHasDrained() {
    var pod = after(Duration.ofSeconds(1), settle(pod("")));
    pod.withObject("/metadata")
        .put("deletionGracePeriodSeconds", 30)
        .put("deletionTimestamp", Meta.text(now.plusSeconds(30)));

    pod = settle(pod);
    assertThat(appRuns).isTrue();
    pod = after(PodPlan.DRAIN, pod);
    assertThat(appRuns).isFalse();
    assertThat(Meta.name(pod)).isEqualTo("gone");
  }
}
