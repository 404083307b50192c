package dev.sluice.playground.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Quantiles of histograms, by the rules of Prometheus. Pure.
final class Quantiles {
  private Quantiles() {}

  /// @param upperBound inclusive
  /// @param count of everything up to it
  record Bucket(double upperBound, double count) {}

  /// Interpolates inside the bucket that the quantile falls into. The lowest bucket starts at zero;
  /// a quantile above the last finite bound is that bound.
  ///
  /// @return NaN for a histogram without `+Inf`, with one bucket, or without events
  static double of(double quantile, List<Bucket> histogram) {
    if (quantile < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (quantile > 1) {
      return Double.POSITIVE_INFINITY;
    }
    var buckets = cumulative(histogram);
    var last = buckets.size() - 1;
    if (Double.isNaN(quantile)
        || last < 1
        || buckets.get(last).upperBound() != Double.POSITIVE_INFINITY
        || buckets.get(last).count() == 0) {
      return Double.NaN;
    }
    var rank = quantile * buckets.get(last).count();
    var in = 0;
    while (in < last && !(buckets.get(in).count() >= rank)) {
      in++;
    }
    if (in == last) {
      return buckets.get(last - 1).upperBound();
    }
    var end = buckets.get(in);
    if (in == 0 && end.upperBound() <= 0) {
      return end.upperBound();
    }
    var start = in == 0 ? new Bucket(0, 0) : buckets.get(in - 1);
    var share = (rank - start.count()) / (end.count() - start.count());
    return start.upperBound() + (end.upperBound() - start.upperBound()) * share;
  }

  /// Sorted, equal bounds added up, counts never falling: series of one histogram are scraped and
  /// extrapolated each on their own.
  private static List<Bucket> cumulative(List<Bucket> histogram) {
    var buckets = new ArrayList<Bucket>();
    for (var bucket : histogram.stream().sorted(BY_BOUND).toList()) {
      var known = buckets.isEmpty() ? null : buckets.getLast();
      if (known != null && known.upperBound() == bucket.upperBound()) {
        buckets.set(
            buckets.size() - 1, new Bucket(known.upperBound(), known.count() + bucket.count()));
      } else {
        buckets.add(bucket);
      }
    }
    var most = Double.NEGATIVE_INFINITY;
    for (var i = 0; i < buckets.size(); i++) {
      most = Math.max(most, buckets.get(i).count());
      buckets.set(i, new Bucket(buckets.get(i).upperBound(), most));
    }
    return buckets;
  }

  private static final Comparator<Bucket> BY_BOUND = Comparator.comparingDouble(Bucket::upperBound);
}
