package dev.sluice.controller.gitsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The controller is killed after each of its writes in turn; what the cluster becomes is the same.
class CrashTest {
  @TempDir Path folder;

  private static String config(String name, String value) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: %s, namespace: production}, data: {key: %s}}"
        .formatted(name, value);
  }

  private static String deployment(String image, int replicas) {
    return """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: production}
    spec:
      replicas: %d
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers: [{name: web, image: "%s", envFrom: [{configMapRef: {name: web}}]}]
    """
        .formatted(replicas, image);
  }

  private static final String CANARY = Town.canaryOf("Deployment");

  /// First commit, a second that changes config, image, adds one object and drops two.
  private static final List<Map<String, String>> STORY =
      List.of(
          Map.of(
              "app/web.yaml",
              deployment("web:1", 3),
              "app/canary.yaml",
              CANARY,
              "app/config.yaml",
              config("web", "one"),
              "app/old.yaml",
              config("old", "x") + "\n---\n" + config("older", "x"),
              "app/space.yaml",
              "{apiVersion: v1, kind: Namespace, metadata: {name: space}}"),
          Map.of(
              "app/web.yaml", deployment("web:2", 5),
              "app/config.yaml", config("web", "two"),
              "app/new.yaml", config("new", "x"),
              "app/old.yaml", "# gone"));

  @Test
  void whereverItIsKilledTheNextPassEndsInTheSameState() throws IOException {
    Map<String, String> expected;
    List<String> applied;
    int writes;
    try (var town = new Town(fresh("calm"))) {
      tell(town, Integer.MAX_VALUE);
      expected = town.state();
      applied = applied(town);
      writes = town.writes.size();
    }
    assertThat(writes).isGreaterThan(15);
    for (int kill = 1; kill <= writes; kill++) {
      try (var town = new Town(fresh("killed-" + kill))) {
        tell(town, kill);
        assertThat(port(town.state())).as("killed after write " + kill).isEqualTo(port(expected));
        assertThat(new HashSet<>(town.events()))
            .as("nothing is told twice, killed after write " + kill)
            .hasSameSizeAs(town.events());
        assertThat(applied(town))
            .as("nothing is left untold, killed after write " + kill)
            .isEqualTo(applied);
      }
    }
  }

  /// Which commits people were told of; what was left to change depends on when it was killed.
  private static List<String> applied(Town town) {
    return town.events().stream()
        .filter(event -> event.startsWith("Applied: "))
        .map(event -> event.replaceFirst("\\): .*", ""))
        .sorted()
        .toList();
  }

  private Path fresh(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name));
  }

  /// @param kill after how many writes the process dies, once
  private static void tell(Town town, int kill) throws IOException {
    town.killAfter = kill;
    for (Map<String, String> commit : STORY) {
      town.commit(commit);
      if (town.get("GitSync", "team/app").isEmpty()) {
        town.sync("prune: true");
      }
      town.now = town.now.plusSeconds(61);
      try {
        town.settle();
      } catch (Town.Killed e) {
        town.start();
        town.settle();
      }
      town.applyAs(
          "sluice-rollout",
          "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: production},"
              + " spec: {replicas: 0}}");
    }
    town.intervals(1);
  }

  /// The Git server's port is another in every town.
  private static Map<String, String> port(Map<String, String> state) {
    state.replaceAll((_, object) -> object.replaceAll("127\\.0\\.0\\.1:[0-9]+", "GIT"));
    return state;
  }
}
