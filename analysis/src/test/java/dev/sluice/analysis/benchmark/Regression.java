package dev.sluice.analysis.benchmark;

/// What is wrong with a canary.
enum Regression {
  NONE(0, 1, "healthy"),
  LEAST(0.001, 1, "+0.1 %"),
  SMALL(0.01, 1, "+1 %"),
  CLEAR(0.05, 1, "+5 %"),
  SLOW(0, 2, "twice as slow");

  static final double[] TRAFFIC = {1, 10, 100, 1000};
  static final double[] BASES = {0.0001, 0.001, 0.01};

  /// Errors that are added.
  final double more;

  final double slower;
  final String words;

  Regression(double more, double slower, String words) {
    this.more = more;
    this.slower = slower;
    this.words = words;
  }

  World.Service service(double rps, double base) {
    return new World.Service(rps, base, more, slower, 60);
  }

  /// Many healthy rollouts, since few of them are rolled back.
  int runs(double scale) {
    return Math.max(10, (int) Math.round((this == NONE ? 400 : 150) * scale));
  }
}
