package dev.sluice.analysis.compare;

/// How bad a canary may turn out to be for a step to be worth it: a step spends at most a part of
/// the service's error budget, whatever its traffic.
///
/// @param share of the error budget of 30 days that one step may spend, above 0 and at most 1
/// @param objective share of requests that the service promises to serve, above 0 and below 1
public record RiskBudget(double share, double objective) {
  public static final RiskBudget DEFAULT = new RiskBudget(0.005, 0.999);

  private static final double THIRTY_DAYS = 30 * 86_400.0;

  /// @throws IllegalArgumentException outside these ranges
  public RiskBudget {
    if (!(share > 0 && share <= 1 && objective > 0 && objective < 1)) {
      throw new IllegalArgumentException("a share is above 0, and an objective below 1");
    }
  }

  /// The excess of failing requests that a step can afford; from 1 on the step needs no evidence,
  /// since even a canary that fails every request costs less.
  ///
  /// @param weight share of the traffic that the canary would have, above 0 and at most 1
  /// @param seconds until a mistake is noticed and taken back, above 0
  public double affordable(double weight, double seconds) {
    return share * THIRTY_DAYS * (1 - objective) / (weight * seconds);
  }
}
