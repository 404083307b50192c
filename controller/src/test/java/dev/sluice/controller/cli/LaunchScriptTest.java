package dev.sluice.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What `./sluice` answers before any Java runs.
class LaunchScriptTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));

  @Test
  void anUnknownCommandIsBadInputLikeAnyOther() throws IOException, InterruptedException {
    Process run =
        new ProcessBuilder("bash", ROOT.resolve("sluice").toString(), "frob")
            .redirectErrorStream(true)
            .start();

    assertThat(new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
        .singleElement()
        .asString()
        .startsWith("sluice: unknown command 'frob'; known: playground, controller, get,");
    assertThat(run.waitFor()).isEqualTo(2);
  }
}
