package dev.sluice.analysis.compare;

import dev.sluice.analysis.Bound;
import dev.sluice.analysis.Comparison;
import dev.sluice.analysis.Evidence;
import dev.sluice.analysis.Unit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What one kind of bad request has to say for itself, as evidence.
///
/// @param metric its name for programs
/// @param what as it is called in a sentence
/// @param decides whether a step waits until this is fine; else it only watches for what is worse
record Account(String metric, String what, Lane lane, boolean decides) {

  /// Said before both sides were seen.
  static final String NOTHING_YET =
      "nothing to compare yet: no interval has requests of both canary and primary";

  /// What speaks against the canary most comes first, with what it did lately.
  ///
  /// @param logEvidence the logarithm of all evidence
  static List<Evidence> against(
      List<Account> accounts, double now, double logEvidence, String prefix) {
    var evidence = new ArrayList<Evidence>();
    var worstFirst =
        accounts.stream()
            .sorted(Comparator.comparingDouble((Account a) -> -a.lane().logWorse()))
            .toList();
    for (var account : worstFirst) {
      var seen = account.lane().comparison();
      if (evidence.isEmpty()) {
        var sentence =
            Words.worse(
                account.what(), seen, account.lane().tolerance(), now, StrictMath.exp(logEvidence));
        evidence.add(
            account.evidence(seen, seen.canarySince(), seen.primarySince(), prefix + sentence));
      } else {
        evidence.add(
            account.evidence(
                seen,
                seen.canary(),
                seen.primary(),
                Words.counts(account.what(), seen.canary(), seen.primary())));
      }
    }
    return evidence;
  }

  /// What is known of every kind, where none speaks against the canary: first what a step waits
  /// for, then what is fine, then what is only watched.
  static List<Evidence> all(List<Account> accounts, double margin) {
    if (accounts.isEmpty()) {
      return List.of(new Evidence("comparison", null, null, null, null, NOTHING_YET));
    }
    return accounts.stream()
        .sorted(
            Comparator.comparing((Account account) -> !account.decides())
                .thenComparing(account -> account.lane().fine(margin)))
        .map(account -> {
          var seen = account.lane().comparison();
          return account.evidence(seen, seen.canary(), seen.primary(), account.known(seen, margin));
        })
        .toList();
  }

  private String known(Comparison seen, double margin) {
    if (lane.fine(margin)) {
      return Words.fine(what, seen, margin);
    }
    return decides
        ? Words.unsure(what, seen, margin)
        : Words.counts(what, seen.canary(), seen.primary());
  }

  private Evidence evidence(
      Comparison seen, Comparison.Counts canary, Comparison.Counts primary, String sentence) {
    return new Evidence(
        metric,
        canary.share() * 100,
        Bound.atMost(lane.tolerance().limit(primary.share()) * 100, Unit.PERCENT),
        primary.share() * 100,
        canary.requests(),
        sentence,
        seen);
  }
}
