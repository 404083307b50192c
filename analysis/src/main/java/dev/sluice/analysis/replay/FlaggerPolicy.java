package dev.sluice.analysis.replay;

import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Intake;
import dev.sluice.analysis.intake.Scrape;

/// What Flagger's two built-in checks say of the canary alone: every interval, the share of
/// requests that succeeded and the 99th percentile of their duration over the interval are held
/// against fixed bounds; no requests are a failed check; a check that failed is never taken back;
/// and whether there were too many is asked at the beginning of the next interval.
public final class FlaggerPolicy {
  private final double interval;
  private final int threshold;
  private final double minSuccess;
  private final double maxDuration;
  private final double[] bounds;
  private final Intake intake;
  private final double[] window;
  private double requests;
  private double errors;
  private double next;
  private int failed;
  private boolean rolledBack;

  /// @param interval seconds between two checks, above 0
  /// @param threshold failed checks that take the traffic away, at least 1
  /// @param minSuccess share of requests, 0 to 1
  /// @param maxDuration of the 99th percentile in milliseconds
  /// @param bounds of the histogram in milliseconds, ascending, the last infinite; without any,
  ///   durations are not checked
  public FlaggerPolicy(
      double interval, int threshold, double minSuccess, double maxDuration, double[] bounds) {
    this.interval = interval;
    this.threshold = threshold;
    this.minSuccess = minSuccess;
    this.maxDuration = maxDuration;
    this.bounds = bounds;
    intake = new Intake(bounds.length, interval);
    window = new double[Math.max(0, bounds.length - 1)];
    next = interval;
  }

  /// As in Flagger's tutorial: each minute, five failed checks, 99 %, 500 ms.
  public static FlaggerPolicy tutorial(double[] bounds) {
    return new FlaggerPolicy(60, 5, 0.99, 500, bounds);
  }

  /// Takes what was scraped of the canary; what was scraped of the primary is not looked at.
  public void take(Scrape scrape, double now) {
    if (scrape.group() == Group.CANARY) {
      // Alone on its side, it is counted without waiting for another.
      intake.take(
          new Scrape(
              scrape.at(),
              Group.PRIMARY,
              scrape.pod(),
              scrape.requests(),
              scrape.errors(),
              scrape.atMost()),
          now);
      if (scrape.at() <= 0) {
        intake.closeHistory();
      }
    }
  }

  /// What the checks up to now amount to.
  ///
  /// @param now seconds after the rollout's start, in ascending order
  /// @return whether a check was due
  public boolean look(double now) {
    if (rolledBack || now < next) {
      return false;
    }
    next = now + interval;
    if (failed >= threshold) {
      rolledBack = true;
      return true;
    }
    sum();
    if (!passes()) {
      failed++;
    }
    return true;
  }

  private void sum() {
    var seen = intake.closeHistory();
    requests = seen.closed(0) ? seen.requests(Group.PRIMARY, 0) : 0;
    errors = seen.closed(0) ? seen.bad(Group.PRIMARY, 0) : 0;
    for (int i = 0; i < window.length; i++) {
      window[i] = seen.closed(i + 1) ? seen.bad(Group.PRIMARY, i + 1) : 0;
    }
  }

  private boolean passes() {
    return requests > 0 && 1 - errors / requests >= minSuccess && !(duration() > maxDuration);
  }

  /// Prometheus's `histogram_quantile(0.99, …)`: straight between the bounds of its bucket; NaN
  /// without a histogram.
  private double duration() {
    if (window.length == 0) {
      return Double.NaN;
    }
    double allowed = 0.01 * requests;
    double slowerThanLast = requests;
    for (int i = 0; i < window.length; i++) {
      if (window[i] <= allowed) {
        double low = i == 0 ? 0 : bounds[i - 1];
        return low + (bounds[i] - low) * (slowerThanLast - allowed) / (slowerThanLast - window[i]);
      }
      slowerThanLast = window[i];
    }
    return bounds[window.length - 1];
  }

  /// Failed checks so far.
  public int failedChecks() {
    return failed;
  }

  public boolean rolledBack() {
    return rolledBack;
  }
}
