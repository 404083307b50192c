package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.controller.rollout.Phase.Approval;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.controller.rollout.policy.Stage;
import dev.sluice.controller.rollout.policy.Stage.Position;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.Condition;
import dev.sluice.crds.RolloutStatus;
import dev.sluice.crds.shape.Binding;
import dev.sluice.mesh.Percent;
import dev.sluice.mesh.Split;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What is written to status is all that a restarted controller knows.
class StatusTest {
  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00.123Z");
  private static final Snapshot SNAPSHOT =
      new Snapshot(new Revision("3f2a"), "uid-1", 7, Map.of("configmap/app", "c1"));
  private static final Run RUN =
      new Run(
          "3f2a-t8",
          SNAPSHOT,
          NOW.minusSeconds(60),
          Optional.of(NOW.minusSeconds(30)),
          Optional.of("0123456789abcdef"));
  private static final Cause CAUSE = new Cause(Cause.Kind.DEADLINE, "0 of 2 pods are available");

  static Stream<Phase> phases() {
    return Stream.of(
        new Phase.Initializing(Optional.empty(), NOW),
        new Phase.Initializing(Optional.of(SNAPSHOT), NOW),
        new Phase.Initialized(SNAPSHOT),
        new Phase.Waiting(RUN, NOW, NOW.plusSeconds(60)),
        new Phase.Progressing(RUN, Stage.of(new Percent(30)), 2, 3, NOW, NOW.plusSeconds(60)),
        new Phase.Progressing(RUN, Stage.of(new Percent(30)), 2, 3, NOW, NOW.plusSeconds(60))
            .awaiting(Approval.TRAFFIC_INCREASE),
        new Phase.Progressing(RUN, Stage.of(new Percent(50)), 2, 3, NOW, NOW.plusSeconds(60))
            .awaiting(Approval.PROMOTION),
        new Phase.Progressing(
            RUN, new Stage(Split.of(Percent.ALL), 2), 1, 2, NOW, NOW.plusSeconds(60)),
        new Phase.Progressing(
            RUN, new Stage(Split.mirror(new Percent(40)), 3), 0, 2, NOW, NOW.plusSeconds(60)),
        new Phase.Progressing(RUN, new Stage(Split.NONE, 1), 0, 0, NOW, NOW.plusSeconds(60)),
        new Phase.Progressing(
            RUN, new Stage(Split.mirror(Percent.ALL), 0), 0, 1, NOW, NOW.plusSeconds(60)),
        new Phase.Progressing(RUN, step(0, new Position(1, 7, 1, false)), 0, 1, NOW, NOW),
        new Phase.Progressing(
            RUN.stoppedFor(Duration.ofMinutes(90)),
            step(20, new Position(3, 7, 5, false)),
            0,
            1,
            NOW,
            NOW),
        new Phase.Progressing(RUN, step(20, new Position(7, 7, 1, true)), 0, 1, NOW, NOW),
        new Phase.Promoting(RUN, new Percent(50), NOW, NOW.plusSeconds(60)),
        new Phase.Finalising(RUN, NOW),
        new Phase.RollingBack(RUN, CAUSE, NOW),
        new Phase.Succeeded(SNAPSHOT),
        new Phase.Succeeded(SNAPSHOT, true),
        new Phase.Failed(SNAPSHOT, CAUSE),
        new Phase.Failed(SNAPSHOT, CAUSE, true));
  }

  private static Stage step(int weight, Position at) {
    return new Stage(Split.of(new Percent(weight)), 0, Optional.of(at));
  }

  @Test
  void whereOfItsStepsARunIsCanBeRead() {
    var stage = step(20, new Position(3, 7, 1, false));
    var phase = new Phase.Progressing(RUN, stage, 0, 1, NOW, NOW);

    var written = written(new Standing(phase, Optional.empty(), List.of(), 3));

    assertThat(written.canaryWeight()).isEqualTo(20);
    assertThat(written.rollout())
        .extracting(RolloutStatus::step)
        .isEqualTo(new RolloutStatus.Step("3/7", null, false));
  }

  @ParameterizedTest
  @MethodSource("phases")
  void everyPhaseIsReadBackExactlyAsItWas(Phase phase) {
    var hold = new Hold(HoldReason.PRIMARY_NOT_READY, "1 of 2 pods are available", NOW, true);
    var problems = List.of(new Problem("spec.analysis.stepWeight", "is 0"));
    for (var standing :
        List.of(
            new Standing(phase, Optional.empty(), List.of(), 3),
            new Standing(phase, Optional.of(hold), problems, 4),
            new Standing(phase, Optional.empty(), List.of(), 4)
                .with(
                    new Orders(
                        Optional.of(new Orders.Pause("jane", "INC-12", NOW)),
                        Optional.of(new Orders.Waiver(Orders.Scope.RUN, "3f2a-t8", "jane", "")),
                        Optional.of(
                            new Orders.Answered(
                                "c1", "pause", "jane", "sluice", "INC-12", NOW, true, "no step",
                                true)))))) {
      assertThat(StatusReader.read(overTheWire(written(standing)))).contains(standing);
    }
  }

