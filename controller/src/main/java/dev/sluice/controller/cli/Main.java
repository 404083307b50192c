package dev.sluice.controller.cli;

import java.io.PrintWriter;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Entry point of `./sluice` for everything but the playground.
@Command(
    name = "sluice",
    description = "Progressive delivery for Kubernetes: Git sync and canaries in one process.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      ControllerCommand.class,
      JudgeCommand.class,
      CheckCommand.class,
      ImportCommand.class,
      VersionCommand.class,
      GetCommand.class,
      OrderCommand.Promote.class,
      OrderCommand.Skip.class,
      OrderCommand.Abort.class,
      OrderCommand.Retry.class,
      OrderCommand.Pause.class,
      OrderCommand.Resume.class
    })
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /// Runs one command line.
  ///
  /// @return the exit code: 0 for success, 1 for a failure, 2 for bad input, 3 when nobody answered
  static int run(String... args) {
    return run(new CommandLine(new Main()), args);
  }

  /// As [#run(String...)], telling `out` and `err`.
  static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(new CommandLine(new Main()).setOut(out).setErr(err), args);
  }

  private static int run(CommandLine line, String... args) {
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(Main::badInput);
    line.setExecutionExceptionHandler((e, command, parsed) -> {
      command.getErr().println("sluice: " + Failures.oneLine(e));
      return 1;
    });
    return line.execute(args);
  }

  private static int badInput(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command
        .getErr()
        .println(
            "sluice: "
                + (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()
                    ? tooMany(unmatched)
                    : Failures.oneLine(e))
                + " (see ./"
                + command.getCommandSpec().qualifiedName()
                + " --help)");
    return 2;
  }

  /// Of words that have no place on the line, the first.
  private static String tooMany(UnmatchedArgumentException e) {
    String word = e.getUnmatched().getFirst();
    Set<String> known = e.getCommandLine().getSubcommands().keySet();
    return known.isEmpty()
        ? "'%s' is one word too many".formatted(word)
        : "'%s' is not understood; known here: %s".formatted(word, String.join(", ", known));
  }
}
