package dev.sluice.playground;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// The real controller as a process of its own, started again whenever it ends: killing it at any
/// moment costs time and nothing else. It ends when this process does, however that happens.
final class ControllerProcess implements AutoCloseable {
  /// Runs a program for as long as whoever holds the other end of the input lives: the input ends
  /// with its writer, however that dies. The program's process id comes out first.
  private static final String LEASH =
      """
      exec 3<&0
      "$@" </dev/null 3<&- >>"$SLUICE_LOG" 2>&1 &
      child=$!
      echo $child
      exec >/dev/null
      { read -r _ <&3; kill "$child" 2>/dev/null; } &
      leash=$!
      wait "$child"
      status=$?
      kill "$leash" 2>/dev/null
      exit "$status"
      """;

  private static final Duration LAST_CHANCE = Duration.ofSeconds(8);
  private static final Duration SHORT_LIFE = Duration.ofSeconds(5);

  private final List<String> command;
  private final Path log;
  private final Map<String, String> environment;
  private final Consumer<String> says;
  private final Thread keeper;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Optional<Process> process = Optional.empty();
  private volatile long pid;

  private ControllerProcess(
      List<String> command, Path log, Map<String, String> environment, Consumer<String> says) {
    this.command = List.copyOf(command);
    this.log = log;
    this.environment = Map.copyOf(environment);
    this.says = says;
    this.keeper = Thread.ofPlatform().daemon().name("controller-keeper").unstarted(this::keep);
  }

  /// @param log the program's output is added to it
  /// @param says is told when the controller ends and starts again
  static ControllerProcess start(
      List<String> command, Path log, Map<String, String> environment, Consumer<String> says) {
    var controller = new ControllerProcess(command, log, environment, says);
    controller.keeper.start();
    return controller;
  }

  /// The process that a person may kill; 0 while there is none.
  long pid() {
    return pid;
  }

  private void keep() {
    int shortLives = 0;
    while (closing.getCount() > 0) {
      long began = System.nanoTime();
      int status;
      try {
        status = run();
      } catch (IOException e) {
        says.accept("the controller cannot be started: " + e.getMessage());
        return;
      } catch (InterruptedException e) {
        return;
      }
      pid = 0;
      if (closing.getCount() == 0) {
        return;
      }
      boolean shortLived = Duration.ofNanos(System.nanoTime() - began).compareTo(SHORT_LIFE) < 0;
      shortLives = shortLived ? shortLives + 1 : 0;
      says.accept(
          status <= 128 && shortLives > 0
              ? "the controller ended with status %d, see %s; starting it again"
                  .formatted(status, log)
              : "the controller ended (%s); starting it again".formatted(why(status)));
      if (shortLived && !pause(shortLives)) {
        return;
      }
    }
  }

  /// One that cannot live is started less and less often.
  private boolean pause(int shortLives) {
    var pause = SHORT_LIFE.multipliedBy(Math.min(shortLives, 12) - 1).plusSeconds(1);
    try {
      return !closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String why(int status) {
    return status > 128 ? "signal " + (status - 128) : "status " + status;
  }

  private int run() throws IOException, InterruptedException {
    var words = new ArrayList<>(List.of("sh", "-c", LEASH, "controller"));
    words.addAll(command);
    var builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    builder.environment().put("SLUICE_LOG", log.toString());
    var started = builder.start();
    process = Optional.of(started);
    try (var out = started.inputReader()) {
      var line = out.readLine();
      pid = line != null && line.matches("\\d{1,18}") ? Long.parseLong(line) : 0;
      return started.waitFor();
    }
  }

  /// The words of the command that runs the controller: what the environment names, else the
  /// launcher beside the sources.
  ///
  /// @param root of the repository; empty when it is not known
  static List<String> launcher(Optional<String> named, Optional<Path> root) throws UserError {
    if (named.isPresent() && !named.get().isBlank()) {
      return List.of(named.get().strip().split("\\s+"));
    }
    var script =
        root.map(folder -> folder.resolve("sluice"))
            .filter(file -> new File(file.toString()).canExecute());
    if (script.isEmpty()) {
      throw new UserError(
          "the controller is not found; start the playground with ./sluice playground, or set"
              + " SLUICE_CONTROLLER_COMMAND");
    }
    return List.of(script.get().toString(), "controller");
  }

  @Override
  public void close() {
    closing.countDown();
    keeper.interrupt();
    process.ifPresent(ControllerProcess::end);
  }

  private static void end(Process process) {
    var children = process.descendants().toList();
    try {
      process.getOutputStream().close();
      if (process.waitFor(LAST_CHANCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (IOException e) {
      // The other end is gone already; what is left is killed below.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
