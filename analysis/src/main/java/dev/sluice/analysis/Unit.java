package dev.sluice.analysis;

/// How the numbers of a metric are written in sentences.
public enum Unit {
  PERCENT("%"),
  MILLISECONDS("ms"),
  /// The provider knows, we do not.
  NONE("");

  private final String suffix;

  Unit(String suffix) {
    this.suffix = suffix;
  }

  /// At most four decimals, and never so few that two different numbers near a bound look equal.
  public String write(double value) {
    return Numbers.write(value) + suffix;
  }
}
