package dev.sluice.controller.cli;

/// One command line in a thread of its own, as a person would leave it running in a terminal.
public final class CommandLineRun implements AutoCloseable {
  private final Thread thread;

  private CommandLineRun(String... args) {
    thread = Thread.ofPlatform().name("command line").start(() -> Main.run(args));
  }

  public static CommandLineRun start(String... args) {
    return new CommandLineRun(args);
  }

  public boolean ended() {
    return !thread.isAlive();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
