package dev.sluice.mesh;

/// A share of traffic in whole percent, 0 to 100.
public record Percent(int value) implements Comparable<Percent> {
  public static final Percent NONE = new Percent(0);
  public static final Percent ALL = new Percent(100);

  /// @throws IllegalArgumentException outside 0 to 100
  public Percent {
    if (value < 0 || value > 100) {
      throw new IllegalArgumentException("a percentage is 0 to 100, not " + value);
    }
  }

  /// What is left for the other side; both always sum to 100.
  public Percent rest() {
    return new Percent(100 - value);
  }

  @Override
  public int compareTo(Percent other) {
    return Integer.compare(value, other.value);
  }

  @Override
  public String toString() {
    return value + "%";
  }
}
