package dev.sluice.analysis.benchmark;

import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// A service whose pods are scraped every ten seconds: eight of the primary, four of the canary.
/// Requests come at random, each fails by its pod's error rate, and takes log-normal time.
final class World {
  static final double TICK = 10;
  static final double[] BOUNDS = {
    1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, Double.POSITIVE_INFINITY
  };
  static final double[] NO_BOUNDS = {};
  private static final int PRIMARY_PODS = 8;
  private static final int CANARY_PODS = 4;
  private static final double SPREAD = 0.7;
  private static final double[] LOGS = Arrays.stream(BOUNDS).map(StrictMath::log).toArray();

  /// @param rps requests per second to the whole service
  /// @param base share of errors of a healthy pod
  /// @param more added to it at the canary
  /// @param slower factor of the canary's durations
  /// @param median of a healthy pod's durations, in milliseconds; 0 for no histogram
  record Service(double rps, double base, double more, double slower, double median) {}

  private final Service service;
  private final Nuisance nuisance;
  private final Dice dice;
  private final double[][] requests = new double[2][];
  private final double[][] errors = new double[2][];
  private final double[][][] atMost = new double[2][][];
  private final double[][] drift = new double[2][];
  private final double[][] slowness = new double[2][];
  private double shared;

  /// Of the canary, one tick late.
  private List<Scrape> late = List.of();

  World(Service service, Nuisance nuisance, Dice dice) {
    this.service = service;
    this.nuisance = nuisance;
    this.dice = dice;
    int[] pods = {CANARY_PODS, PRIMARY_PODS};
    for (int g = 0; g < 2; g++) {
      requests[g] = new double[pods[g]];
      errors[g] = new double[pods[g]];
      atMost[g] = new double[pods[g]][service.median() > 0 ? BOUNDS.length : 0];
      drift[g] = new double[pods[g]];
      slowness[g] = new double[pods[g]];
      Arrays.setAll(drift[g], _ -> dice.normal());
      Arrays.setAll(slowness[g], _ -> dice.normal());
    }
    shared = dice.normal();
  }

  double[] bounds() {
    return service.median() > 0 ? BOUNDS : NO_BOUNDS;
  }

  /// What happens up to `now`, and what is scraped then.
  ///
  /// @param weight share of the traffic that the canary has
  /// @return how many requests the canary served
  int tick(double now, double weight, Consumer<Scrape> scraped) {
    shared = 0.9 * shared + StrictMath.sqrt(1 - 0.81) * dice.normal();
    int served = 0;
    for (var group : Group.values()) {
      boolean canary = group == Group.CANARY;
      if (canary && now <= 0) {
        continue;
      }
      int g = canary ? 0 : 1;
      double share = canary ? weight : 1 - weight;
      for (int pod = 0; pod < requests[g].length; pod++) {
        drift[g][pod] = 0.9 * drift[g][pod] + StrictMath.sqrt(1 - 0.81) * dice.normal();
        slowness[g][pod] = 0.9 * slowness[g][pod] + StrictMath.sqrt(1 - 0.81) * dice.normal();
        int n = dice.poisson(service.rps() * TICK * share / requests[g].length);
        served += canary ? n : 0;
        serve(canary, g, pod, n, now);
      }
      var scrapes = new Scrape[requests[g].length];
      for (int pod = 0; pod < scrapes.length; pod++) {
        scrapes[pod] =
            new Scrape(
                now,
                group,
                (canary ? "c-" : "p-") + pod,
                requests[g][pod],
                errors[g][pod],
                atMost[g][pod].clone());
      }
      for (var scrape :
          canary && nuisance == Nuisance.SCRAPED_LATE ? delayed(scrapes, now) : List.of(scrapes)) {
        scraped.accept(scrape);
      }
    }
    return served;
  }

  /// What the canary's scrape shows is one tick old.
  private List<Scrape> delayed(Scrape[] scrapes, double now) {
    var before = late;
    late = List.of(scrapes);
    return before.stream()
        .map(s -> new Scrape(now, s.group(), s.pod(), s.requests(), s.errors(), s.atMost()))
        .toList();
  }

  private void serve(boolean canary, int g, int pod, int n, double now) {
    double healthy = nuisance.errors(service.base(), canary, now, drift[g][pod], pod, shared, dice);
    double share = Math.min(1, healthy + (canary ? service.more() : 0));
    int burst = nuisance == Nuisance.BURSTS ? 5 : 1;
    requests[g][pod] += n;
    errors[g][pod] += Math.min(n, burst * dice.binomial(n, share / burst));
    if (atMost[g][pod].length == 0) {
      return;
    }
    double median =
        service.median()
            * (canary ? service.slower() : 1)
            * nuisance.slower(canary, now, slowness[g][pod]);
    int left = n;
    double below = 0;
    double log = StrictMath.log(median);
    for (int i = 0; i < LOGS.length; i++) {
      if (left > 0) {
        double cumulative = i == LOGS.length - 1 ? 1 : normal((LOGS[i] - log) / SPREAD);
        if (cumulative > below) {
          left -= dice.binomial(left, (cumulative - below) / (1 - below));
          below = cumulative;
        }
      }
      atMost[g][pod][i] += n - left;
    }
  }

  /// The standard normal distribution (Abramowitz and Stegun 26.2.17, to 1e-7).
  private static double normal(double z) {
    double t = 1 / (1 + 0.2316419 * Math.abs(z));
    double tail =
        0.3989422804014327
            * StrictMath.exp(-z * z / 2)
            * t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return z > 0 ? 1 - tail : tail;
  }
}
