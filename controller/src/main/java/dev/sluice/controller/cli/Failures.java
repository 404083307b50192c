package dev.sluice.controller.cli;

import org.jspecify.annotations.Nullable;

/// A failure as one line for a person.
final class Failures {
  private Failures() {}

  static String oneLine(Throwable failure) {
    @Nullable String message = failure.getMessage();
    return message == null || message.isBlank()
        ? failure.getClass().getSimpleName()
        : message.strip().replaceAll("\\s*\\R\\s*", "; ");
  }
}
