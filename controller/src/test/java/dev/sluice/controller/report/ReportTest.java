package dev.sluice.controller.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.controller.cluster.Cluster;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.PlaygroundCluster;
import dev.sluice.controller.rollout.Announcement;
import dev.sluice.controller.rollout.News;
import dev.sluice.controller.rollout.Phase;
import dev.sluice.controller.rollout.Reason;
import dev.sluice.controller.rollout.Standing;
import dev.sluice.crds.Canary;
import dev.sluice.crds.CanaryStatus;
import dev.sluice.crds.RolloutStatus;
import dev.sluice.playground.api.KubernetesApi;
import dev.sluice.playground.api.Users;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What a process that has just started makes of the news in a status.
class ReportTest {
  private static final Instant THEN = Instant.parse("2026-01-01T12:00:00Z");
  private static final Standing STANDING =
      new Standing(new Phase.Initializing(Optional.empty(), THEN), Optional.empty(), List.of(), 1);

  private final Cluster cluster =
      PlaygroundCluster.over(
          new KubernetesApi(() -> THEN, new Random(1), Users.EVERYBODY), List.of(), (_, _) -> {});
  private final List<String> alerts = new ArrayList<>();
  private final Canary canary = told();

  private Report started() {
    return new Report(
        cluster,
        new Events(cluster),
        (_, _, announcement, _) -> alerts.add(announcement.alert().orElseThrow().text()),
        CanaryGauges.NONE);
  }

  @Test
  void newsThatNobodyToldIsToldOnce() {
    Report report = started();
    report.catchUp(canary, Optional.of(STANDING), THEN.plusSeconds(120));
    report.catchUp(canary, Optional.of(STANDING), THEN.plusSeconds(130));
    assertThat(events()).containsExactly("RolledBack at 2026-01-01T12:00:00Z");
    assertThat(alerts).containsExactly("rolled back");
  }

  @Test
  void newsThatTheProcessBeforeToldIsNotToldAgain() {
    started().catchUp(canary, Optional.of(STANDING), THEN.plusSeconds(1));
    alerts.clear();
    started().catchUp(canary, Optional.of(STANDING), THEN.plusSeconds(120));
    assertThat(events()).hasSize(1);
    assertThat(alerts).isEmpty();
  }

  @Test
  void anAlertThatMayHaveDiedOnItsWayIsSentAgain() {
    started().catchUp(canary, Optional.of(STANDING), THEN.plusSeconds(1));
    started().catchUp(canary, Optional.of(STANDING), THEN.plusSeconds(5));
    assertThat(events()).hasSize(1);
    assertThat(alerts).hasSize(2);
  }

  @Test
  void newsWhoseEventKubernetesHasForgottenIsOld() {
    started().catchUp(canary, Optional.of(STANDING), THEN.plus(Duration.ofDays(3)));
    assertThat(events()).isEmpty();
    assertThat(alerts).isEmpty();
  }

  private List<String> events() {
    return cluster.list(Kind.EVENT, "default", Map.of()).stream()
        .map(e -> e.get("reason") + " at " + e.get("firstTimestamp"))
        .toList();
  }

  private static Canary told() {
    var announcement =
        new Announcement(
            Reason.ROLLED_BACK,
            "Canary failed!",
            Optional.of(new Announcement.Alert(Announcement.Severity.ERROR, "rolled back", true)));
    try {
      Canary plain =
          Canary.read(
              new ObjectMapper(new YAMLFactory())
                  .readTree(
                      """
                      apiVersion: flagger.app/v1beta1
                      kind: Canary
                      metadata: {name: web, namespace: default, uid: abc, resourceVersion: "1"}
                      spec:
                        targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
                        service: {port: 80}
                        analysis: {interval: 1m, threshold: 1, stepWeight: 10}
                      status:
                        phase: Failed
                        rollout: {revision: abc}
                      """));
      CanaryStatus status = News.noted(plain.status(), List.of(announcement), THEN);
      assertThat(status.rollout()).extracting(RolloutStatus::news).isNotNull();
      return plain.with(status);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
