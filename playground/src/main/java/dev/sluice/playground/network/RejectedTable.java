package dev.sluice.playground.network;

/// A proxy would refuse this route table as a whole. Caught where tables are made, never further.
final class RejectedTable extends RuntimeException {
  private static final long serialVersionUID = 1;

  RejectedTable(String why) {
    super(why, null, false, false);
  }
}
