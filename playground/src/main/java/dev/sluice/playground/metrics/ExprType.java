package dev.sluice.playground.metrics;

/// What a part of a query comes to.
enum ExprType {
  SCALAR("scalar"),
  VECTOR("instant vector"),
  MATRIX("range vector"),
  STRING("string");

  private final String words;

  ExprType(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
