package dev.sluice.controller.compare;

import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.Verdict.Reason;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// What a look at a comparison, or at all those of a canary, amounted to.
///
/// @param verdict once it is a rollback it stays one, until the comparison begins anew
/// @param excessAtMost by how large a share of its requests the canary is at most worse than 1.5
///   times its primary, for [dev.sluice.analysis.compare.RiskBudget]; empty while nothing can be
///   said
/// @param looked up to when samples count in the verdict
/// @param canaryRequests of the canary since its first traffic
public record Compared(
    Verdict verdict, OptionalDouble excessAtMost, Instant looked, long canaryRequests) {

  /// The worst comes first, and of equals the one of which least is known.
  private static final Comparator<Compared> WORST =
      Comparator.comparingInt((Compared one) -> -gravity(one.verdict))
          .thenComparingDouble(one -> -one.excessAtMost.orElse(Double.POSITIVE_INFINITY));

  /// What all comparisons of one canary came to: as bad as the worst, with the evidence of all; as
  /// well known and as old as the least known and the oldest.
  ///
  /// @param all in the order in which they are compared; empty for those without a look
  /// @return empty while one has no look, unless another has found the canary worse
  static Optional<Compared> together(List<Optional<Compared>> all) {
    var seen = all.stream().flatMap(Optional::stream).toList();
    if (all.size() == 1 || seen.isEmpty()) {
      return seen.stream().findFirst();
    }
    var sorted = seen.stream().sorted(WORST).toList();
    var worst = sorted.getFirst();
    boolean decided = worst.verdict instanceof Verdict.Rollback;
    if (seen.size() < all.size() && !decided) {
      return Optional.empty();
    }
    List<Evidence> evidence =
        sorted.stream().flatMap(one -> one.verdict.evidence().stream()).toList();
    boolean known = seen.stream().allMatch(one -> one.excessAtMost.isPresent());
    return Optional.of(
        new Compared(
            Course.with(worst.verdict, evidence),
            known
                ? OptionalDouble.of(
                    seen.stream().mapToDouble(one -> one.excessAtMost.orElse(1)).max().orElse(1))
                : OptionalDouble.empty(),
            decided
                ? worst.looked
                : seen.stream().map(Compared::looked).min(Comparator.naturalOrder()).orElseThrow(),
            seen.getFirst().canaryRequests));
  }

  /// That there is no primary may be as expected, and a suspicion passes; any other hold is more.
  private static int gravity(Verdict verdict) {
    return switch (verdict) {
      case Verdict.Rollback _ -> 5;
      case Verdict.Hold hold when hold.reason() == Reason.NO_PRIMARY_DATA -> 2;
      case Verdict.Hold hold when hold.reason() == Reason.SUSPICIOUS -> 3;
      case Verdict.Hold _ -> 4;
      case Verdict.Continue _ -> 1;
      case Verdict.Safe _ -> 0;
    };
  }
}
