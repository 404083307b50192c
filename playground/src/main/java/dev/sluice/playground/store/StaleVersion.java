package dev.sluice.playground.store;

/// A write was built on a state that is not the present one. Optimistic locking refuses it.
public final class StaleVersion extends RuntimeException {
  private static final long serialVersionUID = 1;

  StaleVersion(Key key, long expected) {
    super(key + " is not at version " + expected);
  }
}
