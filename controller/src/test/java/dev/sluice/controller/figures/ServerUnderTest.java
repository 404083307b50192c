package dev.sluice.controller.figures;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The playground's API server in a process of its own, a [FleetServer], with the heap that a
/// playground has. Its objects are on disk, as those of a playground are.
final class ServerUnderTest implements AutoCloseable {
  private final Path folder;
  private final Process server;
  private final BufferedReader answers;
  private final PrintWriter words;
  private final String api;
  private final String prometheus;

  /// Starts it with nothing in it.
  ///
  /// @param folder for its log and its objects
  ServerUnderTest(Path folder, Path root) throws IOException {
    this.folder = folder;
    Path objects = folder.resolve("cluster");
    Files.deleteIfExists(objects.resolve("objects.log"));
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                FleetServer.class.getName(),
                root.toString(),
                objects.toString())
            .redirectError(folder.resolve("server.log").toFile())
            .start();
    answers = server.inputReader(StandardCharsets.UTF_8);
    words = new PrintWriter(server.outputWriter(StandardCharsets.UTF_8), true);
    List<String> addresses = List.of(next("http://").split(" ", 2));
    api = addresses.getFirst();
    prometheus = addresses.getLast();
  }

  /// Without a slash at the end.
  String api() {
    return api;
  }

  String prometheus() {
    return prometheus;
  }

  long pid() {
    return server.pid();
  }

  /// Tells it something and reads what it answers.
  String tell(String line) throws IOException {
    words.println(line);
    return next("");
  }

  /// The next line that is no log line.
  private String next(String beginning) throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith(beginning) && !line.startsWith("{\"")) {
        return line;
      }
    }
    throw new IOException("the server ended, see " + folder.resolve("server.log"));
  }

  /// Bytes of live objects in its heap, after a full collection.
  long liveHeap() throws IOException, InterruptedException {
    return Jcmd.liveHeap(server.pid());
  }

  @Override
  public void close() throws IOException {
    server.destroyForcibly();
    answers.close();
    words.close();
  }
}
