package dev.sluice.playground.metrics;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Child processes that never outlive us, not even after `kill -9`.
final class Leash {
  /// Keeps a program as long as whoever holds the other end of the input lives: the input ends with
  /// its writer, however that dies.
  private static final String SCRIPT =
      """
      exec 3<&0
      "$@" </dev/null 3<&- &
      child=$!
      trap 'kill "$child" 2>/dev/null' TERM INT HUP
      { read -r _ <&3; kill "$child" 2>/dev/null; } &
      leash=$!
      wait "$child"
      status=$?
      kill "$leash" 2>/dev/null
      wait "$child" 2>/dev/null
      exit "$status"
      """;

  private static final Duration LAST_CHANCE = Duration.ofSeconds(5);

  private Leash() {}

  /// @param log takes everything it prints, replacing what was there
  static Process start(List<String> program, Path folder, Path log) throws IOException {
    var command = new ArrayList<>(List.of("sh", "-c", SCRIPT, "leash"));
    command.addAll(program);
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /// Lets go, and kills what does not end by itself within seconds.
  static void end(Process process) {
    var children = process.descendants().toList();
    try {
      process.getOutputStream().close();
      if (process.waitFor(LAST_CHANCE.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (IOException _) {
      // It is gone already, or the kill below does it.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    children.forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
