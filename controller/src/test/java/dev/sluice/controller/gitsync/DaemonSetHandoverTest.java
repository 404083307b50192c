package dev.sluice.controller.gitsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A sync and a rollout on one DaemonSet, whose node selector has one owner as a whole.
class DaemonSetHandoverTest {
  private static final String CANARY = Town.canaryOf("DaemonSet");
  private static final String ASLEEP = "\"flagger.app/scale-to-zero\":\"true\"";

  @TempDir Path folder;
  Town town;

  @BeforeEach
  void found() throws IOException {
    town = new Town(folder);
  }

  @AfterEach
  void leave() throws IOException {
    town.close();
  }

  private static String daemons(String image, String selector) {
    return """
    apiVersion: apps/v1
    kind: DaemonSet
    metadata: {name: web, namespace: production}
    spec:
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          %s
          containers: [{name: web, image: %s}]
    """
        .formatted(selector, image);
  }

  private void commit(String image, String selector) throws IOException {
    town.commit(Map.of("app/web.yaml", daemons(image, selector), "app/canary.yaml", CANARY));
  }

  private void synced(String selector) throws IOException {
    commit("web:1", selector);
    town.sync("prune: true");
    town.settle();
  }

  /// As the rollout does it.
  private void rest(boolean asleep) {
    town.edit(
        "DaemonSet",
        "production/web",
        "{spec: {template: {spec: {nodeSelector: {flagger.app/scale-to-zero: %s}}}}}"
            .formatted(asleep ? "'true'" : "null"));
  }

  private String nodes() {
    return town.get("DaemonSet", "production/web")
        .orElseThrow()
        .at("/spec/template/spec/nodeSelector")
        .toString();
  }

  private String image() {
    return town.value("DaemonSet", "production/web", "/spec/template/spec/containers/0/image");
  }

  @Test
  void aTargetAtRestStaysThereWhateverGitSaysOfItsNodes() throws IOException {
    synced("nodeSelector: {disk: ssd}");
    rest(true);
    int writes = town.writes.size();

    town.intervals(20);

    assertThat(nodes()).isEqualTo("{\"disk\":\"ssd\"," + ASLEEP + "}");
    assertThat(town.writes).hasSize(writes);
  }

  @Test
  void aCommitReachesATargetAtRestWithoutWakingIt() throws IOException {
    synced("nodeSelector: {disk: ssd}");
    rest(true);
    var seen = new ArrayList<Boolean>();
    town.whenADaemonSetChanges(frame ->
        seen.add(
            frame.at("/object/spec/template/spec/nodeSelector").has("flagger.app/scale-to-zero")));

    commit("web:2", "nodeSelector: {disk: nvme}");
    town.intervals(2);

    assertThat(image()).isEqualTo("web:2");
    assertThat(nodes()).isEqualTo("{\"disk\":\"nvme\"," + ASLEEP + "}");
    assertThat(seen).isNotEmpty().doesNotContain(false);
  }

  @Test
  void whatTheRolloutWakesIsNotPutToRestAgain() throws IOException {
    synced("nodeSelector: {disk: ssd}");
    rest(true);
    commit("web:2", "nodeSelector: {disk: ssd}");
    town.intervals(1);
    rest(false);

    town.intervals(20);

    assertThat(nodes()).isEqualTo("{\"disk\":\"ssd\"}");
    commit("web:3", "");
    town.intervals(1);
    assertThat(nodes()).as("Git takes its own away").isIn("", "{}");
  }

  @Test
  void aGitThatSaysNothingOfNodesTouchesNone() throws IOException {
    synced("");
    rest(true);
    commit("web:2", "");
    town.intervals(2);

    assertThat(image()).isEqualTo("web:2");
    assertThat(nodes()).isEqualTo("{" + ASLEEP + "}");
  }

  /// Between what the sync read and what it writes, the rollout may start the pods.
  @Test
  void aTargetThatIsWokenWhileACommitIsWrittenStaysAwake() throws IOException {
    synced("nodeSelector: {disk: ssd}");
    rest(true);
    commit("web:2", "nodeSelector: {disk: nvme}");
    town.justBeforeTheApplyOf("daemonsets/web", () -> rest(false));

    town.intervals(2);

    assertThat(image()).isEqualTo("web:2");
    assertThat(nodes()).isEqualTo("{\"disk\":\"nvme\"}");
  }

  @Test
  void thePrimaryIsLeftToTheRollout() throws IOException {
    synced("");
    town.commit(
        Map.of(
            "app/primary.yaml", daemons("web:0", "").replace("name: web,", "name: web-primary,")));
    town.intervals(1);

    assertThat(town.sync().status().condition("Ready").orElseThrow().message())
        .contains("left to what drives them: DaemonSet production/web-primary");
  }
}
