package dev.sluice.controller.object;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.controller.rollout.Phase;
import dev.sluice.controller.rollout.Revision;
import dev.sluice.controller.rollout.Snapshot;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.controller.rollout.StatusWriter;
import dev.sluice.controller.rollout.policy.Problem;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.RolloutStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Which names a Canary may still change.
class SubjectTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void aNameThatWasWrongFromTheStartMayBeMended() {
    assertThat(noted(new Phase.Initializing(Optional.empty(), NOW)).subject()).isNull();
  }

  @Test
  void fromTheFirstCopyOnTheNamesHold() {
    Snapshot copied = new Snapshot(new Revision("r1"), "u", 1, Map.of());

    assertThat(noted(new Phase.Initializing(Optional.of(copied), NOW)).subject())
        .isEqualTo(new RolloutStatus.Subject("web", "web", null));
    assertThat(noted(new Phase.Initialized(copied)).subject())
        .isEqualTo(new RolloutStatus.Subject("web", "web", null));
  }

  @Test
  void theOldNamesHoldUntilTheSpecHasThemAgain() {
    Subject other = read("{port: 80}", "other", "{target: web, apex: web}");

    assertThat(other.canary().spec().targetRef().name()).isEqualTo("web");
    assertThat(other.canary().apexName()).isEqualTo("web");
    assertThat(other.problems()).extracting(Problem::field).containsExactly("spec.targetRef.name");
    assertThat(read("{port: 80}", "web", "{target: web, apex: web}").problems()).isEmpty();
  }

  @Test
  void aServiceOfAnotherNameIsRefusedByItsOwnField() {
    assertThat(read("{port: 80, name: shop}", "web", "{target: web, apex: web}"))
        .satisfies(subject -> assertThat(subject.canary().apexName()).isEqualTo("web"))
        .satisfies(subject ->
            assertThat(subject.problems())
                .extracting(Problem::field)
                .containsExactly("spec.service.name"));
    assertThat(read("{port: 80}", "web", "{target: web, apex: shop}").canary().apexName())
        .isEqualTo("shop");
  }

  @Test
  void writingTheDefaultOutIsNoChange() {
    assertThat(read("{port: 80, name: web}", "web", "{target: web, apex: web}").problems())
        .isEmpty();
  }

  /// With objects of another kind the old ones would be left to nobody.
  @Test
  void theKindOfTheTargetHoldsToo() {
    Subject other = read("{port: 80}", "web", "{target: web, apex: web, kind: DaemonSet}");

    assertThat(other.canary().spec().targetRef().kind()).isEqualTo("DaemonSet");
    assertThat(other.problems()).extracting(Problem::field).containsExactly("spec.targetRef.kind");
  }

  private static RolloutStatus noted(Phase phase) {
    Standing next = new Standing(phase, Optional.empty(), List.of(), 1);
    CanaryStatus written = StatusWriter.write(CanaryStatus.EMPTY, next, "Deployment", NOW);
    Subject subject = read("{port: 80}", "web", "null");
    return Objects.requireNonNull(Subject.noted(written, subject.canary(), next).rollout());
  }

  private static Subject read(String service, String target, String subject) {
    try {
      return Subject.of(
          YAML.readValue(
              """
              metadata: {name: web, namespace: shop, uid: u}
              spec:
                targetRef: {apiVersion: apps/v1, kind: Deployment, name: %s}
                service: %s
                analysis: {interval: 1m, threshold: 5, stepWeight: 10}
              status: {rollout: {subject: %s}}
              """
                  .formatted(target, service, subject),
              ObjectNode.class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
