package dev.sluice.playground.scenario;

/// A file that is no scenario; the message is one line with file, line and what would be right.
public final class BadScenario extends Exception {
  private static final long serialVersionUID = 1;

  BadScenario(String file, int line, String why) {
    super("%s:%d: %s".formatted(file, line, why), null, false, false);
  }
}
