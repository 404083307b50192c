package dev.sluice.analysis.intake;

/// What happened between two looks, of each kind of bad request ("channel"). Channel 0 counts
/// errors among requests; channel 1 + i counts requests slower than bound i among those in the
/// histogram.
///
/// A channel without a fresh sample of both sides is open: it has no counts, and what one side has
/// counted stays for the interval in which the other side catches up.
public final class Interval {
  final double[][] requests;
  final double[][] bad;
  final double[][] podRequests;
  final double[][] podBad;
  final int canaryPods;

  Interval(
      double[][] requests,
      double[][] bad,
      double[][] podRequests,
      double[][] podBad,
      int canaryPods) {
    this.requests = requests;
    this.bad = bad;
    this.podRequests = podRequests;
    this.podBad = podBad;
    this.canaryPods = canaryPods;
  }

  /// Whether both sides had a fresh sample.
  public boolean closed(int channel) {
    return !Double.isNaN(requests[0][channel]);
  }

  /// NaN when the channel is open.
  public double requests(Group group, int channel) {
    return requests[group.index][channel];
  }

  /// At most the requests; NaN when the channel is open.
  public double bad(Group group, int channel) {
    return bad[group.index][channel];
  }

  /// Of each pod of the primary, in an order that stays; zero for pods that had none. Not to be
  /// changed.
  public double[] podRequests(int channel) {
    return podRequests[channel];
  }

  /// As [#podRequests(int)].
  public double[] podBad(int channel) {
    return podBad[channel];
  }

  /// Pods of the canary that are scraped, at least 1.
  public int canaryPods() {
    return canaryPods;
  }
}
