package dev.sluice.controller.figures;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The real controller in a process of its own, over HTTP, beside a [FleetServer] in another.
final class ControllerUnderTest implements AutoCloseable {
  private final Path folder;
  private final ServerUnderTest server;
  private Process controller;

  /// Starts the API server with nothing in it.
  ///
  /// @param folder for logs and the kubeconfig
  ControllerUnderTest(Path folder, Path root) throws IOException {
    this.folder = folder;
    server = new ServerUnderTest(folder, root);
    Files.writeString(
        folder.resolve("kubeconfig"),
        """
        apiVersion: v1
        kind: Config
        clusters: [{name: figures, cluster: {server: "%s"}}]
        users: [{name: figures, user: {}}]
        contexts: [{name: figures, context: {cluster: figures, user: figures}}]
        current-context: figures
        """
            .formatted(server.api()));
    controller = startController(List.of());
  }

  /// Starts the controller again while a new Canary waits for it.
  ///
  /// @param options of the JVM
  /// @param canaries how many there are then
  /// @return seconds from the start of the process to its first write
  double firstWriteAfterStart(List<String> options, int canaries)
      throws IOException, InterruptedException {
    stop(controller);
    tell("create " + canaries);
    tell("calls");
    long began = System.currentTimeMillis();
    controller = startController(options);
    String first = tell("first");
    while (first.equals("none")) {
      if (!controller.isAlive()) {
        throw new IOException("the controller ended, see " + folder.resolve("controller.log"));
      }
      TimeUnit.MILLISECONDS.sleep(50);
      first = tell("first");
    }
    return (Long.parseLong(first) - began) / 1000.0;
  }

  private Process startController(List<String> options) throws IOException {
    List<String> command =
        new ArrayList<>(java(options, "dev.sluice.controller.cli.Main", "controller"));
    command.addAll(List.of("--kubeconfig", folder.resolve("kubeconfig").toString(), "--port", "0"));
    command.addAll(List.of("--metrics-server", server.prometheus(), "--scrape-interval", "5s"));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("controller.log").toFile())
        .start();
  }

  /// The controller runs from its jars alone, as for a user.
  private static List<String> java(List<String> options, String... rest) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx512m", "--enable-native-access=ALL-UNNAMED"));
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(options);
    command.addAll(
        List.of(
            "-cp", System.getProperty("sluice.classpath", System.getProperty("java.class.path"))));
    command.addAll(List.of(rest));
    return command;
  }

  /// Tells the server something and reads what it answers.
  String tell(String line) throws IOException {
    return server.tell(line);
  }

  /// Waits until so many Canaries, and no others, are in the phase.
  void await(String phase, int canaries, Duration atMost) throws IOException, InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    String wanted = canaries == 0 ? "{}" : "{%s=%d}".formatted(phase, canaries);
    while (!tell("phases").equals(wanted)) {
      if (System.nanoTime() > end) {
        throw new IOException(
            "after %s: %s, not %s; see %s".formatted(atMost, tell("phases"), wanted, folder));
      }
      TimeUnit.SECONDS.sleep(1);
    }
  }

  /// Bytes of live objects in the controller's heap, after a full collection.
  long liveHeap() throws IOException, InterruptedException {
    return Jcmd.liveHeap(controller.pid());
  }

  /// The same of the API server.
  long liveHeapOfServer() throws IOException, InterruptedException {
    return server.liveHeap();
  }

  /// Processor time of the controller since it started.
  Duration cpu() {
    return controller.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /// Begins to record where the controller spends its time.
  void profile() throws IOException, InterruptedException {
    String _ = Jcmd.run(controller.pid(), "JFR.start", "name=figures", "settings=profile");
  }

  /// Ends the recording.
  ///
  /// @param recording for `jfr view` and the like
  void profiled(Path recording) throws IOException, InterruptedException {
    String _ = Jcmd.run(controller.pid(), "JFR.stop", "name=figures", "filename=" + recording);
  }

  /// A process that makes a cache of classes does so when it ends, which takes a while.
  private static void stop(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(3, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() throws IOException {
    controller.destroyForcibly();
    server.close();
  }
}
