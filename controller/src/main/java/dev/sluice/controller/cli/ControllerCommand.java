package dev.sluice.controller.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "controller", description = "x")
final class ControllerCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    return 0;
  }
}
