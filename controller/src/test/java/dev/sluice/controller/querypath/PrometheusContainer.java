package dev.sluice.controller.querypath;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.stream.Collectors;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/// A Prometheus in a container that shares this machine's network, so that it reaches what listens
/// on loopback only. It may be killed, and goes on with what it had stored.
final class PrometheusContainer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final GenericContainer<?> container;
  private final int port;

  private PrometheusContainer(GenericContainer<?> container, int port) {
    this.container = container;
    this.port = port;
  }

  /// Ends the test as skipped where there is no such container to be had. The image is named by
  /// SLUICE_PROMETHEUS_IMAGE and never pulled; `.ci/with-docker` makes one.
  ///
  /// @param targets addresses to collect from, twice a second
  static PrometheusContainer start(Path folder, Collection<String> targets) throws IOException {
    var image = System.getenv().getOrDefault("SLUICE_PROMETHEUS_IMAGE", "");
    assumeTrue(!image.isEmpty(), "skipped: SLUICE_PROMETHEUS_IMAGE names no image");
    assumeTrue(dockerIsHere(), "skipped: there is no Docker on this machine");
    assumeTrue(has(image), "skipped: Docker has no image " + image);

    var config = folder.resolve("prometheus.yml");
    Files.writeString(
        config,
        """
        global: {scrape_interval: 500ms, scrape_timeout: 500ms}
        scrape_configs:
        - job_name: istio
          static_configs:
          - targets: [%s]
        """
            .formatted(targets.stream().map(t -> '"' + t + '"').collect(Collectors.joining(","))));
    var port = freePort();
    var container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withNetworkMode("host")
            .withCopyFileToContainer(MountableFile.forHostPath(config), "/prometheus.yml")
            .withCommand(
                "--config.file=/prometheus.yml",
                "--storage.tsdb.path=/samples",
                "--web.listen-address=127.0.0.1:" + port)
            .withCreateContainerCmdModifier(command -> command.withUser("0"))
            .waitingFor(
                Wait.forLogMessage(".*ready to receive web requests.*", 1)
                    .withStartupTimeout(PATIENCE));
    container.start();
    return new PrometheusContainer(container, port);
  }

  private static boolean dockerIsHere() {
    var host = System.getenv().getOrDefault("DOCKER_HOST", "unix:///var/run/docker.sock");
    return host.startsWith("unix://")
        && Files.exists(Path.of(host.substring("unix://".length())))
        && DockerClientFactory.instance().isDockerAvailable()
        // Its containers share the network of a virtual machine, not of this one.
        && !String.valueOf(docker().infoCmd().exec().getOperatingSystem()).contains("Desktop");
  }

  private static boolean has(String image) {
    try {
      docker().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException _) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static DockerClient docker() {
    return DockerClientFactory.lazyClient();
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /// As a node that dies: nothing is written down any more.
  void kill() {
    docker().killContainerCmd(container.getContainerId()).exec();
  }

  /// Begins again with what was stored; ready some time later.
  void begin() {
    docker().startContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void close() {
    container.close();
  }
}
