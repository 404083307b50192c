package dev.sluice.controller.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;

/// One command line in a thread of its own, as a person would leave it running in a terminal.
public final class CommandLineRun implements AutoCloseable {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final Thread thread;
  private volatile int exit = -1;

  private CommandLineRun(boolean heard, String... args) {
    thread =
        Thread.ofPlatform()
            .name("command line")
            .start(() ->
                exit =
                    heard
                        ? Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args)
                        : Main.run(args));
  }

  public static CommandLineRun start(String... args) {
    return new CommandLineRun(false, args);
  }

  /// What it says is kept.
  public static CommandLineRun heard(String... args) {
    return new CommandLineRun(true, args);
  }

  public boolean ended() {
    return !thread.isAlive();
  }

  /// @return whether it has, at the latest then
  public boolean endsWithin(Duration time) throws InterruptedException {
    return thread.join(time);
  }

  /// -1 until it has ended.
  public int exit() {
    return exit;
  }

  /// What it has said so far.
  public String out() {
    return out.toString();
  }

  /// What it has complained of so far.
  public String err() {
    return err.toString();
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
