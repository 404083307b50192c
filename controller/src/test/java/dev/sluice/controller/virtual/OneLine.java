package dev.sluice.controller.virtual;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// What is wrong with a command line or went wrong under it is told in one line.
public final class OneLine {
  private OneLine() {}

  /// The same command line, which exits with 2 for bad input and with 1 for what failed.
  public static CommandLine of(CommandLine line) {
    String name = line.getCommandName();
    line.setParameterExceptionHandler((e, arguments) -> {
      line.getErr().println(name + ": " + text(e) + " (see " + name + " --help)");
      return 2;
    });
    line.setExecutionExceptionHandler((e, command, parsed) -> {
      line.getErr().println(name + ": " + text(e));
      return 1;
    });
    return line;
  }

  /// @throws ParameterException with `otherwise`
  public static void require(CommandSpec spec, boolean is, String otherwise) {
    if (!is) {
      throw new ParameterException(spec.commandLine(), otherwise);
    }
  }

  private static String text(Exception e) {
    String message = e.getMessage();
    return message == null
        ? e.getClass().getSimpleName()
        : message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
