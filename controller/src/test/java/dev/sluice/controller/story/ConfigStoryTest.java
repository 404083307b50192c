package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.mesh.Percent;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An image and the config that goes with it are one revision and one run, however the pods get the
/// config and however the two are applied.
class ConfigStoryTest {
  private static final Duration A_WHILE = Duration.ofMinutes(3);

  private static String app(String name, String version, String container, String pod) {
    return """
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: %1$s, namespace: production, labels: {app: %1$s}}
    spec:
      replicas: 1
      selector: {matchLabels: {app: %1$s}}
      template:
        metadata: {labels: {app: %1$s}}
        spec:
          containers:
          - {name: app, image: "registry.example.com/app:%2$s", ports: [{containerPort: 8080}]%3$s}
          %4$s
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: %1$s, namespace: production}
    spec: {selector: {app: %1$s}, ports: [{name: http, port: 80, targetPort: 8080}]}
    """
        .formatted(name, version, container, pod);
  }

  private static String app(String version, String how) {
    return switch (how) {
      case "envFrom" -> app("myapp", version, ", envFrom: [{configMapRef: {name: config}}]", "");
      case "env" ->
          app(
              "myapp",
              version,
              ", env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: config, key: color}}}]",
              "");
      case "volume" -> app("myapp", version, "", "volumes: [{name: v, configMap: {name: config}}]");
      case "secret volume" ->
          app("myapp", version, "", "volumes: [{name: v, secret: {secretName: config}}]");
      case "projected" ->
          app(
              "myapp",
              version,
              "",
              "volumes: [{name: v, projected: {sources: [{secret: {name: config}}, {configMap: {name: config}}]}}]");
      default -> throw new IllegalArgumentException(how);
    };
  }

  private static String config(String color) {
    return """
    ---
    {apiVersion: v1, kind: ConfigMap, metadata: {name: config, namespace: production}, data: {color: %1$s}}
    ---
    {apiVersion: v1, kind: Secret, metadata: {name: config, namespace: production}, stringData: {color: %1$s}}
    """
        .formatted(color);
  }

  private static String canary(String name) {
    return """
    apiVersion: flagger.app/v1beta1
    kind: Canary
    metadata: {name: %1$s, namespace: production}
    spec:
      targetRef: {apiVersion: apps/v1, kind: Deployment, name: %1$s}
      service: {port: 80, targetPort: 8080}
      progressDeadlineSeconds: 60
      analysis: {interval: 10s, threshold: 3, maxWeight: 50, stepWeight: 25}
    """
        .formatted(name);
  }

  private static World onboarded(long seed, String manifests) {
    World world = new World(seed).trafficOf(0);
    world.apply(manifests).run(Duration.ofSeconds(10)).trafficOf(5);
    return world.apply(canary("myapp")).runUntilPhase("myapp", "Initialized", A_WHILE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"envFrom", "env", "volume", "secret volume", "projected"})
  void bothInOneApplyAreOneRun(String how) {
    try (World world = onboarded(61, config("blue") + app("1.0.0", how))) {
      world.apply(config("green") + app("1.1.0", how));
      world.runUntilPhase("myapp", "Progressing", A_WHILE);
      world.runUntilPhase("myapp", "Succeeded", A_WHILE).run(Duration.ofSeconds(30));

      assertThat(world.phase("myapp")).isEqualTo("Succeeded");
      assertThat(world.reasons("myapp"))
          .containsOnlyOnce("NewRevision")
          .doesNotContain("RevisionRestarted");
      assertThat(world.image("myapp-primary")).endsWith(":1.1.0");
      assertThat(world.failedForUsers()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void soAreTwoAppliesWithinASecondWhicheverComesFirst(boolean configFirst) {
    try (World world = onboarded(62, config("blue") + app("1.0.0", "envFrom"))) {
      world.apply(configFirst ? config("green") : app("1.1.0", "envFrom"));
      world.run(Duration.ofMillis(900));
      world.apply(configFirst ? app("1.1.0", "envFrom") : config("green"));
      world.runUntilPhase("myapp", "Progressing", A_WHILE);
      world.runUntilPhase("myapp", "Succeeded", A_WHILE).run(Duration.ofSeconds(30));

      assertThat(world.reasons("myapp"))
          .containsOnlyOnce("NewRevision")
          .doesNotContain("RevisionRestarted");
      assertThat(world.get("/api/v1/namespaces/production/configmaps/config-primary").toString())
          .contains("green");
    }
  }

  @Test
  void binaryContentCountsAndIsCopied() {
    var plain = "data: {color: blue}";
    try (World world = onboarded(66, config("blue") + app("1.0.0", "envFrom"))) {
      world.apply(config("blue").replace(plain, plain + ", binaryData: {key: /w==}"));
      world.runUntilPhase("myapp", "Progressing", A_WHILE);
      world.runUntilPhase("myapp", "Succeeded", A_WHILE);

      assertThat(
              world
                  .get("/api/v1/namespaces/production/configmaps/config-primary")
                  .at("/binaryData/key")
                  .asText())
          .isEqualTo("/w==");
    }
  }

  @Test
  void untilThePromotionThePrimaryHasItsOldConfig() {
    try (World world = onboarded(63, config("blue") + app("1.0.0", "envFrom"))) {
      world.apply(config("green")).runUntilWeight("myapp", 25, A_WHILE);

      assertThat(world.get("/api/v1/namespaces/production/configmaps/config-primary").toString())
          .contains("blue");
    }
  }

  @Test
  void twoCanariesOfOneConfigHaveACopyEachAndNeitherReleasesTheOthers() {
    var two =
        config("blue")
            + app("1.0.0", "envFrom")
            + app("other", "1.0.0", ", envFrom: [{configMapRef: {name: config}}]", "");
    try (World world = onboarded(64, two)) {
      world.apply(canary("other")).runUntilPhase("other", "Initialized", A_WHILE);
      var stays = canary("other").replace("spec:\n", "spec:\n  suspend: true\n");
      world.apply(stays).run(Duration.ofSeconds(5));

      world.apply(config("green"));
      world.runUntilPhase("myapp", "Progressing", A_WHILE);
      world.runUntilPhase("myapp", "Succeeded", A_WHILE);

      var configs = "/api/v1/namespaces/production/configmaps/";
      assertThat(world.get(configs + "config-primary").toString()).contains("green");
      assertThat(world.get(configs + "config-other-primary").toString()).contains("blue");
    }
  }

  @Test
  void aConfigDeletedInMidRunIsNamedAndTrafficStillLeavesPodsThatDie() {
    try (World world = onboarded(65, config("blue") + app("1.0.0", "envFrom"))) {
      world.apply(app("1.1.0", "envFrom")).runUntilWeight("myapp", 25, A_WHILE);

      world.delete("/api/v1/namespaces/production/configmaps/config").run(Duration.ofSeconds(2));

      assertThat(world.routed("myapp")).isEqualTo(new Percent(25));
      assertThat(world.canary("myapp").at("/status/conditions").toString())
          .contains("TargetUnreadable", "ConfigMap production/config");
      world.apply(config("blue")).runUntilPhase("myapp", "Succeeded", A_WHILE);
      assertThat(world.failedForUsers()).isZero();
    }
  }
}
