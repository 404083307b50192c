package dev.sluice.playground.store;

import java.io.IOException;

/// A file is no log of objects, or not a whole one, and nothing of it should be believed. The
/// message is one line and names the file and the place.
public final class UnreadableLog extends IOException {
  private static final long serialVersionUID = 1;

  UnreadableLog(String why) {
    super(why);
  }
}
