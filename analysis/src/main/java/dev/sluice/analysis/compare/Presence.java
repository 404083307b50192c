package dev.sluice.analysis.compare;

/// When one side was last heard of: what it does not say is not evidence.
final class Presence {
  /// So many requests would have come in the silence at the usual pace; that none came by chance is
  /// then less likely than one in 400.
  private static final double MISSED = 6;

  private long samples;
  private double requests;
  private double sampleAt;
  private double requestAt;

  /// @param samples all so far
  /// @param requests all so far
  void look(double now, long samples, double requests) {
    if (samples > this.samples) {
      sampleAt = now;
    }
    if (requests > this.requests) {
      requestAt = now;
    }
    this.samples = samples;
    this.requests = requests;
  }

  /// Seconds without a sample.
  double unseen(double now) {
    return now - sampleAt;
  }

  /// Seconds without a request, where that is no chance; else 0. A quiet service is silent often.
  double idle(double now) {
    double silence = now - requestAt;
    boolean unlikely = requests == 0 || requests / Math.max(requestAt, 1) * silence >= MISSED;
    return unlikely ? silence : 0;
  }
}
