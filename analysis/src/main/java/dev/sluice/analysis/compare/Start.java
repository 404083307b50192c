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
  static final Start OF_HEALTH = new Start(0.7, 0.24, 0.06);
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
