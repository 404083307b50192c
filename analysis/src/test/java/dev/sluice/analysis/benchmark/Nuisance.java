package dev.sluice.analysis.benchmark;

/// What makes counts differ although nothing is wrong with the canary.
enum Nuisance {
  NONE("independent errors"),
  POD_NOISE("each pod's error rate varies by half, every tick"),
  POD_DRIFT("the same, lasting about ten ticks"),
  POD_FACTORS("each pod has its own error rate for good, 30 % apart"),
  SHARED_DRIFT("the error rate of all pods wanders threefold"),
  BURSTS("errors come in fives"),
  OUTAGE("both fail 20 % and are three times as slow, for two minutes"),
  SCRAPED_LATE("the same, and the canary is scraped a tick late"),
  SCRAPED_EARLY("the same, and the primary is seen a tick late"),
  SPIKE("half the canary's requests fail for one tick"),
  TWO_SPIKES("half the canary's requests fail for two ticks"),
  WARM_UP("three times the errors and twice as slow in the canary's first minute"),
  SLOW_PODS("each pod is 15 % slower or faster for a while"),
  SLOWER("the canary is 15 % slower for good"),
  /// Only for the worst case of the guarantee.
  OUTAGES("both fail 20 times as much, four times for five minutes");

  private static final double OUTAGE_FROM = 60;
  private static final double OUTAGE_TO = 180;

  final String words;

  Nuisance(String words) {
    this.words = words;
  }

  double errors(
      double base, boolean canary, double now, double drift, int pod, double shared, Dice dice) {
    return switch (this) {
      case POD_NOISE -> base * StrictMath.exp(0.5 * dice.normal() - 0.125);
      case POD_DRIFT -> base * StrictMath.exp(0.5 * drift - 0.125);
      case POD_FACTORS -> base * StrictMath.exp(0.3 * fixed(canary, pod, dice) - 0.045);
      case SHARED_DRIFT -> base * StrictMath.exp(shared - 0.5);
      case OUTAGE, SCRAPED_LATE -> outage(now) ? 0.2 : base;
      case SCRAPED_EARLY -> outage(canary ? now + World.TICK : now) ? 0.2 : base;
      case SPIKE -> canary && now == 100 ? 0.5 : base;
      case TWO_SPIKES -> canary && (now == 100 || now == 110) ? 0.5 : base;
      case WARM_UP -> canary && now <= 60 ? 3 * base : base;
      case OUTAGES ->
          now > 0 && now % 1800 > 600 && now % 1800 <= 900 ? Math.min(0.5, 20 * base) : base;
      case NONE, BURSTS, SLOW_PODS, SLOWER -> base;
    };
  }

  double slower(boolean canary, double now, double slowness) {
    return switch (this) {
      case OUTAGE, SCRAPED_LATE -> outage(now) ? 3 : 1;
      case SCRAPED_EARLY -> outage(canary ? now + World.TICK : now) ? 3 : 1;
      case WARM_UP -> canary && now <= 60 ? 2 : 1;
      case SLOW_PODS -> StrictMath.exp(0.15 * slowness);
      case SLOWER -> canary ? 1.15 : 1;
      case NONE,
          POD_NOISE,
          POD_DRIFT,
          POD_FACTORS,
          SHARED_DRIFT,
          BURSTS,
          SPIKE,
          TWO_SPIKES,
          OUTAGES ->
          1;
    };
  }

  private static boolean outage(double now) {
    return now > OUTAGE_FROM && now <= OUTAGE_TO;
  }

  /// A draw that stays: the same for the same pod of the same run.
  private static double fixed(boolean canary, int pod, Dice dice) {
    return dice.kept(canary ? pod : 4 + pod);
  }
}
