package dev.sluice.controller.cli;

import java.util.List;
import picocli.CommandLine;

/// Reads command lines that somebody ships, without running them.
public final class ShippedCommand {
  private ShippedCommand() {}

  /// The values of the options that are named.
  ///
  /// @throws CommandLine.ParameterException when the controller would refuse them
  public static CommandLine.ParseResult controller(List<String> args) {
    if (!args.getFirst().equals("controller")) {
      throw new AssertionError("not the controller: " + args);
    }
    return new CommandLine(new ControllerCommand())
        .parseArgs(args.subList(1, args.size()).toArray(String[]::new));
  }
}
