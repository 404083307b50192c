package dev.sluice.analysis.intake;

/// The two sides of a comparison.
public enum Group {
  CANARY(0),
  PRIMARY(1);

  final int index;

  Group(int index) {
    this.index = index;
  }
}
