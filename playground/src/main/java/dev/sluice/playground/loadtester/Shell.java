package dev.sluice.playground.loadtester;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Runs commands of a manifest in a real shell. They get none of this process's environment but the
/// search path, and reach the cluster through its network: programs that obey `http_proxy`, such as
/// curl, need nothing else.
final class Shell {
  private static final int MOST_OUTPUT = 64 * 1024;

  private final ClusterAccess access;
  private final Path folder;

  /// @param folder in which commands run
  Shell(ClusterAccess access, Path folder) {
    this.access = access;
    this.folder = folder;
  }

  /// @param succeeded whether the command ended with 0, in time
  /// @param output both streams together, cut when it is long
  /// @param why it failed, empty when it did not
  record Outcome(boolean succeeded, String output, String why) {}

  /// A command under way. Not for two threads at once, but for [#stop].
  static final class Running {
    private final Process process;

    private Running(Process process) {
      this.process = process;
    }

    /// Waits; blocks.
    Outcome await(Duration timeout) throws InterruptedException {
      var output = new ByteArrayOutputStream();
      var reader = Thread.ofVirtual().start(() -> drain(process.getInputStream(), output));
      try {
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
          return new Outcome(
              false, text(output), "it took longer than " + timeout.toSeconds() + " s");
        }
        reader.join(Duration.ofSeconds(2));
        var code = process.exitValue();
        var why = code == 0 ? "" : "exit status " + code + hint(code, text(output));
        return new Outcome(code == 0, text(output), why);
      } finally {
        stop();
      }
    }

    /// Ends the command and everything it started.
    void stop() {
      var all = new ArrayList<ProcessHandle>();
      all.addAll(process.descendants().toList());
      all.add(process.toHandle());
      all.forEach(ProcessHandle::destroyForcibly);
    }
  }

  /// @param shell `bash` or `sh`
  /// @throws IOException when there is no such shell, saying so
  Running start(String shell, String command, String namespace) throws IOException {
    var program =
        onPath(shell)
            .orElseThrow(
                () -> new IOException("this machine has no " + shell + ", the task needs it"));
    var builder = new ProcessBuilder(List.of(program.toString(), "-c", command));
    var proxy = access.url(namespace);
    var environment = builder.environment();
    var path = environment.getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
    environment.clear();
    environment.putAll(
        Map.of(
            "PATH", path,
            "HOME", folder.toString(),
            "LANG", "C.UTF-8",
            "http_proxy", proxy,
            "https_proxy", proxy,
            "all_proxy", proxy,
            "no_proxy", ""));
    builder.directory(folder.toFile());
    builder.redirectErrorStream(true);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    return new Running(builder.start());
  }

  private static String hint(int code, String output) {
    return code == 127
        ? " (a program is missing on this machine; of hey, the load tester runs whole lines itself)"
        : output.isEmpty() ? " without any output" : "";
  }

  private static Optional<Path> onPath(String program) {
    var path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/local/bin:/usr/bin:/bin");
    for (var folder : path.split(":", -1)) {
      var candidate = Path.of(folder.isEmpty() ? "." : folder, program);
      if (candidate.isAbsolute() && Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /// Reads to the end, so that the command is never held up, and keeps the beginning.
  private static void drain(InputStream from, ByteArrayOutputStream to) {
    var chunk = new byte[8192];
    try (from) {
      for (var n = from.read(chunk); n >= 0; n = from.read(chunk)) {
        synchronized (to) {
          to.write(chunk, 0, Math.min(n, MOST_OUTPUT - to.size()));
        }
      }
    } catch (IOException e) {
      // The command was ended.
    }
  }

  private static String text(ByteArrayOutputStream output) {
    synchronized (output) {
      return output.toString(StandardCharsets.UTF_8).strip();
    }
  }
}
