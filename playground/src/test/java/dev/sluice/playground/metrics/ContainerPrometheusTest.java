package dev.sluice.playground.metrics;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.exception.NotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/// The comparison with a Prometheus in a container, for a version other than the one on the PATH;
/// up to 2.51, see [Comparison#sameRules].
///
/// The image is named by the environment variable SLUICE_PROMETHEUS_IMAGE and never pulled, so that
/// a test run fetches nothing behind anybody's back; `.ci/with-docker` makes one. The container
/// shares this machine's network, as a Docker without bridges wants it.
@Tag("container")
class ContainerPrometheusTest {

  @Test
  void aPrometheusInAContainerAnswersTheSame(@TempDir Path folder) throws Exception {
    var image = System.getenv().getOrDefault("SLUICE_PROMETHEUS_IMAGE", "");
    assumeTrue(!image.isEmpty(), "skipped: SLUICE_PROMETHEUS_IMAGE names no image");
    assumeTrue(dockerAnswers(), "skipped: there is no Docker on this machine");
    assumeTrue(present(image), "skipped: Docker has no image " + image + "; pull or build it");
    var promtool =
        RealPrometheus.find(System.getenv().getOrDefault("PATH", ""))
            .map(binary -> binary.resolveSibling("promtool"));
    assumeTrue(
        promtool.filter(Files::isExecutable).isPresent(), "skipped: no promtool on the PATH");
    var data = folder.resolve("data");
    Comparison.writeBlocks(promtool.get(), folder, data);
    var config = Files.writeString(folder.resolve("prometheus.yml"), "scrape_configs: []\n");

    var port = RealPrometheus.free(0);
    try (var prometheus = new GenericContainer<>(DockerImageName.parse(image))) {
      prometheus
          .withNetworkMode("host")
          .withCopyFileToContainer(MountableFile.forHostPath(data), "/samples")
          .withCopyFileToContainer(MountableFile.forHostPath(config), "/prometheus.yml")
          .withCommand(
              "--config.file=/prometheus.yml",
              "--storage.tsdb.path=/samples",
              "--storage.tsdb.retention.time=100y",
              "--web.listen-address=127.0.0.1:" + port)
          .withCreateContainerCmdModifier(command -> command.withUser("0"))
          .waitingFor(Wait.forLogMessage(".*ready to receive web requests.*", 1))
          .start();
      var comparison = new Comparison("http://127.0.0.1:" + port);
      for (var query : TrafficSamples.lines("promql-supported.txt")) {
        comparison.answerTheSame(query);
      }
    }
  }

  /// Asks only where there is something to ask: a search for Docker takes long and logs much.
  private static boolean dockerAnswers() {
    var host = System.getenv().getOrDefault("DOCKER_HOST", "unix:///var/run/docker.sock");
    return host.startsWith("unix://")
        && Files.exists(Path.of(host.substring("unix://".length())))
        && DockerClientFactory.instance().isDockerAvailable()
        // Its containers share the network of a virtual machine, not of this one.
        && !String.valueOf(DockerClientFactory.lazyClient().infoCmd().exec().getOperatingSystem())
            .contains("Desktop");
  }

  private static boolean present(String image) {
    try {
      DockerClientFactory.lazyClient().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException _) {
      return false;
    }
  }
}
