package dev.sluice.analysis.replay;

/// A recording that cannot be read; the message is one line that names the line and, where there is
/// one, the column.
public final class BadRecording extends Exception {
  private static final long serialVersionUID = 1;

  BadRecording(long line, String column, String why) {
    super("line " + line + ", column " + column + ": " + why);
  }

  BadRecording(long line, String why) {
    super("line " + line + ": " + why);
  }
}
