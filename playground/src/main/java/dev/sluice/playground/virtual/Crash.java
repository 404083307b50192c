package dev.sluice.playground.virtual;

/// The caller of the API server dies here: whoever drives it forgets it and starts another one.
public final class Crash extends RuntimeException {
  private static final long serialVersionUID = 1;

  Crash(String where) {
    super("crashed " + where);
  }
}
