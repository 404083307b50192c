package dev.sluice.controller.wallclock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.controller.cli.CommandLineRun;
import dev.sluice.playground.Playground;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The manifests of `docs/examples/myapp` as they are, on the wall clock and over real HTTP: API
/// server, pods, proxy, load tester, Prometheus (the real one where it is installed), Slack.
///
/// The overlay, and nothing else, differs from the example: shorter times.
class ExampleOnTheWallClockTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final List<String[]> OVERLAY =
      List.of(
          new String[] {"    interval: 1m\n", "    interval: 2s\n"},
          new String[] {"interval: 1m}", "interval: 10s}"},
          new String[] {"hey -z 1m", "hey -z 15s"});
  @TempDir Path folder;

  @Test
  void theExampleSucceedsAndABadReleaseFails() throws Exception {
    assumeTrue(
        onThePath("curl") && onThePath("bash"),
        "skipped: the example's acceptance test needs curl and bash");
    try (Playground playground =
        Playground.start(
            new Playground.Options(
                folder, Optional.empty(), false, ROOT.toAbsolutePath(), Optional.of("none")),
            line -> {})) {
      Playground.Addresses at = playground.addresses();
      try (CommandLineRun controller =
              CommandLineRun.start(
                  "controller",
                  "--kubeconfig=" + at.kubeconfig(),
                  "--metrics-server=http://prometheus.istio-system:9090",
                  "--http-proxy=" + at.proxy(),
                  "--slack-url=" + at.slack(),
                  "--slack-channel=on-call",
                  "--interval-floor=2s",
                  "--settle-time=1s",
                  "--scrape-interval=1s",
                  "--listen=127.0.0.1",
                  "--port=0",
                  "--git-dir=" + folder.resolve("mirrors"),
                  "--log-level=warn");
          KubernetesClient client = ProductionApps.client(at.api())) {
        for (String file : List.of("namespace", "gateway", "deployment", "canary")) {
          apply(client, ROOT.resolve("docs/examples/myapp/" + file + ".yaml"));
        }
        await(client, "Initialized");
        assertThat(image(client, "myapp-primary")).endsWith(":1.0.0");

        release(client, "1.1.0", Map.of());
        await(client, "Succeeded");
        assertThat(image(client, "myapp-primary")).endsWith(":1.1.0");
        assertThat(client.apps().deployments().inNamespace("production").withName("myapp").get())
            .extracting(d -> d.getSpec().getReplicas())
            .isEqualTo(0);

        release(client, "1.2.0", Map.of("playground.sluice.dev/latency", "900ms"));
        await(client, "Failed");
        assertThat(image(client, "myapp-primary")).endsWith(":1.1.0");
        assertThat(controller.ended()).isFalse();
      }
      assertThat(Files.readString(at.logs().resolve("slack.jsonl")))
          .contains("promotion finished")
          .contains("request-duration");
    }
  }

  private static boolean onThePath(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .anyMatch(dir -> Files.isExecutable(Path.of(dir, program)));
  }

  private static void apply(KubernetesClient client, Path file) throws IOException {
    String yaml = Files.readString(file);
    if (file.endsWith("canary.yaml")) {
      for (String[] change : OVERLAY) {
        assertThat(yaml).contains(change[0]);
        yaml = yaml.replace(change[0], change[1]);
      }
    }
    GenericKubernetesResource object =
        client.getKubernetesSerialization().unmarshal(yaml, GenericKubernetesResource.class);
    client.resource(object).serverSideApply();
  }

  private static void release(KubernetesClient client, String version, Map<String, String> marks) {
    client
        .apps()
        .deployments()
        .inNamespace("production")
        .withName("myapp")
        .edit(live ->
            new DeploymentBuilder(live)
                .editSpec()
                .editTemplate()
                .editMetadata()
                .addToAnnotations(marks)
                .endMetadata()
                .editSpec()
                .editFirstContainer()
                .withImage("registry.example.com/myapp:" + version)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build());
  }

  private static void await(KubernetesClient client, String phase) {
    ProductionApps.await(client, "myapp", phase, Duration.ofMinutes(4));
  }

  private static String image(KubernetesClient client, String name) {
    Deployment deployment =
        client.apps().deployments().inNamespace("production").withName(name).get();
    return deployment.getSpec().getTemplate().getSpec().getContainers().getFirst().getImage();
  }
}
