package dev.sluice.playground.store;

/// A write was not done, because it could not be kept on disk. Nothing has changed.
public final class NotWritten extends RuntimeException {
  private static final long serialVersionUID = 1;

  NotWritten(String why) {
    super(why);
  }
}
