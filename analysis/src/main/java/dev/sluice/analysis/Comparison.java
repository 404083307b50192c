package dev.sluice.analysis;

import org.jspecify.annotations.Nullable;

/// The numbers behind one metric of a canary that is compared with its primary: "bad" requests
/// among all requests of both, and what they amount to.
///
/// @param canary since the rollout began
/// @param primary since the rollout began
/// @param since seconds after the rollout's start at which the present trend against the canary
///   began
/// @param canarySince as `canary`, from `since` on
/// @param primarySince as `primary`, from `since` on
/// @param eValue the evidence that the canary is worse than tolerated: however often one looks, a
///   canary within the tolerance reaches x in at most one of x rollouts; 1 without evidence, at
///   least 0
/// @param excessAtMost the canary's share of bad requests is above the allowed multiple of the
///   primary's by at most this, with the certainty of the policy and however often one looks; null
///   while nothing can be said
/// @param noise how much wilder than chance the counts of identical pods were, at least 1; evidence
///   is divided by it
public record Comparison(
    Counts canary,
    Counts primary,
    double since,
    Counts canarySince,
    Counts primarySince,
    double eValue,
    @Nullable Double excessAtMost,
    double noise) {

  /// @param requests at least 0
  /// @param bad how many of them failed, or were slower than the bound; at most `requests`
  public record Counts(long requests, long bad) {

    /// From 0 to 1; 0 without requests.
    public double share() {
      return requests == 0 ? 0 : (double) bad / requests;
    }
  }
}
