package dev.sluice.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControllerProcessTest {
  @TempDir Path folder;
  private final BlockingQueue<String> said = new LinkedBlockingQueue<>();

  private ControllerProcess start(String... command) {
    return ControllerProcess.start(
        List.of(command), folder.resolve("log"), Map.of("COLOUR", "blue"), said::add);
  }

  private static long pidOtherThan(ControllerProcess controller, long old) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (controller.pid() == 0 || controller.pid() == old) {
      assertThat(System.nanoTime()).as("it never started").isLessThan(end);
      Thread.onSpinWait();
    }
    return controller.pid();
  }

  @Test
  void aKilledControllerComesBackAndIsGoneAfterTheEnd() throws Exception {
    long second;
    try (var controller = start("sh", "-c", "echo $COLOUR; exec sleep 1000")) {
      long first = pidOtherThan(controller, 0);
      ProcessHandle.of(first).orElseThrow().destroyForcibly();

      assertThat(said.poll(30, TimeUnit.SECONDS))
          .isEqualTo("the controller ended (signal 9); starting it again");
      second = pidOtherThan(controller, first);
    }
    var left = ProcessHandle.of(second);
    if (left.isPresent()) {
      left.get().onExit().get(30, TimeUnit.SECONDS);
    }
    assertThat(Files.readString(folder.resolve("log"))).contains("blue");
  }

  @Test
  void whatEndsByItselfIsToldWithTheLog() throws Exception {
    try (var _ = start("sh", "-c", "echo no cluster; exit 3")) {
      assertThat(said.poll(30, TimeUnit.SECONDS))
          .startsWith("the controller ended with status 3, see ")
          .contains(folder.resolve("log").toString());
    }
  }

  @Test
  void withoutALauncherItSaysWhatToDo() {
    assertThatThrownBy(() -> ControllerProcess.launcher(Optional.empty(), Optional.of(folder)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("./sluice playground");
  }
}
