package dev.sluice.analysis.compare;

/// How likely a change is thought to begin with a certain interval, before anything is seen. What
/// sums to one over all intervals that there can be lets a bet be made on each of them, so that an
/// hour of good counts does not have to be outweighed by what comes after.
///
/// Most is given to the first interval, when the canary gets its first traffic; the next 90 share
/// alike; and the tail falls by the square, so that even a change after hours costs few intervals.
///
/// @param first of the first interval
/// @param near of the next 90 together
/// @param tail of all that follow together
record Start(double first, double near, double tail) {
  static final Start OF_REGRESSION = new Start(0.5, 0.4, 0.1);

  /// A canary is mostly healthy from its first request on, or it is not; what is left is for one
  /// with a bad start. More for the start is time for the quiet service: with 0.7 a healthy canary
  /// with one request a second and 1 % of errors took up to 970 s, with 0.85 up to 950 s, the worst
  /// of six seeds.
  static final Start OF_HEALTH = new Start(0.85, 0.12, 0.03);

  private static final int NEAR = 90;

  /// The share of one interval.
  ///
  /// @param index counted from 0
  double share(long index) {
    if (index == 0) {
      return first;
    }
    if (index <= NEAR) {
      return near / NEAR;
    }
    return tail * (NEAR + 1) / ((double) index * (index + 1));
  }

  /// The share of all intervals from this one on.
  double rest(long index) {
    if (index == 0) {
      return first + near + tail;
    }
    if (index <= NEAR) {
      return near * (NEAR + 1 - index) / NEAR + tail;
    }
    return tail * (NEAR + 1) / index;
  }
}
