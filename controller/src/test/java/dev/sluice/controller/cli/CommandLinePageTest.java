package dev.sluice.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Keeps the reference page of the command line equal to what `--help` says; rewritten with
/// `-Dsluice.update=true`.
class CommandLinePageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("sluice.root", ".."), "docs/reference/command-line.md");

  private static final List<String> COMMANDS =
      List.of(
          "controller",
          "check",
          "import",
          "get canary",
          "get canaries",
          "promote",
          "skip",
          "abort",
          "retry",
          "pause",
          "resume",
          "judge");

  @Test
  void everyCommandIsExplainedAsByItsHelp() throws IOException {
    if (Boolean.getBoolean("sluice.update")) {
      Files.writeString(PAGE, page());
    }
    assertThat(Files.readString(PAGE))
        .as("out of date: run the tests with -Dsluice.update=true and commit")
        .isEqualTo(page());
  }

  private static String page() {
    var page = new StringBuilder();
    page.append(
        """
        # The command line

        What each command says with `--help`. Made from the code; do not edit. `./sluice playground` and `./sluice warm-up` tell of
        themselves in the same way.
        """);
    for (var command : COMMANDS) {
      page.append("\n## sluice %s\n\n```\n%s\n```\n".formatted(command, help(command)));
    }
    return page.toString();
  }

  private static String help(String command) {
    var out = new StringWriter();
    var args = (command + " --help").split(" ", -1);
    assertThat(Main.run(new PrintWriter(out), new PrintWriter(out), args)).isZero();
    return out.toString().strip();
  }
}
