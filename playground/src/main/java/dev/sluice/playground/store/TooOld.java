package dev.sluice.playground.store;

/// History before a version was asked for, and it is not kept any more.
public final class TooOld extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final long oldest;

  TooOld(long asked, long oldest) {
    super("version " + asked + " is older than the oldest kept, " + oldest);
    this.oldest = oldest;
  }

  /// The oldest version that a watch may still start from.
  public long oldest() {
    return oldest;
  }
}
