package dev.sluice.analysis.benchmark;

import java.util.Arrays;

/// Random numbers that are the same everywhere: xoshiro256++ by Blackman and Vigna, seeded by
/// SplitMix64 as they advise, and draws from it.
public final class Dice {
  private final long[] state = new long[4];
  private final double[] kept = new double[12];

  public Dice(long seed, long scenario, long run) {
    long mixed = mix(mix(mix(seed) + scenario) + run);
    for (int i = 0; i < 4; i++) {
      mixed += 0x9E3779B97F4A7C15L;
      state[i] = mix(mixed);
    }
    Arrays.setAll(kept, _ -> normal());
  }

  /// One of twelve draws of the standard normal distribution that stay.
  double kept(int index) {
    return kept[index];
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }

  private long next() {
    long result = Long.rotateLeft(state[0] + state[3], 23) + state[0];
    long t = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = Long.rotateLeft(state[3], 45);
    return result;
  }

  /// From 0, below 1.
  public double uniform() {
    return (next() >>> 11) * 0x1p-53;
  }

  /// Of the standard normal distribution (Marsaglia's polar method, one of the pair).
  public double normal() {
    while (true) {
      double u = 2 * uniform() - 1;
      double v = 2 * uniform() - 1;
      double s = u * u + v * v;
      if (s > 0 && s < 1) {
        return u * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
      }
    }
  }

  /// Events of a mean.
  public int poisson(double mean) {
    if (mean > 60) {
      return (int) Math.max(0, Math.round(mean + StrictMath.sqrt(mean) * normal()));
    }
    double limit = StrictMath.exp(-mean);
    double product = uniform();
    int events = 0;
    for (; product > limit; events++) {
      product *= uniform();
    }
    return events;
  }

  /// Successes in n tries: by inversion where few are expected, so that rare errors are exact.
  public int binomial(int n, double p) {
    if (n == 0 || p <= 0) {
      return 0;
    }
    if (p >= 1) {
      return n;
    }
    if (p > 0.5) {
      return n - binomial(n, 1 - p);
    }
    if (n * p > 40) {
      double drawn = n * p + StrictMath.sqrt(n * p * (1 - p)) * normal();
      return Math.clamp(Math.round(drawn), 0, n);
    }
    double odds = p / (1 - p);
    double chance = StrictMath.exp(n * StrictMath.log1p(-p));
    double u = uniform();
    int k = 0;
    while (u > chance && k < n) {
      u -= chance;
      k++;
      chance *= odds * (n - k + 1) / k;
    }
    return k;
  }
}