  @Test
  void whatTheLastCheckSawIsReadBackExactlyAsItWas() {
    var seen =
        new LastCheck(
            "3f2a-t8",
            NOW,
            List.of(
                new LastCheck.Finding(
                    "request-success-rate",
                    false,
                    "87.32%",
                    "at least 99%",
                    "100%",
                    OptionalLong.of(412),
                    ""),
                new LastCheck.Finding(
                    "errors",
                    true,
                    "",
                    "",
                    "",
                    OptionalLong.empty(),
                    "no worse than the primary")));
    var standing =
        new Standing(
            new Phase.Succeeded(SNAPSHOT),
            Optional.empty(),
            List.of(),
            4,
            Pods.UNKNOWN,
            Cookies.NONE,
            Orders.NONE,
            Optional.of(seen));

    assertThat(StatusReader.read(overTheWire(written(standing)))).contains(standing);
  }

  @Test
  void nobodyHasLookedYet() {
    assertThat(StatusReader.read(CanaryStatus.EMPTY)).isEmpty();
  }

  @Test
  void whatAnotherControllerLeftIsSafeToGoOnFrom() {
    var left =
        Map.of(
            "Progressing", Phase.Progressing.class,
            "WaitingPromotion", Phase.Progressing.class,
            "Waiting", Phase.Waiting.class,
            "Promoting", Phase.Promoting.class,
            "Failed", Phase.Failed.class,
            "Succeeded", Phase.Succeeded.class);

    left.forEach((name, phase) -> {
      var status =
          read(
              """
              {"phase": "%s", "canaryWeight": 30, "failedChecks": 1, "iterations": 0,
               "lastAppliedSpec": "56855b7c5b", "lastTransitionTime": "2026-01-01T09:00:00Z",
               "trackedConfigs": {"configmap/app": "f234cb93c08ad64e"}}
              """
                  .formatted(name));
      assertThat(StatusReader.read(status).orElseThrow().phase()).isInstanceOf(phase);
    });
  }

  @Test
  void theConditionsAreTheOnesThatToolsWaitFor() {
    var promoted =
        written(new Standing(new Phase.Succeeded(SNAPSHOT), Optional.empty(), List.of(), 1));
    assertThat(status(promoted, "Promoted")).isEqualTo("True Succeeded");
    assertThat(status(promoted, "Ready")).isEqualTo("True Succeeded");
    assertThat(status(promoted, "Reconciling")).isEqualTo("-");

    var failed =
        written(new Standing(new Phase.Failed(SNAPSHOT, CAUSE), Optional.empty(), List.of(), 1));
    assertThat(status(failed, "Promoted")).isEqualTo("False Failed");
    assertThat(status(failed, "Ready")).isEqualTo("False Failed");

    var running = new Phase.Progressing(RUN, Stage.of(new Percent(30)), 0, 0, NOW, NOW);
    var progressing = written(new Standing(running, Optional.empty(), List.of(), 1));
    assertThat(status(progressing, "Promoted")).isEqualTo("Unknown Progressing");
    assertThat(status(progressing, "Ready")).isEqualTo("Unknown Progressing");
    assertThat(status(progressing, "Reconciling")).isEqualTo("True Progressing");
  }

  @Test
  void aHoldThatOnlyAPersonCanEndIsStalled() {
    var hold = new Hold(HoldReason.TARGET_MISSING, "Deployment web does not exist", NOW, true);
    var status =
        written(new Standing(new Phase.Succeeded(SNAPSHOT), Optional.of(hold), List.of(), 1));

    assertThat(status(status, "Held")).isEqualTo("True TargetMissing");
    assertThat(status(status, "Stalled")).isEqualTo("True TargetMissing");
    assertThat(status(status, "Ready")).isEqualTo("False TargetMissing");
  }

  @Test
  void theHashesThatAnotherControllerReadsChangeOnlyWithAPromotion() {
    var before =
        written(new Standing(new Phase.Succeeded(SNAPSHOT), Optional.empty(), List.of(), 1));
    var other = new Snapshot(new Revision("other"), "uid-1", 8, Map.of());
    var failed =
        StatusWriter.write(
            before,
            new Standing(new Phase.Failed(other, CAUSE), Optional.empty(), List.of(), 1),
            "Deployment",
            NOW);

    assertThat(failed.lastAppliedSpec()).isEqualTo("3f2a");
    assertThat(failed.lastPromotedSpec()).isEqualTo("3f2a");
  }

  private static CanaryStatus written(Standing standing) {
    return StatusWriter.write(CanaryStatus.EMPTY, standing, "Deployment", NOW);
  }

  private static CanaryStatus overTheWire(CanaryStatus status) {
    return read(Binding.write(status).toString());
  }

  private static CanaryStatus read(String json) {
    try {
      return Binding.read(CanaryStatus.class, new ObjectMapper().readTree(json));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String status(CanaryStatus status, String type) {
    return Condition.find(status.conditions(), type)
        .map(condition -> condition.status() + " " + condition.reason())
        .orElse("-");
  }
}
