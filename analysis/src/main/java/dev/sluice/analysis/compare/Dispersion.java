package dev.sluice.analysis.compare;

import java.util.Arrays;

/// How much wilder than chance the counts of pods are that do the same: the price of calling a
/// difference evidence. Measured on the primary alone, over windows of 1, 6 and 30 intervals: the
/// longer ones see what lasts, such as a slow node.
///
/// A primary that is scraped as one has no pods to compare; there, each window is compared with the
/// one before it, which takes what hits both sides for noise, too, and so asks for more evidence
/// than needed.
final class Dispersion {
  static final int[] WINDOWS = {1, 6, 30};

  /// The estimate is one, and matches only two moments.
  private static final double CAUTION = 1.5;

  /// Of X² beyond this many times its degrees of freedom nothing is believed: an outage's edge must
  /// not make every later difference look like noise.
  private static final double MOST = 9;

  private final double[] excess = new double[WINDOWS.length];
  private final double[] weight = new double[WINDOWS.length];
  private double requests;
  private double bad;
  private boolean perPod;

  /// The open windows beyond the first, by pod.
  private double[][] openRequests = new double[WINDOWS.length][0];

  private double[][] openBad = new double[WINDOWS.length][0];
  private final int[] filled = new int[WINDOWS.length];

  /// The window before the open one, of a primary that is scraped as one.
  private final double[] lastRequests = new double[WINDOWS.length];

  private final double[] lastBad = new double[WINDOWS.length];

  /// One interval of the primary.
  ///
  /// @param podRequests of each pod; a single one is the whole primary
  /// @param podBad as many
  void add(double[] podRequests, double[] podBad) {
    int serving = 0;
    for (int i = 0; i < podRequests.length; i++) {
      requests += podRequests[i];
      bad += podBad[i];
      serving += podRequests[i] > 0 ? 1 : 0;
    }
    if (serving >= 2 && !perPod) {
      perPod = true;
      Arrays.fill(excess, 0);
      Arrays.fill(weight, 0);
      Arrays.fill(filled, 0);
      openRequests = new double[WINDOWS.length][0];
      openBad = new double[WINDOWS.length][0];
    }
    for (int w = 0; w < WINDOWS.length; w++) {
      openRequests[w] = plus(openRequests[w], podRequests);
      openBad[w] = plus(openBad[w], podBad);
      if (++filled[w] == WINDOWS[w]) {
        if (perPod) {
          compare(w, openRequests[w], openBad[w]);
        } else {
          compareWithLast(w);
        }
        Arrays.fill(openRequests[w], 0);
        Arrays.fill(openBad[w], 0);
        filled[w] = 0;
      }
    }
  }

  private static double[] plus(double[] sum, double[] more) {
    double[] result = more.length > sum.length ? Arrays.copyOf(sum, more.length) : sum;
    for (int i = 0; i < more.length; i++) {
      result[i] += more[i];
    }
    return result;
  }

  private void compareWithLast(int w) {
    double nowRequests = Arrays.stream(openRequests[w]).sum();
    double nowBad = Arrays.stream(openBad[w]).sum();
    if (lastRequests[w] > 0 && nowRequests > 0) {
      compare(w, new double[] {lastRequests[w], nowRequests}, new double[] {lastBad[w], nowBad});
    }
    lastRequests[w] = nowRequests;
    lastBad[w] = nowBad;
  }

  private void compare(int w, double[] n, double[] e) {
    double all = 0;
    double allBad = 0;
    int count = 0;
    for (int i = 0; i < n.length; i++) {
      if (n[i] > 0) {
        all += n[i];
        allBad += e[i];
        count++;
      }
    }
    double share = allBad / all;
    // Where all or none are bad there is nothing to vary.
    if (count < 2 || !(share > 0 && share < 1)) {
      return;
    }
    double square = 0;
    for (int i = 0; i < n.length; i++) {
      if (n[i] > 0) {
        double off = e[i] - share * n[i];
        square += off * off / (share * (1 - share) * n[i]);
      }
    }
    int freedom = count - 1;
    excess[w] += Math.min(square, MOST * freedom) - freedom;
    weight[w] += freedom * allBad / count;
  }

  double requests() {
    return requests;
  }

  /// The primary's share of bad requests so far; NaN before the first request.
  double share() {
    return bad / requests;
  }

  /// By what the evidence of an interval is to be divided, at least 1.
  ///
  /// @param nc requests of the canary, above 0
  /// @param canaryPods how many pods served them
  /// @param np requests of the primary, above 0
  /// @param primaryPods how many pods served them
  double factor(double nc, int canaryPods, double np, int primaryPods) {
    double most = 1;
    for (int w = 0; w < WINDOWS.length; w++) {
      double canary = side(w, nc, canaryPods);
      double primary = side(w, np, primaryPods);
      most = Math.max(most, (canary / nc + primary / np) / (1 / nc + 1 / np));
    }
    return most;
  }

  /// As [#factor(double, int, double, int)], of the canary alone.
  double factor(double nc, int canaryPods) {
    double most = 1;
    for (int w = 0; w < WINDOWS.length; w++) {
      most = Math.max(most, side(w, nc, canaryPods));
    }
    return most;
  }

  private double side(int w, double n, int pods) {
    if (!(weight[w] > 0)) {
      return 1;
    }
    double relative = Math.max(0, excess[w] / weight[w]);
    return 1 + CAUTION * relative * share() * n * WINDOWS[w] / (perPod ? pods : 1);
  }
}
